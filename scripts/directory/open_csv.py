"""branches.csv as open data: the columns of docs/data/branches.csv, UTF-8 with BOM, CRLF.

A cell that a spreadsheet program would take for a formula is preceded by an apostrophe.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterable
from pathlib import Path

from scripts.directory.columns import COLUMNS
from scripts.directory.kept import Kept
from scripts.directory.schema import Branch, Directory, Place, Text, Township

_END = b"\r\n"
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(directory: Directory, kept: Kept | None = None) -> bytes:
    """Read back by the importer, it gives the same directory. Lines of unchanged entries are taken
    from the earlier release."""
    earlier = kept and kept.earlier / "data/branches.csv"
    known = kept.unchanged(_entries(earlier)) if kept and earlier and earlier.is_file() else {}
    row = io.StringIO()
    writer = csv.writer(row, lineterminator=_END.decode())
    cells = [_cell(column.name) for column in COLUMNS]

    def line(values: Iterable[str]) -> bytes:
        row.seek(0)
        row.truncate()
        writer.writerow(values)
        return row.getvalue().encode()

    lines = [codecs.BOM_UTF8, line(column.name for column in COLUMNS)]
    for branch in directory.branches:
        if branch.id in known:
            lines += known[branch.id], _END
        else:
            lines.append(line(_harmless(cell(branch)) for cell in cells))
    return b"".join(lines)


def _entries(path: Path) -> list[bytes]:
    """Lines without their ends; a cell with a line end in it makes more of them than entries."""
    return path.read_bytes().split(_END)[1:-1]


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
