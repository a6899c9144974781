"""branches.json: a head, then one entry a line, so that other programs may read it line by line.

{"generated": day, "schema": address, "fictional": bool, "count": n, "lists": {list: {value: text}},
"branches": [entry]}. A text is {"zh-Hans", "en"} and, where an entry overrides the generated
Traditional, "zh-Hant". An entry has the fields of the spreadsheet, nested; absent ones are null.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from forms_api.languages import FOLDERS, public
from scripts.directory.kept import Kept
from scripts.directory.schema import Branch, Directory, Place, Text
from scripts.directory.views import entry_url
from scripts.laying import lay

SCHEMA = "/data/branches.schema.json"
#: How the line of an entry begins.
ENTRY = b'{"id": "'


def write(directory: Directory, today: date, path: Path, kept: Kept | None = None) -> None:
    earlier = kept and kept.earlier / "data" / path.name
    known = kept.unchanged(_entries(earlier)) if kept and earlier and earlier.is_file() else {}
    lay(path, b"".join(_lines(directory, today, known)))


def _entries(path: Path) -> list[bytes]:
    lines = path.read_bytes().split(b"\n")
    return [line.removesuffix(b",") for line in lines if line.startswith(ENTRY)]


def _lines(directory: Directory, today: date, known: Mapping[str, bytes]) -> Iterator[bytes]:
    """`known`: finished lines by id."""
    head = json.dumps(_head(directory, today), ensure_ascii=False, indent=1).removesuffix("\n}")
    yield f'{head},\n "branches": ['.encode()
    separator = b"\n"
    for branch in directory.branches:
        yield separator
        yield known.get(branch.id) or json.dumps(entry(branch), ensure_ascii=False).encode()
        separator = b",\n"
    yield b"\n]}\n"


def _head(directory: Directory, today: date) -> dict[str, Any]:
    return {
        "generated": today.isoformat(),
        "schema": SCHEMA,
        "fictional": any(branch.fictional for branch in directory.branches),
        "count": len(directory.branches),
        "lists": {
            name: {value: _text(term.label) for value, term in terms.items()}
            for name, terms in directory.taxonomies.items()
        },
    }


def _text(text: Text | None) -> dict[str, str] | None:
    if text is None:
        return None
    return {"zh-Hans": text.zh, **({"zh-Hant": text.hant} if text.hant else {}), "en": text.en}


def _place(place: Place) -> dict[str, Any]:
    return {"code": place.code, **(_text(place.short) or {})}


def entry(branch: Branch) -> dict[str, Any]:
    """`id` stands first."""
    district = branch.district and {
        "code": branch.district_code or None,
        **(_text(branch.district) or {}),
    }
    return {
        "id": branch.id,
        "url": {public(lang): entry_url(branch.id, lang) for lang in FOLDERS},
        "fictional": branch.fictional,
        "status": branch.status,
        "merged_into": branch.merged_into or None,
        "closed_on": branch.closed_on and branch.closed_on.isoformat(),
        "name": _text(branch.name),
        "short_name": _text(branch.short_name),
        "aliases": {"zh-Hans": list(branch.aliases_zh), "en": list(branch.aliases_en)},
        "kind": branch.kind,
        "setup": branch.setup,
        "anchor": branch.anchor,
        "setting": branch.setting,
        "trade": branch.trade or None,
        "destination": {
            "province": _place(branch.province),
            "city": _place(branch.city),
            "district": district,
        },
        "home": {
            "county": _text(branch.county),
            "township": {"slug": branch.township.slug, **(_text(branch.township.name) or {})},
            "village": _text(branch.village),
        },
        "address": _text(branch.address),
        "contact": {"phone": branch.phone or None, "email": branch.email or None},
        "hours": _text(branch.hours),
        "meeting_pattern": _text(branch.meeting_pattern),
        "responsible": {
            "home_office": _text(branch.home_office),
            "host_guidance": _text(branch.host_guidance),
            "approved_by_level": branch.approved_by_level or None,
        },
        "management_relations": list(branch.management_relations),
        "services": list(branch.services),
        "open_to_non_members": branch.open_to_non_members,
        "association": _text(branch.association),
        "paired_with": _text(branch.paired_with),
        "has_union": branch.has_union,
        "has_volunteers": branch.has_volunteers,
        "languages": list(branch.languages),
        "founded_year": branch.founded_year,
        "verified_on": branch.verified_on.isoformat(),
        "note": _text(branch.note),
    }
