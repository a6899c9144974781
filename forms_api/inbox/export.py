"""A list as CSV, XLSX or JSON: one row a submission, columns by field name, nothing that computes.

Everything is made in memory: no temporary file holds what was opened.
"""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import xlsxwriter

from forms_api.answers import Value
from forms_api.form import Form
from forms_api.inbox.shelf import Entry

#: What stands in the clear, in front of the answers.
CLEAR: Final = (
    *("reference", "form", "status", "desk", "branch", "received_on", "due_on", "answered_on"),
    *("closed_on", "lang", "spam_reason"),
)
#: Spreadsheets take what begins with one of these for a formula; tab and line ends can hide one.
_COMPUTES: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def columns(entries: Sequence[Entry], forms: Mapping[str, Form]) -> list[str]:
    """CLEAR, then the fields of the forms that occur, each name once, in the forms' order."""
    there = {entry.form for entry in entries}
    names = [name for form in forms.values() if form.id in there for name in form.columns()]
    named = {name for entry in entries for name in entry.answers or {}}
    return list(dict.fromkeys((*CLEAR, *names, *sorted(named))))


def as_csv(entries: Sequence[Entry], names: Sequence[str]) -> bytes:
    """UTF-8 with BOM, so that Excel and WPS read it; cells that would compute begin with '."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(names)
    for entry in entries:
        writer.writerow([harmless(cell) for cell in _cells(entry, names)])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(entries: Sequence[Entry], names: Sequence[str]) -> bytes:
    """Every cell is text; cells that would compute in a copy of it begin with '."""
    raw = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(raw, {"in_memory": True, **plain})
    sheet = book.add_worksheet("inbox")
    head = book.add_format({"bold": True, "bottom": 1})
    body = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    for column, name in enumerate(names):
        sheet.write_string(0, column, name, head)
    for number, entry in enumerate(entries, start=1):
        for column, cell in enumerate(_cells(entry, names)):
            sheet.write_string(number, column, harmless(cell), body)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(names) - 1, 18)
    book.close()
    return raw.getvalue()


def as_json(entries: Sequence[Entry], names: Sequence[str]) -> bytes:
    """A list of objects; several values of one answer are a list, what was not asked is missing."""
    rows = []
    for entry in entries:
        row: dict[str, Any] = {name: getattr(entry, name) for name in CLEAR}
        row |= {name: _plain(value) for name, value in (entry.answers or {}).items()}
        rows.append(row)
    return json.dumps(rows, ensure_ascii=False, indent=1).encode()


FORMATS: Final[Mapping[str, tuple[Callable[..., bytes], str]]] = {
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "json": (as_json, "application/json"),
}


def harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_COMPUTES) else cell


def _cells(entry: Entry, names: Sequence[str]) -> list[str]:
    answers = entry.answers or {}
    return [
        str(getattr(entry, name) or "") if name in CLEAR else _joined(answers.get(name, ""))
        for name in names
    ]


def _joined(value: Value) -> str:
    return value if isinstance(value, str) else "; ".join(value)


def _plain(value: Value) -> Any:
    return value if isinstance(value, str) else list(value)
