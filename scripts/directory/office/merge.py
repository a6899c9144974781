"""An office's rows laid over those of branches.csv.

An entry is known by its id. Columns that the file does not have, and entries that are not in it,
stay as they are: a sheet with ids and new telephone numbers is a complete import.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from scripts.directory.cells import Row
from scripts.directory.office.complete import Completer, forget_rest
from scripts.directory.office.headings import Headings
from scripts.directory.office.table import Table
from scripts.directory.office.values import Reader


class Merger:
    """`present` are the rows of branches.csv by id, in their order."""

    def __init__(self, present: Mapping[str, Row], reader: Reader, completer: Completer) -> None:
        self.present, self.reader, self.completer = present, reader, completer

    def rows(self, table: Table, headings: Headings, file: str) -> Iterator[Row]:
        """Every row below the headings that holds anything, with what it leaves unsaid."""
        letters, columns = headings.letters, list(headings.columns.items())
        nothing = dict.fromkeys(headings.columns.values(), "")
        unread = {row for row, _ in table.faulty}
        for index in range(headings.row + 1, len(table.rows)):
            values = table.rows[index]
            width, given = len(values), nothing.copy()
            for column, name in columns:
                if column < width and (value := values[column]) != "":
                    given[name] = self.reader.read(value, name)
            if index not in unread and not any(given.values()):
                continue
            cells = self._whole(given)
            row = Row(file, index + 1, cells, letters)
            for name in self.completer.complete(cells):
                row.report(name, "unknown_name", value=cells[name])
            for column, name in columns if index in unread else ():
                if fault := table.faulty.get((index, column)):
                    row.report(name, fault[0], value=fault[1])
            yield row

    def _whole(self, given: dict[str, str]) -> dict[str, str]:
        old = self.present.get(given.get("id", ""))
        cells = dict(old.cells) if old else {}
        if old:
            forget_rest(cells, given)
        return cells | given

    def in_order(self, given: Iterable[Row], keep_missing: bool) -> list[Row]:
        """All rows of the new branches.csv: present ones in their place, new ones last."""
        fresh = list(given)
        by_id = {row["id"]: row for row in fresh}
        found = [
            by_id.get(key, old) for key, old in self.present.items() if keep_missing or key in by_id
        ]
        # A second row with the same id is kept too: the check of the rows names it.
        placed = {id(row) for row in found}
        return found + [row for row in fresh if id(row) not in placed]
