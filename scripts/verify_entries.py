"""Thousands of pages that share a frame: each line is looked at once, each address followed once.

What `verify` asks of every page holds here too; a line that another page has already shown to be
sound is not read again. Tags of these pages never run over the end of a line.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from scripts.beside import beside
from scripts.problems import Problem

#: From so many pages on two processes share the work.
_TWO_PROCESSES_FROM = 2000
_ADDRESS = re.compile(rb'\b(?:href|src|action)="([^"]*)"')
_INNER = re.compile(rb'\bhref="#([^"]+)"')
_ID = re.compile(rb'\bid="?([^"\s>]+)')

Check = Callable[[str, bytes], Iterable[Problem]]


@dataclass(frozen=True)
class Checks:
    """`text` finds what may stand nowhere, line by line; `page` what every page must have."""

    text: Check
    page: Check


@dataclass
class _Reader:
    """`found`: problems; `targets`: root-absolute address → the first page that leads there."""

    public: str
    checks: Checks
    found: list[Problem] = field(default_factory=list)
    targets: dict[str, str] = field(default_factory=dict)
    _seen: set[bytes] = field(default_factory=set)
    _feet: set[bytes] = field(default_factory=set)
    _known: set[bytes] = field(default_factory=set)
    _inner: dict[bytes, list[bytes]] = field(default_factory=dict)

    def read(self, name: str) -> None:
        """`name` is the page's path below the web root."""
        with open(f"{self.public}/{name}", "rb", buffering=0) as file:  # noqa: PTH123
            page = file.read()
        body, _, foot = page.partition(b"</article>")
        if foot in self._feet:  # what follows the article is the same on all but a few pages
            lines = set(body.split(b"\n"))
        else:
            self._feet.add(foot)
            lines = set(page.split(b"\n"))
        fresh = lines - self._seen
        text = b"\n".join(fresh)
        # The first page is read whole, so that a tag of the frame may have several lines.
        self.found.extend(self.checks.text(name, text if self._seen else page))
        self.found.extend(self.checks.page(name, page))
        self._seen |= fresh
        self._follow(name, text)
        if b'="#' in text:
            self._inner |= {line: ids for line in fresh if (ids := _INNER.findall(line))}
        for line in lines & self._inner.keys():
            for id_ in self._inner[line]:
                if b'id="%b"' % id_ not in page:
                    self.found.append(_broken(name, f"#{id_.decode()}"))

    def _follow(self, name: str, text: bytes) -> None:
        """Addresses that begin with the root are the same on every page: each is read once."""
        for found in set(_ADDRESS.findall(text)) - self._known:
            address = html.unescape(found.decode())
            if found.startswith(b"/") and not found.startswith(b"//"):
                self._known.add(found)
                self.targets[address] = name
            elif not (
                address.startswith(("#", "//", "tel:", "mailto:")) or urlsplit(address).scheme
            ):
                self.targets[urljoin(f"/{name}", address)] = name


def problems(
    public: Path, names: list[str], files: Container[str], checks: Checks
) -> list[Problem]:
    """Of the pages `names`; `files` are all paths below `public`."""

    def part(mine: list[str]) -> tuple[list[Problem], dict[str, str]]:
        reader = _Reader(str(public), checks)
        for name in mine:
            reader.read(name)
        return reader.found, reader.targets

    if len(names) < _TWO_PROCESSES_FROM:
        found, targets = part(names)
    else:
        middle = len(names) // 2
        with beside(lambda: part(names[middle:]), "verify") as rest:
            found, targets = part(names[:middle])
        more, further = rest.result()
        found, targets = found + more, further | targets
    return found + list(_broken_targets(public, targets, files))


def _broken_targets(
    public: Path, targets: dict[str, str], files: Container[str]
) -> Iterator[Problem]:
    ids: dict[str, set[str]] = {}
    for address, name in targets.items():
        path, _, fragment = address[1:].partition("#")
        path = unquote(path.partition("?")[0])
        file = f"{path}index.html" if not path or path.endswith("/") else path
        if path.startswith("forms/"):  # Flask's
            continue
        if file not in files:
            yield _broken(name, address)
        elif fragment:
            if file not in ids:
                ids[file] = {id_.decode() for id_ in _ID.findall((public / file).read_bytes())}
            if unquote(fragment) not in ids[file]:
                yield _broken(name, address)


def _broken(name: str, address: str) -> Problem:
    return Problem(name, 0, "broken-link", f"{address}: nothing is there")
