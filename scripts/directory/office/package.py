"""Looks through an .xlsx before it is parsed: its true size, and cells that hold no value.

An .xlsx is a ZIP of XML. A few kilobytes of it can grow to gigabytes, by compression or by one cell
in the last row and column, for which a reader would lay out the whole sheet. Here every part is
inflated piece by piece and counted, whatever its header says of its size.
"""

from __future__ import annotations

import copy
import io
import re
import zipfile
from collections.abc import Iterator
from posixpath import join, normpath
from typing import NamedTuple
from xml.etree import ElementTree

from scripts.outcome import CannotRun

MOST_PARTS = 2_000
MOST_SHEETS = 50
MOST_BYTES = 600_000_000  # of all parts together, inflated
MOST_ROWS = 199_999
MOST_INDEX = 5_000_000  # bytes of the list of sheets
#: Inflated / compressed, for parts above a megabyte. Real sheets stay below 50.
HIGHEST_RATIO = 200
_PIECE = 1 << 22
_OVERLAP = 1 << 16  # no cell that matters is longer

_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+)(\d+)"')
_FAR_ROW = rb"(?:[2-9]\d{5}|\d{7,})"
#: A cell that holds something in a row above MOST_ROWS, or in column TA (the 521st) or beyond.
_FAR = re.compile(rb'\br="(?:[A-Z]+%b|(?:[A-Z]{3,}|[T-Z][A-Z])\d+)"[^>]*(?<!/)>' % _FAR_ROW)
#: Rows may be numbered while their cells are not.
_FAR_NUMBER = re.compile(rb'<(?:\w+:)?row\b[^>]*\br="%b"[^>]*(?<!/)>' % _FAR_ROW)
_UNNUMBERED = re.compile(rb"<(?:\w+:)?c(?:\s(?![^>]*\br=)[^>]*)?>")
_SUSPECT = re.compile(
    rb"<(?:\w+:)?c\b(?P<head>[^>]*)>\s*"
    rb"(?P<formula><(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)\s*)?"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>(?P<value>[^<]*)</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_MARKS = (b't="e"', b"<f>", b"<f ", b":f>", b":f ", b"<f/>")

#: A filter hides rows; what is hidden is read like the rest, and said.
_HIDDEN_ROW = re.compile(
    rb'<(?:\w+:)?row\b(?=[^>]*\bhidden="(?:1|true)")[^>]*?\br="(\d+)"[^>]*(?<!/)>'
)
_HIDDEN_COLUMN = re.compile(rb'<(?:\w+:)?col\b(?=[^>]*\bhidden="(?:1|true)")[^>]*\bmin="(\d+)"')

Faulty = dict[tuple[int, int], tuple[str, str]]


class Inspected(NamedTuple):
    """Of one sheet: cells without a value, and how many rows and groups of columns are hidden."""

    faulty: Faulty
    hidden: tuple[int, int]


def broken(name: str) -> CannotRun:
    return CannotRun(
        f"{name} 坏了，读不了。请在表格软件里重新保存一份。",
        f"{name} is broken and cannot be read. Save it again in the spreadsheet program.",
    )


def inspect(content: bytes, name: str) -> dict[str, Inspected]:
    """By the name of each sheet what is to be known of it. Raises CannotRun for what is unsafe."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {info.filename.lower(): info for info in archive.infolist()}
            if "xl/workbook.xml" not in parts:
                raise _no_workbook(name)
            if len(parts) < len(archive.infolist()):  # readers disagree which of two is meant
                raise broken(name)
            _count(archive, name)
            sheets = _sheets(archive, parts, name)
            if len(sheets) > MOST_SHEETS:
                raise _too_large(name)
            return {
                title: _look_through(archive, parts[part.lower()], name)
                for title, part in sheets.items()
                if part.lower() in parts
            }
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, NotImplementedError) as fault:
        raise broken(name) from fault
    except (RuntimeError, EOFError, OSError, ValueError) as fault:
        raise broken(name) from fault


def _no_workbook(name: str) -> CannotRun:
    return CannotRun(
        f"{name} 不是 .xlsx（可能是 .ods、.xlsb 或普通压缩包）。请另存为 .xlsx。",
        f"{name} is no .xlsx (perhaps .ods, .xlsb or a plain archive). Save it as .xlsx.",
    )


def _too_large(name: str) -> CannotRun:
    return CannotRun(
        f"{name} 展开以后太大，没有读。请只留下支部的那张表，删去空行空列的格式，另存一份。",
        f"{name} grows too large when unpacked and was not read. Keep only the sheet of branches, "
        "clear the formatting of empty rows and columns, and save it again.",
    )


def _count(archive: zipfile.ZipFile, name: str) -> None:
    """Inflate everything once without keeping it."""
    if len(archive.infolist()) > MOST_PARTS:
        raise _too_large(name)
    total = 0
    for info in archive.infolist():
        grown = 0
        for piece in _pieces(archive, info):
            grown += len(piece)
            most = max(1 << 20, info.compress_size * HIGHEST_RATIO)
            if grown > most or total + grown > MOST_BYTES:
                raise _too_large(name)
            if b"<!DOCTYPE" in piece and not info.filename.startswith("xl/media/"):
                raise broken(name)
        total += grown


def _pieces(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part as it really is: zipfile would stop at the size that the header claims."""
    honest = copy.copy(info)
    honest.file_size = MOST_BYTES + 1
    with archive.open(honest) as part:
        while piece := part.read(_PIECE):
            yield piece


def _sheets(
    archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], name: str
) -> dict[str, str]:
    """Part of the package by the sheet's name."""

    def parsed(part: str) -> ElementTree.Element:
        text = b"".join(_pieces(archive, parts[part]))
        if len(text) > MOST_INDEX:
            raise _too_large(name)
        return ElementTree.fromstring(text)  # noqa: S314  # it has no DOCTYPE, so no entities

    book, links = parsed("xl/workbook.xml"), parsed("xl/_rels/workbook.xml.rels")
    targets = {link.get("Id", ""): link.get("Target", "") for link in links}
    found = {}
    for sheet in book.iter():  # by local names: the strict variant has other namespaces
        if not sheet.tag.endswith("}sheet"):
            continue
        link = next((value for key, value in sheet.items() if key.endswith("}id")), "")
        target = targets.get(link, "")
        part = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
        found[sheet.get("name", "")] = part
    return found


