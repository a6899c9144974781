"""A branch as a contact for a phone: vCard 3.0 (RFC 2426), which every phone takes.

It is the card of an office: both names, line, mailbox, address, hours; never a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from scripts.directory.calendar import LONGEST, escaped, folded
from scripts.directory.kept import Kept
from scripts.directory.schema import Branch, Directory
from scripts.laying import lay, remove

_FOLDER = "data/cards"
_EXTENSION = re.compile(r"\s*(?:转|ext)\s*(\d+)$")
_SAMPLE = "示例数据，支部和电话都是虚构的。 / Sample data: branch and phone number are fictional."


def address(branch: Branch) -> str:
    """Below the web root; stable like the id."""
    return f"{_FOLDER}/{branch.id}.vcf"


def dialled(phone: str) -> str:
    """For a tel: link. A phone waits at the comma before it dials the extension."""
    return _EXTENSION.sub(r",\1", phone).replace(" ", "")


def write(directory: Directory, out: Path, site_url: str, kept: Kept | None = None) -> int:
    """A card for every open branch; returns how many. `out` is the web root, and holds the earlier
    release's cards when `kept` says which of them change."""
    (out / _FOLDER).mkdir(parents=True, exist_ok=True)
    some = [directory.by_id[id_] for id_ in kept.cards] if kept else directory.open_branches
    for branch in some:
        lay(f"{out}/{address(branch)}", card(branch, site_url))
    for id_ in kept.no_cards if kept else ():
        remove(f"{out}/{_FOLDER}/{id_}.vcf")
    return len(directory.open_branches)


def card(branch: Branch, site_url: str) -> bytes:
    """UTF-8 with CRLF, lines folded at 75 octets."""
    pieces: list[bytes] = []
    for line in _lines(branch, site_url):
        octets = line.encode()
        pieces.extend((octets,) if len(octets) <= LONGEST else folded(octets))
    return b"\r\n".join(pieces) + b"\r\n"


def _lines(branch: Branch, site_url: str) -> Iterator[str]:
    yield "BEGIN:VCARD"
    yield "VERSION:3.0"
    yield "N:;;;;"  # of a person: none
    yield f"FN:{escaped(branch.name.zh)}"
    yield f"ORG:{escaped(branch.name.zh)};{escaped(branch.name.en)}"
    yield "X-ABSHOWAS:COMPANY"
    if branch.phone:
        yield f"TEL;TYPE=WORK,VOICE:{escaped(dialled(branch.phone))}"
    if branch.email:
        yield f"EMAIL;TYPE=WORK:{escaped(branch.email)}"
    if branch.address:
        province, city = branch.province.short.zh, branch.city.short.zh
        yield f"ADR;TYPE=WORK:;;{escaped(branch.address.zh)};{city};{province};;中国"
    if site_url:
        yield f"URL:{site_url}find/directory/{branch.id}/"
    yield f"NOTE:{escaped(_note(branch))}"
    yield f"REV:{branch.verified_on.isoformat()}"
    yield f"UID:{branch.id}@{site_url.split('//')[-1].strip('/') or 'localhost'}"
    yield "END:VCARD"


def _note(branch: Branch) -> str:
    parts = [f"{branch.hours.zh} / {branch.hours.en}"] if branch.hours else []
    if branch.address:
        parts.append(branch.address.en)
    day = branch.verified_on.isoformat()
    parts.append(f"核对于 {day} / checked on {day}")
    if branch.fictional:
        parts.append(_SAMPLE)
    return "\n".join(parts)
