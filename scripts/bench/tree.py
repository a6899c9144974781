"""A built directory looked at from outside: are all pages there, is the sitemap true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from forms_api.languages import EDITIONS, TRADITIONAL, prefix
from forms_api.languages import public as code_of
from scripts import verify
from scripts.directory.groups import all_groups
from scripts.directory.schema import Directory
from scripts.walk import files_below

#: These say what changed since another release.
_SINCE = re.compile(r"data/changes\.json(\.br|\.gz)?")
_URL = re.compile(r"<url><loc>(.*?)</loc>(.*?)</url>", re.DOTALL)
_ALTERNATE = re.compile(r'hreflang="(.*?)" href="(.*?)"')
_PART = re.compile(r"<sitemap><loc>(.*?)</loc>")


def shortfalls_of(
    public: Path, directory: Directory, links: bool, traditional: bool = False
) -> list[str]:
    """Pages that are missing, faults of the sitemap and, with `links`, what lychee finds broken."""
    found = [*missing_pages(public, directory, traditional), *sitemap_faults(public)]
    if links:
        found += [f"{one.file}: {one.message}" for one in verify.links(public)]
    return found


def missing_pages(public: Path, directory: Directory, traditional: bool = False) -> Iterator[str]:
    """Entries and browse pages that do not stand in each edition."""
    wanted = {f"find/directory/{branch.id}" for branch in directory.branches}
    wanted |= {
        group.path.rstrip("/") for groups in all_groups(directory).values() for group in groups
    }
    for edition in EDITIONS:
        if edition == TRADITIONAL and not traditional:
            continue
        base = public / prefix(edition)
        there = {
            path.parent.relative_to(base).as_posix()
            for path in (base / "find/directory").rglob("index.html")
        } - {"find/directory"}
        for path in sorted(wanted - there)[:3]:
            yield f"{edition}: {path} is missing"


def sitemap(public: Path) -> dict[str, dict[str, str]]:
    """Address → its hreflang alternates, from one file or from an index of several."""
    text = (public / "sitemap.xml").read_text(encoding="utf-8")
    parts = [(public / urlsplit(part).path.lstrip("/")) for part in _PART.findall(text)]
    texts = [part.read_text(encoding="utf-8") for part in parts] or [text]
    return {
        address: dict(_ALTERNATE.findall(rest))
        for text in texts
        for address, rest in _URL.findall(text)
    }


def sitemap_faults(public: Path) -> Iterator[str]:
    """Every address exists, and what it calls its other language calls it back."""
    listed = sitemap(public)
    codes = {"zh-Hans", "en", "x-default"}
    if (public / prefix(TRADITIONAL)).is_dir():
        codes.add(code_of(TRADITIONAL))
    for address, alternates in listed.items():
        if not (public / urlsplit(address).path.lstrip("/") / "index.html").is_file():
            yield f"{address} does not exist"
        if set(alternates) != codes:
            yield f"{address} has alternates {sorted(alternates)}"
        elif any(listed.get(other) != alternates for other in alternates.values()):
            yield f"{address} is not called back by its other language"
        elif address not in alternates.values():
            yield f"{address} is none of its own alternates"


def differences(one: Path, other: Path) -> list[str]:
    """Files that are missing on one side or differ, some of them, but for those that compare."""
    names = {name for side in (one, other) for name in files_below(side)}
    found = (name for name in sorted(names) if not _SINCE.fullmatch(name))
    return [f"{name} differs" for name in found if not _same(one / name, other / name)][:5]


def _same(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes()
