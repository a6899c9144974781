"""The finished tree, looked at once more before it is released: links, leftovers, the notice."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scripts import verify_entries
from scripts.problems import Problem
from scripts.verify_entries import Checks, Looked
from scripts.walk import files_below

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


#: With no more pages than this lychee reads them all.
_FOR_LYCHEE = 2500


def checks(identity: Mapping[str, Any]) -> Checks:
    """For pages that are looked at while they are made."""
    sample = bool(identity["sample"])

    def page(name: str, html: bytes) -> Iterator[Problem]:
        yield from text_faults(name, html)
        yield from page_faults(sample, name, html)

    def part(name: str, html: bytes) -> Iterator[Problem]:
        # Lines of a part are not those of the page.
        yield from (replace(one, line=0) for one in text_faults(name, html))
        yield from heading_faults(name, html)

    return Checks(page, part)


def verify(
    public: Path, identity: Mapping[str, Any], looked: Looked | None = None
) -> list[Problem]:
    """Every page of all editions; problems name the file below the web root.

    Pages that were `looked` at while they were made are not read again, unless they are so few
    that lychee may read them.
    """
    files = set(files_below(public))
    looked = looked or Looked()
    pages = {name for name in files if name.endswith(".html")}
    few = sorted(pages.difference(looked.names))
    whole = checks(identity).page
    found = [problem for name in few for problem in whole(name, (public / name).read_bytes())]
    if len(pages) <= _FOR_LYCHEE:
        told = [one for one in looked.found if one.code != "broken-link"]  # lychee finds those too
        return found + told + sorted(set(links(public)))
    found += verify_entries.problems(public, looked, files)
    return found + sorted(set(links(public, few)))


def verify_some(public: Path, looked: Looked) -> list[Problem]:
    """Only the pages that were made, where all others were taken over from a release."""
    return verify_entries.problems(public, looked, _Files(public))


@dataclass(frozen=True)
class _Files:
    """Answers whether there is such a file, without looking at all of them."""

    public: Path

    def __contains__(self, name: object) -> bool:
        return os.path.isfile(f"{self.public}/{name}")  # noqa: PTH113  # thousands of names


def text_faults(name: str, html: bytes) -> Iterator[Problem]:
    """What may stand in no line of a page."""
    for text, meaning in _LEFTOVERS.items():
        if text in html:
            yield Problem(name, html[: html.index(text)].count(b"\n") + 1, "leftover", meaning)
    if _EXTERNAL.search(_CANONICAL.sub(b"", html)):
        yield Problem(name, 0, "external", "something is loaded from another host")
    if _INLINE_SCRIPT.search(html):
        yield Problem(name, 0, "inline-script", "the content security policy refuses it")


def heading_faults(name: str, html: bytes) -> Iterator[Problem]:
    """One first-level heading; a frame has none."""
    if html.count(b"<h1") != 1:
        yield Problem(name, 0, "heading", f"{html.count(b'<h1')} first-level headings")


def page_faults(sample: bool, name: str, html: bytes) -> Iterator[Problem]:
    """What every page must have."""
    yield from heading_faults(name, html)
    if b"jq-notice" not in html:
        yield Problem(name, 0, "notice", "the notice that this is no official site is missing")
    if sample and b'content="noindex"' not in html:
        yield Problem(name, 0, "sample", "sample data without noindex")


def links(public: Path, pages: Sequence[str] | None = None) -> Iterator[Problem]:
    """lychee, offline: every internal address and fragment of these pages, or of all, exists."""
    lychee = Path(sysconfig.get_path("scripts")) / "lychee"
    asked = [str(public)] if pages is None else [str(public / name) for name in pages]
    if not asked:
        return
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
            *asked,
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
