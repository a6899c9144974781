"""`manage.py outdated`: which pinned packages are behind the index, and which were withdrawn.

pip answers both questions, with the index, proxy and certificates that it is set up with: what it
would install of the pins, and what without them. Nothing is installed. `--audit` asks instead
which pins have a known vulnerability.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import Version

from scripts import audit, environment, environment_faults
from scripts.outcome import DONE, SHORT, both
from scripts.progress import step

ROOT = Path(__file__).resolve().parent.parent
#: Who needs a package → the file of it; each file holds what stands in those before.
PARTS = {"forms": environment.FORMS, "site": environment.RUN, "dev": environment.DEV}
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<rest>[^\\]+?)\s*\\?$", re.MULTILINE)
_YANKED = re.compile(
    r"yanked version: '(?P<name>[^']+)'.*?\n\s*Reason for being yanked: (?P<why>[^\n]*)"
)


@dataclass(frozen=True, slots=True)
class Package:
    """A pin that is behind or was withdrawn.

    `step`: the first part of the number that differs (major, minor, patch), "" when none does;
    `part`: forms (the service needs it), site or dev; `declared`: in pyproject.toml, others come
    along with one of those;
    `yanked`: why its makers withdrew the pinned version, "" when they did not.
    """

    name: str
    version: str
    latest: str
    step: str
    part: str
    declared: bool
    yanked: str = ""


def look(root: Path) -> list[Package]:
    """Raises CannotRun when the index cannot be asked."""
    parts = {name: part for part, file in reversed(PARTS.items()) for name, _ in _pins(root / file)}
    pins = _pins(root / environment.DEV)
    wanted = [f"{name}=={rest}" for name, rest in pins]
    free = [f"{name} {''.join(rest.partition(';')[1:])}" for name, rest in pins]
    with step(both("正在问软件包索引", "Asking the package index"), announce=True):
        with ThreadPoolExecutor(2) as pool:
            asked = pool.submit(_resolved, root, wanted), pool.submit(_resolved, root, free)
        (now, yanked), (newest, _) = (one.result() for one in asked)
    part_of = {_plain(name): part for name, part in parts.items()}
    declared = _declared(root)
    return [
        Package(
            name,
            version,
            newest[name],
            step_between(version, newest[name]),
            part_of[name],
            name in declared,
            yanked.get(name, ""),
        )
        for name, version in sorted(now.items())
        if Version(newest[name]) > Version(version) or name in yanked
    ]


def step_between(old: str, new: str) -> str:
    """The first part of the release number that differs; what comes after the third is a patch."""
    olds, news = ((*Version(one).release, 0, 0, 0) for one in (old, new))
    for name, before, after in zip(("major", "minor", "patch"), olds, news, strict=False):
        if before != after:
            return name
    return "patch" if Version(old) != Version(new) else ""


def _pins(file: Path) -> list[tuple[str, str]]:
    """(name, version and perhaps a marker) of each; a name may stand twice, for two Pythons."""
    return [(one["name"], one["rest"]) for one in _PIN.finditer(file.read_text("utf-8"))]


def _declared(root: Path) -> set[str]:
    """Names of the requirements in pyproject.toml."""
    project: Mapping[str, Any] = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    extras = project["project"].get("optional-dependencies", {})
    lines = [
        *project["project"]["dependencies"],
        *(line for some in extras.values() for line in some),
    ]
    return {canonicalize_name(re.split(r"[^A-Za-z0-9._-]", line)[0]) for line in lines}


def _resolved(root: Path, lines: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Versions that pip would install for these lines on this Python, and why some were yanked."""
    with tempfile.TemporaryDirectory(prefix="jinqiao-outdated-") as place:
        wanted, report = Path(place) / "wanted.txt", Path(place) / "report.json"
        wanted.write_text("\n".join(lines) + "\n", encoding="utf-8")
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps", "--no-input"]
        command += ["--ignore-installed", "--only-binary", ":all:", "--retries", "0", "--quiet"]
        command += ["--disable-pip-version-check", "--report", str(report), "-r", str(wanted)]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
        if done.returncode:
            raise environment_faults.of_output(_told(done.stderr), environment.folder(root))
        listed = json.loads(report.read_text("utf-8"))["install"]
    versions = {_plain(one["metadata"]["name"]): str(one["metadata"]["version"]) for one in listed}
    yanked = {_plain(one["name"]): one["why"] for one in _YANKED.finditer(done.stderr)}
    return versions, yanked


def _plain(name: str) -> str:
    """As pip compares names."""
    return str(canonicalize_name(name))


def _told(said: str) -> str:
    """An index that cannot be reached looks to pip like one that has nothing."""
    return said + ("\nNetwork is unreachable" if "(from versions: none)" in said else "")


_PART_NAMES = {
    "forms": both("服务", "service"),
    "site": both("网站", "site"),
    "dev": both("测试", "dev"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="只输出一个 JSON 对象 / print one JSON object on stdout"
    )
    parser.add_argument(
        "--audit",
        action="store_true",
        help="改问漏洞库：哪些版本有已知的漏洞 / ask instead which have a known vulnerability",
    )
    parser.add_argument("--osv", default=audit.OSV, metavar="URL", help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """1 when something is behind, withdrawn or vulnerable."""
    if args.audit:
        return _audit(args)
    found = look(ROOT)
    if args.json:
        print(json.dumps({"packages": [asdict(one) for one in found]}, ensure_ascii=False))
        return SHORT if found else DONE
    for one in sorted(
        found, key=lambda one: (not one.yanked, list(PARTS).index(one.part), one.name)
    ):
        kind = _PART_NAMES[one.part]
        along = "" if one.declared else both(" · 随别的带入", "comes along")
        print(f"{one.name:<28}{one.version:>12} → {one.latest:<12}{one.step:<6} {kind}{along}")
        if one.yanked:
            print("    " + both(f"这个版本已被作者撤回：{one.yanked}", f"withdrawn: {one.yanked}"))
    if not found:
        print(both("都是最新的。", "everything is up to date."))
    return SHORT if found else DONE


def _audit(args: argparse.Namespace) -> int:
    pins = [(name, rest.split(";")[0].strip()) for name, rest in _pins(ROOT / environment.DEV)]
    found = audit.vulnerable(pins, args.osv)
    if args.json:
        print(json.dumps({"vulnerable": [asdict(one) for one in found]}, ensure_ascii=False))
        return SHORT if found else DONE
    for one in found:
        print(f"{one.name} {one.version}")
        for advisory in one.advisories:
            print(f"    {audit.PAGE}{advisory}")
    if not found:
        zh, en = f"查了 {len(pins)} 个，没有已知的漏洞。", f"{len(pins)} asked, none is known."
        print(both(zh, en))
    return SHORT if found else DONE
