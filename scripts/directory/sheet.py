"""A table as a spreadsheet shows it: rows count from 1 with the header, columns have letters."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.directory.faults import told
from scripts.problems import Problem


@dataclass(frozen=True)
class Sheet:
    """`rows` holds the cells below the header; an empty row stays, so that numbers are right."""

    file: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def numbered(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """(row number, cells) of the rows that hold anything."""
        for number, cells in enumerate(self.rows, start=2):
            if any(cells):
                yield number, cells

    def records(self) -> Iterator[Mapping[str, str]]:
        for _, cells in self.numbered():
            yield dict(zip(self.header, cells, strict=False))


def letter(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA, as spreadsheets name columns."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def read_csv(path: Path, shown_as: str) -> tuple[Sheet, list[Problem]]:
    """An unreadable file gives an empty sheet and the reason."""
    empty = Sheet(shown_as, (), ())
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return empty, [Problem(shown_as, 0, "no_file", told("no_file"))]
    except UnicodeDecodeError:
        return empty, [Problem(shown_as, 0, "not_utf8", told("not_utf8"))]
    rows = [tuple(map(str.strip, row)) for row in csv.reader(io.StringIO(text))]
    if not rows:
        return empty, [Problem(shown_as, 0, "no_header", told("no_header"))]
    return Sheet(shown_as, rows[0], tuple(rows[1:])), []
