"""A copy of an office's sheet with every faulty cell marked, and a list of all faults beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import xlsxwriter
from xlsxwriter.exceptions import XlsxFileError
from xlsxwriter.utility import xl_cell_to_rowcol

from scripts.directory.office.table import Table, shown
from scripts.problems import Problem

_FAULTY = {"bg_color": "#ffd7d7", "border": 1, "border_color": "#b00020"}
_COMMENT = {"x_scale": 2.6, "font_name": "Microsoft YaHei", "font_size": 10}
#: The number format that keeps what is typed as it is.
TEXT = 49
_MOST_LINKS = 60_000  # a sheet holds 65,530
_LONGEST_COMMENT = 2_000  # signs; a program cuts more, and a person reads less


def free_name(path: Path) -> Path:
    """名单.xlsx → 名单-faults.xlsx or -faults-2: a copy that somebody may be mending stays."""
    stem = path.stem.split("-faults")[0]
    number = 1
    while True:
        ending = "-faults" if number == 1 else f"-faults-{number}"
        copy = path.with_name(f"{stem}{ending}.xlsx")
        if not copy.exists():
            return copy
        number += 1


def write(copy: Path, table: Table, headings: int, problems: Iterable[Problem]) -> None:
    """Cells stand where they stood, as text; `headings` is the row of headings, from 0.

    A fault of a whole row marks its first cell. Raises OSError when the file cannot be written.
    """
    try:
        _write(copy, table, headings, list(problems))
    except XlsxFileError as fault:
        raise OSError(str(fault)) from fault


def _write(copy: Path, table: Table, headings: int, listed: list[Problem]) -> None:
    by_cell: dict[tuple[int, int], list[str]] = defaultdict(list)
    for problem in listed:
        if problem.line and problem.file == table.file:
            by_cell[_place(problem)].append(problem.message)
    with xlsxwriter.Workbook(copy, {"strings_to_formulas": False}) as book:
        plain = book.add_format({"num_format": TEXT})
        faulty = book.add_format({**_FAULTY, "num_format": TEXT})
        bold = book.add_format({"bold": True, "num_format": TEXT, "bottom": 1})
        sheet = book.add_worksheet(table.name or None)
        sheet.set_comments_author("manage.py directory import")
        sheet.freeze_panes(headings + 1, 1)
        sheet.set_column(0, 60, 16, plain)
        for number, row in enumerate(table.rows):
            style = bold if number == headings else plain
            for index, value in enumerate(row):
                if value != "" and (number, index) not in by_cell:
                    sheet.write_string(number, index, shown(value)[:32_000], style)
        for (number, index), messages in by_cell.items():
            row = table.rows[number] if number < len(table.rows) else []
            words = shown(row[index]) if index < len(row) else ""
            error = table.faulty.get((number, index), ("", ""))[1]
            sheet.write_string(number, index, words[:32_000] or error, faulty)
            comment = "\n".join(message.replace(" / ", "\n", 1) for message in messages)
            look = {**_COMMENT, "y_scale": 1.2 + 0.5 * len(messages)}
            sheet.write_comment(number, index, comment[:_LONGEST_COMMENT], look)
        _write_list(book, table.file, sheet.get_name(), listed)


def _write_list(
    book: xlsxwriter.Workbook, file: str, sheet_name: str, problems: list[Problem]
) -> None:
    """Each fault in a row of its own, leading to its cell."""
    bold = book.add_format({"bold": True, "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("问题 Faults")
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 0, 10)
    sheet.set_column(1, 2, 70, wrapped)
    sheet.write_row(0, 0, ["位置 / cell", "要改什么", "what to mend"], bold)
    quoted = sheet_name.replace("'", "''")
    for number, problem in enumerate(problems, start=1):
        zh, _, en = problem.message.partition(" / ")
        if problem.line and problem.file == file and number < _MOST_LINKS:
            cell = f"{problem.column or 'A'}{problem.line}"
            sheet.write_url(number, 0, f"internal:'{quoted}'!{cell}", string=cell)
        sheet.write_string(number, 1, zh, wrapped)
        sheet.write_string(number, 2, en, wrapped)


def _place(problem: Problem) -> tuple[int, int]:
    row, column = xl_cell_to_rowcol(f"{problem.column or 'A'}{problem.line}")
    return int(row), int(column)
