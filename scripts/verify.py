"""The finished tree, looked at once more before it is released: links, leftovers, the notice."""

from __future__ import annotations

import json
import re
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.problems import Problem

#: Text that must not survive a build, and what it means.
_LEFTOVERS = {
    b"data-jq=": "a box was not worded",
    b"<!--jq:": "a shell's place was not filled",
    b"<fact": "a fact mark was not turned into a span",
    b">[[": "a line such as [[forms]] was not replaced",
    b" style=": "an inline style, which the content security policy refuses",
}
_EXTERNAL = re.compile(rb'<(?:script|img|iframe|source|link)\b[^>]*?\b(?:src|href)="(https?:)?//')
_CANONICAL = re.compile(rb'<link rel="canonical"[^>]*>')
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)[^>]*>")


def verify(public: Path, identity: dict[str, Any]) -> list[Problem]:
    """Every page of both languages; problems name the file below the web root."""
    found = [problem for page in sorted(public.rglob("*.html")) for problem in _page(public, page)]
    found.extend(sorted(set(_links(public))))
    if identity["sample"]:
        found.extend(_sample(public))
    return found


def _page(public: Path, page: Path) -> Iterator[Problem]:
    html = page.read_bytes()
    name = page.relative_to(public).as_posix()
    for text, meaning in _LEFTOVERS.items():
        if text in html:
            yield Problem(name, html[: html.index(text)].count(b"\n") + 1, "leftover", meaning)
    if _EXTERNAL.search(_CANONICAL.sub(b"", html)):
        yield Problem(name, 0, "external", "something is loaded from another host")
    if _INLINE_SCRIPT.search(html):
        yield Problem(name, 0, "inline-script", "the content security policy refuses it")
    if html.count(b"<h1") != 1:
        yield Problem(name, 0, "heading", f"{html.count(b'<h1')} first-level headings")
    if b"jq-notice" not in html:
        yield Problem(name, 0, "notice", "the notice that this is no official site is missing")


def _sample(public: Path) -> Iterator[Problem]:
    for page in public.rglob("*.html"):
        if b'content="noindex"' not in page.read_bytes():
            yield Problem(
                page.relative_to(public).as_posix(), 0, "sample", "sample data without noindex"
            )


def _links(public: Path) -> Iterator[Problem]:
    """lychee over all pages, offline: every internal address and fragment exists."""
    lychee = Path(sysconfig.get_path("scripts")) / "lychee"
    run = subprocess.run(
        [
            str(lychee),
            "--offline",
            "--include-fragments",
            "--no-progress",
            "--format=json",
            f"--root-dir={public}",
            "--index-files=index.html",
            "--exclude=^file://.*/forms/",  # Flask's addresses
            str(public),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode not in (0, 2):
        yield Problem("lychee", 0, "links", " ".join(run.stderr.split())[:300])
        return
    for source, faults in json.loads(run.stdout).get("error_map", {}).items():
        name = source.replace(f"{public}/", "")
        for fault in faults:
            url = fault["url"].replace(f"file://{public}", "")
            yield Problem(name, 0, "broken-link", f"{url}: {fault['status']['text']}")
