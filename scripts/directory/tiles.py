"""Pictures drawn from the directory: a tile for each province, a bar for each kind of help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.directory.schema import Directory
from scripts.directory.words import PREFIX, Words, capital, counted

TILE = 52  # units; text of 13 units is shown at about 13 pixels on a phone
GAP = 3
BAR = 22
#: Where a province stands, by the first two digits of its code: (column, row). Short letters are
#: those of ISO 3166-2:CN.
GRID: Mapping[str, tuple[int, int, str]] = {
    "23": (6, 0, "HL"), "15": (3, 1, "NM"), "22": (6, 1, "JL"),
    "65": (0, 2, "XJ"), "62": (1, 2, "GS"), "64": (2, 2, "NX"), "14": (3, 2, "SX"),
    "11": (4, 2, "BJ"), "12": (5, 2, "TJ"), "21": (6, 2, "LN"),
    "54": (0, 3, "XZ"), "63": (1, 3, "QH"), "61": (2, 3, "SN"), "41": (3, 3, "HA"),
    "13": (4, 3, "HE"), "37": (5, 3, "SD"),
    "51": (1, 4, "SC"), "50": (2, 4, "CQ"), "42": (3, 4, "HB"), "34": (4, 4, "AH"),
    "32": (5, 4, "JS"), "31": (6, 4, "SH"),
    "53": (1, 5, "YN"), "52": (2, 5, "GZ"), "43": (3, 5, "HN"), "36": (4, 5, "JX"),
    "33": (5, 5, "ZJ"),
    "45": (2, 6, "GX"), "44": (3, 6, "GD"), "35": (4, 6, "FJ"), "71": (5, 6, "TW"),
    "46": (2, 7, "HI"), "82": (3, 7, "MO"), "81": (4, 7, "HK"),
}  # fmt: skip
#: Provinces that the list of places does not hold: no branch can be entered there.
_OTHERS = {"71": ("台湾", "Taiwan"), "81": ("香港", "Hong Kong"), "82": ("澳门", "Macao")}


@dataclass(frozen=True, slots=True)
class Tile:
    """`shade` is 0 for none, then 1 to 4; `url` is empty where there is no page to lead to."""

    x: int
    y: int
    name: str
    short: str
    count: int
    shade: int
    url: str
    spoken: str


def tiles(directory: Directory, counts: Mapping[str, int], lang: str, words: Words) -> list[Tile]:
    """`counts`: open branches by code of the province. In the order of a reader's eye."""
    most = max(counts.values(), default=0)
    found = []
    for start, (column, row, short) in sorted(GRID.items(), key=lambda item: item[1][1::-1]):
        code = f"{start}0000"
        place = directory.places.provinces.get(code)
        name = place.short[lang] if place else _OTHERS.get(start, (short, short))[lang == "en"]
        count = counts.get(code, 0)
        found.append(
            Tile(
                x=column * TILE,
                y=row * TILE,
                name=name,
                short=name if lang == "zh" else short,
                count=count,
                shade=_shade(count, most),
                url=f"/{PREFIX[lang]}find/directory/province/{code}/" if count else "",
                spoken=f"{name}{'，' if lang == 'zh' else ', '}{counted(words, 'count', count)}",
            )
        )
    return found


def _shade(count: int, most: int) -> int:
    """Four steps of a third each, since few places have most of the branches."""
    steps = (most / 27, most / 9, most / 3)
    return 1 + sum(count > step for step in steps) if count else 0


def bars(counts: Sequence[tuple[str, str, int]], width: int) -> list[dict[str, Any]]:
    """`counts`: (value, label, open branches) → the rows of the picture, longest first."""
    most = max((count for *_, count in counts), default=1)
    ordered = sorted(counts, key=lambda one: -one[2])
    return [
        {
            "y": number * BAR,
            "label": capital(label),
            "count": count,
            "length": max(2, round(width * count / most)),
            "value": value,
        }
        for number, (value, label, count) in enumerate(ordered)
    ]
