"""What the page find/directory shows of the finder before any script runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from markupsafe import Markup

from scripts.directory.finder_columns import PARTS, Columns, columns
from scripts.directory.groups import Group, by_city
from scripts.directory.schema import Directory
from scripts.directory.tiles import BAR, GAP, TILE, bars, tiles
from scripts.directory.views import Views
from scripts.directory.words import MONTHS, PREFIX, Words, counted
from scripts.inline_json import inline_json

FIRST = 20  # cards, as many as finder.js shows at once
#: Open when the page is first seen; the others are folded.
_UNFOLDED = ("place", "home")
_BARS = 330  # units for label and bar, before the number
_LABELS = {"zh": 92, "en": 176}
_SAID = (
    "count", "count_one", "from_home", "finder_none", "finder_none_city", "finder_none_near",
    "finder_none_drop", "finder_remove", "finder_clear", "finder_all", "finder_everywhere",
    "finder_show_more", "finder_keep", "finder_loose", "finder_loading", "finder_failed",
    "finder_somewhere",
)  # fmt: skip


def finder_view(
    directory: Directory,
    lang: str,
    wording: Mapping[str, Words],
    views: Views,
    today: date,
    provinces: Collection[Group],
) -> dict[str, Any]:
    """The names of docs/theme/directory/finder.html and pictures.html.

    `provinces`: those with open branches, most first.
    """
    words = wording[lang]
    table = columns(directory, wording, today)
    services = [
        (value.key, value.label[lang], table.count(value.bits))
        for value in table.values
        if value.part == "service"
    ]
    open_count = len(directory.open_branches)
    return {
        "finder_url": f"/data/finder/{lang}.json",
        "here": f"/{PREFIX[lang]}find/directory/",
        "hint": words["finder_words_hint"].format(home=_home(directory, lang)),
        "found": counted(words, "count", open_count),
        "provinces": [(group.key, group.label[lang], group.count) for group in provinces],
        "groups": _groups(table, lang),
        "unfolded": _UNFOLDED,
        "flags": [value for value in _listed(table, lang) if value[1] in ("open", "checked")],
        "first": _first(directory, lang, views),
        "more": max(0, open_count - FIRST),
        "step": min(FIRST, max(0, open_count - FIRST)),
        "says": _says(words, lang),
        "tiles": tiles(directory, {group.key: group.count for group in provinces}, lang, words),
        "tile": TILE,
        "gap": GAP,
        "bars": bars(services, _BARS - _LABELS[lang]),
        "bar": BAR,
        "label_width": _LABELS[lang],
    }


def _home(directory: Directory, lang: str) -> str:
    """A township that somebody may look for."""
    names = [one.name[lang] for one in directory.townships.values()]
    return min(names, key=len, default="2010")  # where none is known, a year of setting up


def _listed(table: Columns, lang: str) -> list[tuple[int, str, str, str, int]]:
    """(number, part, key, label, open branches)"""
    return [
        (number, value.part, value.key, value.label[lang], table.count(value.bits))
        for number, value in enumerate(table.values)
    ]


def _groups(table: Columns, lang: str) -> list[tuple[str, list[tuple[int, str, str, int]]]]:
    listed = _listed(table, lang)
    parts = [part for part in PARTS if part not in ("open", "checked")]
    return [
        (part, some)
        for part in parts
        if (some := [(n, key, label, count) for n, of, key, label, count in listed if of == part])
    ]


def _first(directory: Directory, lang: str, views: Views) -> list[tuple[str, str, int, Markup]]:
    """(city's code, name, open branches, finished cards) until there are FIRST cards."""
    kept, left = [], FIRST
    for code, there in by_city(directory.open_branches, lang):
        if left > 0:
            name = there[0].city.short[lang]
            kept.append((code, name, len(there), views.cards(there[:left], "h4")))
            left -= len(there)
    return kept


def _says(words: Words, lang: str) -> Markup:
    """The words of finder.js as JSON that can stand in a script element."""
    said = {key.removeprefix("finder_"): words[key] for key in _SAID}
    said["quoted"] = "“{q}”"
    data: dict[str, Any] = dict(said)
    if lang == "en":
        data["months"] = MONTHS
    return inline_json(data)
