"""branches.csv as open data: the columns of docs/data/branches.csv, UTF-8 with BOM, CRLF.

A cell that a spreadsheet program would take for a formula is preceded by an apostrophe.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from scripts.directory.columns import COLUMNS
from scripts.directory.schema import Branch, Directory, Place, Text, Township

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


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
