"""`manage.py outdated --audit`: which pins have a known vulnerability, by OSV's database.

One question for all pins of every requirements file (https://google.github.io/osv.dev/api/); OSV
holds the advisories of PyPI, GitHub and others. Only names and versions are sent.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass

from scripts.outcome import CannotRun

OSV = "https://api.osv.dev"
PAGE = "https://osv.dev/vulnerability/"
_PATIENCE = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Vulnerable:
    """A pinned version with the ids of its advisories; PAGE + id is what each says."""

    name: str
    version: str
    advisories: tuple[str, ...]


def vulnerable(pins: Sequence[tuple[str, str]], service: str = OSV) -> list[Vulnerable]:
    """Of these names and versions. Raises CannotRun when the service gives no usable answer."""
    asked = {
        "queries": [
            {"package": {"name": name, "ecosystem": "PyPI"}, "version": version}
            for name, version in pins
        ]
    }
    request = urllib.request.Request(  # noqa: S310 - https, or what a test names
        f"{service}/v1/querybatch",
        json.dumps(asked).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as reply:  # noqa: S310
            answered = json.loads(reply.read())["results"]
        found = [tuple(sorted(one["id"] for one in each.get("vulns", ()))) for each in answered]
        if len(found) != len(pins):
            raise ValueError(f"{len(found)} answers to {len(pins)} questions")
    except OSError as problem:
        reason = getattr(problem, "reason", problem)
        raise CannotRun(
            f"连不上漏洞库 {service}（{reason}）：请在有网络的电脑上运行，"
            "或设置代理（HTTPS_PROXY）。什么也没有查到，不等于没有漏洞。",
            f"the list of vulnerabilities at {service} cannot be reached ({reason}): run this "
            "where there is a network, or set a proxy (HTTPS_PROXY). Nothing was looked up.",
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise CannotRun(
            f"漏洞库 {service} 的回答看不懂（{problem}）：请过一会儿再运行。",
            f"{service} answered with something else ({problem}): try again later.",
        ) from None
    return [
        Vulnerable(name, version, ids)
        for (name, version), ids in zip(pins, found, strict=True)
        if ids
    ]
