"""An office's rows laid over those of branches.csv.

An entry is known by its id. Columns that the file does not have, and entries that are not in it,
stay as they are: a sheet with ids and new telephone numbers is a complete import.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from scripts.directory.cells import Row
from scripts.directory.columns import BY_NAME
from scripts.directory.office.complete import Completer, forget_rest
from scripts.directory.office.headings import Headings
from scripts.directory.office.table import Table
from scripts.directory.office.values import Reader, is_lost_zero


class Merger:
    """`present` are the rows of branches.csv by id, in their order."""

    def __init__(self, present: Mapping[str, Row], reader: Reader, completer: Completer) -> None:
        self.present, self.reader, self.completer = present, reader, completer

    def rows(self, table: Table, headings: Headings, file: str) -> Iterator[Row]:
        """Every row below the headings that holds anything, with what it leaves unsaid."""
        letters = headings.letters
        for index in range(headings.row + 1, len(table.rows)):
            values = table.rows[index]
            given = {
                name: self.reader.read(values[column], name) if column < len(values) else ""
                for column, name in headings.columns.items()
            }
            faulty = [(index, column) in table.faulty for column in headings.columns]
            if not any(given.values()) and not any(faulty):
                continue
            row = Row(file, index + 1, self._whole(given), letters)
            for column, name in headings.columns.items():
                if fault := table.faulty.get((index, column)):
                    row.report(name, fault[0], value=fault[1])
                elif column < len(values) and is_lost_zero(values[column], BY_NAME[name]):
                    row.report(name, "lost_zero")
            yield row

    def _whole(self, given: dict[str, str]) -> dict[str, str]:
        old = self.present.get(given.get("id", ""))
        cells = dict(old.cells) if old else {}
        if old:
            forget_rest(cells, given)
        cells |= given
        self.completer.complete(cells)
        return cells

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