def _look_through(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> Inspected:
    """A sheet's formulas without a result and its errors; one that reaches too far is refused."""
    faulty: Faulty = {}
    rows, columns = set[bytes](), set[bytes]()
    far_rows = False
    for text in _overlapping(archive, info):
        if _FAR.search(text):
            raise _too_large(name)
        far_rows = far_rows or bool(_FAR_NUMBER.search(text))
        if b"hidden=" in text:
            rows.update(_HIDDEN_ROW.findall(text))
            columns.update(_HIDDEN_COLUMN.findall(text))
        if any(mark in text for mark in _MARKS):
            faulty.update(_without_value(text))
    if far_rows and any(map(_UNNUMBERED.search, _overlapping(archive, info))):
        raise _too_large(name)
    return Inspected(faulty, (len(rows), len(columns)))


def _overlapping(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Pieces that begin with the end of the one before, so that each cell is whole in one."""
    tail = b""
    for piece in _pieces(archive, info):
        yield (text := tail + piece)
        tail = text[-_OVERLAP:]


def _without_value(text: bytes) -> Iterator[tuple[tuple[int, int], tuple[str, str]]]:
    for cell in _SUSPECT.finditer(text):
        value = (cell["value"] or b"").decode()
        is_error = b't="e"' in cell["head"]
        is_text = b't="str"' in cell["head"]  # its result may well be empty
        if not is_error and (value or is_text or not cell["formula"]):
            continue
        place = _CELL.match(cell[0])
        if place:
            code = ("error_value", value) if is_error else ("no_value", "")
            yield (int(place[2]) - 1, _index(place[1].decode())), code


def _index(letters: str) -> int:
    number = 0
    for sign in letters:
        number = number * 26 + ord(sign) - ord("A") + 1
    return number - 1
