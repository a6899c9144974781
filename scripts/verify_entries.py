"""Thousands of pages that share a frame, looked at while they are made: none is read again.

The first page of a shell is looked at whole; of all others only what they do not share with it.
Each address is followed once, when all pages stand.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from forms_api.shell import Shell
from scripts.problems import Problem

#: The blank before it makes the search thrice as quick.
_ADDRESS = re.compile(rb' (?:href|src|action)="(?!https?:|tel:|mailto:)([^"]*)"')
_ID = re.compile(rb'\bid="?([^"\s>]+)')
#: Parts that many pages have word for word; no address in them leads within
#: a page, nor any to a place in them.
_SHARED = ("crumbs", "rail")

Check = Callable[[str, bytes], Iterable[Problem]]


@dataclass(frozen=True)
class Checks:
    """`page` is asked of a whole page, `part` of what a page does not share with its shell."""

    page: Check
    part: Check


#: Only addresses and places within a page are looked at.
ANYTHING = Checks(lambda name, html: (), lambda name, html: ())


@dataclass
class Looked:
    """What came of looking: `found` are problems; `names` the pages, as paths below the web root;
    `targets`: root-absolute address → the first page that leads there."""

    names: list[str] = field(default_factory=list)
    found: list[Problem] = field(default_factory=list)
    targets: dict[str, str] = field(default_factory=dict)

    def add(self, other: Looked) -> None:
        self.names += other.names
        self.found += other.found
        self.targets = other.targets | self.targets


class Watch:
    """Looks at pages that are made from `shell`."""

    def __init__(self, shell: Shell, checks: Checks) -> None:
        self.looked = Looked()
        self._checks = checks
        self._known: set[bytes] = set()
        frame = "".join(shell.fixed).encode()
        self._frame_ids = {b"#" + id_ for id_ in _ID.findall(frame)}
        #: Places that the frame leads to and does not hold: every page must.
        self._wanted = set(filter(_is_inner, _addresses(frame))) - self._frame_ids
        self._shared: set[str] = set()

    def look(self, name: str, page: str, parts: Mapping[str, str]) -> None:
        """`name` is the page's path below the web root; `parts` were filled into the shell."""
        first = not self.looked.names
        self.looked.names.append(name)
        if first:
            shown, check = page.encode(), self._checks.page
        else:
            shown, check = self._own(parts), self._checks.part
        self.looked.found.extend(check(name, shown))
        for address in {*_addresses(shown), *self._wanted} - self._known:
            if not _is_inner(address):
                self._follow(name, address)
            elif address not in self._frame_ids and b'id="%b"' % address[1:] not in shown:
                self.looked.found.append(_broken(name, address.decode()))

    def _own(self, parts: Mapping[str, str]) -> bytes:
        """What other pages have not shown: pages of one place share their way there."""
        own = []
        for part, text in parts.items():
            if part not in _SHARED or text not in self._shared:
                own.append(text)
                if part in _SHARED:
                    self._shared.add(text)
        return "\n".join(own).encode()

    def _follow(self, name: str, found: bytes) -> None:
        """Addresses that begin with the root are the same on every page: each is read once."""
        address = html.unescape(found.decode())
        if found.startswith(b"/") and not found.startswith(b"//"):
            self._known.add(found)
            self.looked.targets[address] = name
        elif not (address.startswith("//") or urlsplit(address).scheme):
            self.looked.targets[urljoin(f"/{name}", address)] = name


def _addresses(html: bytes) -> list[bytes]:
    """Those of this site, as they are written."""
    return _ADDRESS.findall(html.replace(b"\n", b" "))


def _is_inner(address: bytes) -> bool:
    """Leads to a place on the same page."""
    return address.startswith(b"#")


def problems(public: Path, looked: Looked, files: Container[str]) -> list[Problem]:
    """All that was found, and what leads nowhere; `files` are all paths below `public`."""
    return looked.found + list(_broken_targets(public, looked.targets, files))


def _broken_targets(
    public: Path, targets: Mapping[str, str], files: Container[str]
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
