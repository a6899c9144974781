"""Reads .xlsx with calamine, once `package.inspect` has found that this is safe."""

from __future__ import annotations

import io

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from scripts.directory.office import package
from scripts.directory.office.table import Table, Value, spread
from scripts.outcome import CannotRun


def read(content: bytes, name: str) -> list[Table]:
    """The worksheets in their order. Raises CannotRun."""
    inspected = package.inspect(content, name)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return [
                _table(book, name, sheet.name, inspected[sheet.name])
                for sheet in book.sheets_metadata
                if sheet.typ == SheetTypeEnum.WorkSheet
            ]
    except (CalamineError, KeyError, OSError, ValueError) as fault:
        raise package.broken(name) from fault


def _table(book: CalamineWorkbook, file: str, name: str, inspected: package.Inspected) -> Table:
    sheet = book.get_sheet_by_name(name)
    rows: list[list[Value]] = [
        list(row) for row in sheet.to_python(skip_empty_area=False, nrows=package.MOST_ROWS + 1)
    ]
    if len(rows) > package.MOST_ROWS:
        raise CannotRun(
            f"工作表“{name}”超过 {package.MOST_ROWS} 行。",
            f"the sheet “{name}” has more than {package.MOST_ROWS} rows.",
        )
    spread(rows, sheet.merged_cell_ranges or [])
    for (
        row,
        column,
    ) in inspected.faulty:  # cells that the reader takes for empty may lie outside its range
        rows.extend([] for _ in range(row + 1 - len(rows)))
        rows[row].extend([""] * (column + 1 - len(rows[row])))
    return Table(file, name, rows, *inspected)
