"""Open data below <web root>/data/: branches.json, branches.csv, events.ics, events-<city>.ics.

branches.json: {"generated": day, "fictional": bool, "count": n, "lists": {list: {value: text}},
"branches": [entry]}. A text is {"zh-Hans", "en"} and, where an entry overrides the generated
Traditional, "zh-Hant". An entry has the fields of the spreadsheet, nested; absent ones are null.

branches.csv: the columns of docs/data/branches.csv, UTF-8 with BOM, CRLF. A cell that a spreadsheet
program would take for a formula is preceded by an apostrophe.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from forms_api.languages import FOLDERS, public
from scripts.directory.calendar import calendar
from scripts.directory.columns import COLUMNS
from scripts.directory.events import FILE as EVENTS
from scripts.directory.events import load_events
from scripts.directory.groups import all_groups
from scripts.directory.schema import Branch, Directory, Place, Text, Township
from scripts.directory.views import entry_url

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def write(
    directory: Directory,
    root: Path,
    out: Path,
    today: date,
    identity: Mapping[str, Any],
    site_url: str = "",
) -> None:
    """`root` is the repository, `out` the web root."""
    data = out / "data"
    data.mkdir(parents=True, exist_ok=True)
    (data / "branches.json").write_text(json_text(directory, today), encoding="utf-8")
    (data / "branches.csv").write_bytes(as_csv(directory).encode("utf-8-sig"))
    events, _ = load_events(root / EVENTS, directory, today)
    coming = [event for event in events if event.starts.date() >= today]
    (data / "events.ics").write_bytes(calendar(coming, today, site_url))
    for group in all_groups(directory)["city"]:  # even an empty one: it may be subscribed to
        there = [event for event in coming if event.city == group.key]
        (data / city_calendar(group.key)).write_bytes(calendar(there, today, site_url))


def city_calendar(code: str) -> str:
    """The name below /data/ of a city's own calendar."""
    return f"events-{code}.ics"


def json_text(directory: Directory, today: date) -> str:
    """`as_json` with a line for each branch, to be read by eye and by tools that go by lines."""
    whole = as_json(directory, today)
    branches = ",\n".join(json.dumps(one, ensure_ascii=False) for one in whole.pop("branches"))
    rest = json.dumps(whole, ensure_ascii=False, indent=1).removesuffix("\n}")
    return f'{rest},\n "branches": [\n{branches}\n ]\n}}\n'


def as_json(directory: Directory, today: date) -> dict[str, Any]:
    return {
        "generated": today.isoformat(),
        "fictional": any(branch.fictional for branch in directory.branches),
        "count": len(directory.branches),
        "lists": {
            name: {value: _text(term.label) for value, term in terms.items()}
            for name, terms in directory.taxonomies.items()
        },
        "branches": [_entry(branch) for branch in directory.branches],
    }


def _text(text: Text | None) -> dict[str, str] | None:
    if text is None:
        return None
    return {"zh-Hans": text.zh, **({"zh-Hant": text.hant} if text.hant else {}), "en": text.en}


def _place(place: Place) -> dict[str, Any]:
    return {"code": place.code, **(_text(place.short) or {})}


def _entry(branch: Branch) -> dict[str, Any]:
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


def as_csv(directory: Directory) -> str:
    """Read back by the importer, it gives the same directory."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(column.name for column in COLUMNS)
    cells = [_cell(column.name) for column in COLUMNS]
    for branch in directory.branches:
        writer.writerow([_harmless(cell(branch)) for cell in cells])
    return text.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_SIGNS) else cell


def _cell(column: str) -> Callable[[Branch], str]:
    """How an entry fills a column: a Text has one for each language, a Place for its code too."""
    for ending, half in (("_zh_hant", "hant"), ("_zh", "zh"), ("_en", "en")):
        name = column.removesuffix(ending)
        if name != column and name in Branch.__slots__:
            return lambda branch: _half(name, getattr(branch, name), half)
    if column in ("province_code", "city_code"):
        place = column.removesuffix("_code")
        return lambda branch: str(getattr(branch, place).code)
    return lambda branch: _plain(getattr(branch, column))


def _half(name: str, value: Text | Place | Township | None, half: str) -> str:
    if value is None:
        return ""
    if isinstance(value, Place):
        value = value.name if name == "province" else value.short
    elif isinstance(value, Township):
        value = value.name
    return str(getattr(value, half))


def _plain(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return ";".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
