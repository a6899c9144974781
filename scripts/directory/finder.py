"""The finder's data below <web root>/data/finder/: what find/directory and the search box read.

<lang>.json is fetched first and names the folder of the rest, whose name changes with its content:

    c<k>.json      columns of rows k × CHUNK and on (`finder_columns`)
    v<k>.json      the rows of value k alone, only where there are several chunks
    t<k>.json      a pack of words (`finder_text`)
    days.json      when each row was checked: days since 1970 as three characters
    <lang>/<k>.json  what cards show of rows k × BLOCK and on

The Traditional edition has a start and cards of its own; all else it shares with the Simplified.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

from forms_api.languages import EDITIONS, FOLDERS, TRADITIONAL, prefix, source
from scripts.directory.finder_columns import SYMBOLS, Columns, Value, columns, six, symbols
from scripts.directory.finder_earlier import Earlier, as_json
from scripts.directory.finder_text import TextIndex, text_index
from scripts.directory.kept import Kept
from scripts.directory.schema import Branch, Directory
from scripts.directory.traditional import Traditional
from scripts.directory.words import load_words, within
from scripts.laying import lay
from scripts.undisturbed import undisturbed
from scripts.walk import files_below

FORMAT = 2
FOLDER = "data/finder"
BLOCK = 25  # rows
#: Up to here all columns are one file; beyond it the browser fetches those of a place.
WHOLE = 20_000
CHUNK = 4_800  # rows, a multiple of 24
_STATUSES = ("active", "paused", "merged", "closed")
_EPOCH = date(1970, 1, 1).toordinal()


Few = tuple[list[list[int]], str]


@dataclass(frozen=True, slots=True)
class Written:
    """Files and their bytes, uncompressed."""

    files: int
    bytes: int


def write(
    directory: Directory,
    out: Path,
    today: date,
    data: Path,
    *,
    whole: int = WHOLE,
    part: int = CHUNK,
    kept: Kept | None = None,
    traditional: Traditional | None = None,
) -> Written:
    """Replace the finder's data below `out`, the web root. `data` holds the files of words.

    With more than `whole` rows the columns come in files of `part` rows. With `kept`, what an
    earlier release has of unchanged rows is not made again. Without `traditional` there is no
    Traditional edition.
    """
    words = load_words(data)
    with undisturbed():
        table = columns(directory, words, today)
        earlier = Earlier.of(kept, columns(kept.before, words, today).rows) if kept else None
        index = (earlier and earlier.text(table.rows)) or text_index(directory, table.rows)
    size = len(table.rows)
    chunk = size or 1
    if size > whole:
        chunk = part
    few = list(_few(table.values, size))
    files = {name: as_json(content) for name, content in _shared(table, index, chunk, few)}
    converted = traditional.directory(directory).by_id if traditional else {}
    editions = EDITIONS if traditional else FOLDERS
    for edition in editions:
        for number, at in enumerate(range(0, size, BLOCK)):
            name, some = f"{edition}/{number}.json", table.rows[at : at + BLOCK]
            shown = [converted[one.id] for one in some] if edition == TRADITIONAL else some
            known = earlier.cards(name, at, some) if earlier else None
            files[name] = known or as_json([_card(one, source(edition)) for one in shown])
    digest = hashlib.sha256()
    for name, text in files.items():
        digest.update(name.encode() + text)
    folder = f"{FOLDER}/{digest.hexdigest()[:12]}"
    _make_room(out, folder, files)
    said = {lang: _start(table, index, chunk, lang, few) for lang in FOLDERS}
    starts = {}
    for edition in editions:
        start = said[source(edition)]
        if traditional and edition == TRADITIONAL:
            start = _converted(start, traditional)
        url = f"/{prefix(edition)}find/directory/{{id}}/"
        starts[f"{FOLDER}/{edition}.json"] = as_json(
            {"format": FORMAT, "folder": f"/{folder}/", "url": url, **start}
        )
    every = {f"{folder}/{name}": text for name, text in files.items()} | starts
    for name, text in every.items():
        lay(f"{out}/{name}", text)
    return Written(len(every), sum(map(len, every.values())))


def _make_room(out: Path, folder: str, wanted: Collection[str]) -> None:
    """The folder of other data takes the name `folder`, with those of its files that have the
    names of wanted ones."""
    for there in (out / FOLDER).glob("*/"):
        if (out / folder).exists():
            shutil.rmtree(there)
        else:
            there.rename(out / folder)
    for name in {name.rpartition("/")[0] for name in wanted}:
        (out / folder / name).mkdir(parents=True, exist_ok=True)
    for name in files_below(out / folder):
        if name.removesuffix(".br").removesuffix(".gz") not in wanted:
            (out / folder / name).unlink()


def _shared(
    table: Columns, index: TextIndex, chunk: int, few: Iterable[Few]
) -> Iterator[tuple[str, Any]]:
    size = len(table.rows)
    texts = [text for _, text in few]
    many = [six(value.bits, size) for value in table.values if value.part == "service"]
    for number, at in enumerate(range(0, size, chunk)):
        yield (
            f"c{number}.json",
            [
                [text[at : at + chunk] for text in texts],
                [text[at // 6 : -(-(at + chunk) // 6)] for text in many],
            ],
        )
    if chunk < size:
        for number, value in enumerate(table.values):
            yield f"v{number}.json", six(value.bits, size)
    for number, pack in enumerate(index.packs.values()):
        yield f"t{number}.json", pack
    yield "days.json", "".join(_day(branch.verified_on) for branch in table.rows)


def _few(values: Iterable[Value], size: int) -> Iterator[Few]:
    """All values but services in a few columns: (what its characters say, the column)."""
    numbered = list(enumerate(values))
    for parts in (("home",), ("who",), ("trade",), ("setup",), ("anchor",), ("open", "checked")):
        some = [(number, value) for number, value in numbered if value.part in parts]
        sets, text = symbols([value for _, value in some], size)
        yield [[some[place][0] for place in one] for one in sets], text


def _day(there: date) -> str:
    number = there.toordinal() - _EPOCH
    return SYMBOLS[number >> 12] + SYMBOLS[number >> 6 & 63] + SYMBOLS[number & 63]


def _start(
    table: Columns, index: TextIndex, chunk: int, lang: str, few: Iterable[Few]
) -> dict[str, Any]:
    """cities: [code, name, place among all by name, province's number, start, open, end];
    values: [part, key, label, open branches]; sets: what the characters of each column say;
    pairs, inside: open branches of two values at once, of a value in a province, several chunks
    only.
    """
    spans, size = table.spans, len(table.rows)
    provinces = list({span.province.code: span.province for span in spans}.values())
    numbers = {place.code: number for number, place in enumerate(provinces)}
    named = sorted(spans, key=lambda span: span.city.sort_key(lang))
    order = {span.city.code: number for number, span in enumerate(named)}
    start: dict[str, Any] = {
        "rows": size,
        "chunk": chunk,
        "block": BLOCK,
        "provinces": [[place.code, place.short[lang]] for place in provinces],
        "cities": [
            [
                span.city.code,
                span.city.short[lang],
                order[span.city.code],
                numbers[span.province.code],
                span.start,
                span.open,
                span.end,
            ]
            for span in spans
        ],
        "values": [
            [value.part, value.key, value.label[lang], table.count(value.bits)]
            for value in table.values
        ],
        "sets": [sets for sets, _ in few],
        "packs": list(index.packs),
        "sounds": index.sounds,
        "fold": ["".join(index.fold), "".join(index.fold.values())],
    }
    if chunk < size:
        pairs = combinations([value.bits & table.open for value in table.values], 2)
        start["pairs"] = [(one & other).bit_count() for one, other in pairs]
        ranges = {code: [span for span in spans if span.province.code == code] for code in numbers}
        start["inside"] = [
            [table.count(value.bits & _all(some)) for value in table.values]
            for some in (((found[0].start, found[-1].end)) for found in ranges.values())
        ]
    return start


def _converted(start: dict[str, Any], traditional: Traditional) -> dict[str, Any]:
    """The Simplified start with the names in it converted."""

    def named(rows: Sequence[list[Any]], at: int) -> list[list[Any]]:
        names = traditional.texts([row[at] for row in rows])
        pairs = zip(rows, names, strict=True)
        return [[*row[:at], name, *row[at + 1 :]] for row, name in pairs]

    places = {part: named(start[part], 1) for part in ("provinces", "cities")}
    return {**start, **places, "values": named(start["values"], 2)}


def _all(ends: tuple[int, int]) -> int:
    return (1 << ends[1]) - (1 << ends[0])


def _card(branch: Branch, lang: str) -> list[Any]:
    """[id, title, where, status's number, township, phone or e-mail, hours or note, day]

    Phone, e-mail and hours only while it is active, then the note."""
    where = within(branch.district, branch.city.short, lang)
    status = _STATUSES.index(branch.status)
    active = branch.status == "active"
    reach = (branch.phone or branch.email) if active else ""
    said = branch.hours if active else branch.note
    return [
        branch.id,
        branch.title(lang),
        where,
        status,
        branch.township.name[lang],
        reach,
        said[lang] if said else "",
        branch.verified_on.toordinal() - _EPOCH,
    ]
