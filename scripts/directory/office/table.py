"""A sheet of any file as a spreadsheet program shows it, before anything in it is understood."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

Value = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta


@dataclass
class Table:
    """`rows[0]` is row 1 and `rows[0][0]` is A1; rows may be of different lengths.

    `faulty` holds cells that have no value to read: (row, column), both from 0, and the fault's
    code with what the cell shows. `hidden`: how many rows and columns nobody sees.
    """

    file: str  # its name, without folders
    name: str  # of the sheet; "" in a CSV file
    rows: list[list[Value]]
    faulty: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    hidden: tuple[int, int] = (0, 0)


def spread(rows: list[list[Value]], merged: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Give every cell of a merged range the value of its first one, as a reader sees it."""
    for (top, left), (bottom, right) in merged:
        value = rows[top][left] if top < len(rows) and left < len(rows[top]) else ""
        if value == "":
            continue
        for row in rows[top : bottom + 1]:
            row.extend([""] * (right + 1 - len(row)))
            row[left : right + 1] = [value] * (right + 1 - left)


def shown(value: Value) -> str:
    """As a person would type it: 2026-09-03, 13.5, yes."""
    match value:
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case dt.datetime():
            return value.isoformat(" ", "minutes")
        case dt.time():
            return value.isoformat("minutes")
        case _:
            return str(value)
