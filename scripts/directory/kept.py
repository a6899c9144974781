"""Which pages come out as they did in an earlier release, by the rows that differ between the two.

An entry's page shows its own row, entries of its province, and what it was merged into; a browse
page shows the entries of its group. Pages that no changed row can reach are linked, not made.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
from dataclasses import dataclass
from pathlib import Path

from scripts.directory.groups import Group
from scripts.directory.schema import Branch, Directory


@dataclass(frozen=True)
class Changes:
    """Ids that came, went or changed, and the groups that they stand or stood in."""

    ids: frozenset[str]
    provinces: frozenset[str]
    groups: frozenset[tuple[str, str]]  # (facet, key)


def changes(old: bytes, new: bytes, directory: Directory) -> Changes | None:
    """Between two texts of branches.csv; None when their columns differ."""
    (old_header, before), (new_header, after) = _rows(old), _rows(new)
    if old_header != new_header or "id" not in new_header:
        return None
    slugs = {town.name.zh: slug for slug, town in directory.townships.items()}
    ids = {id_ for id_ in before.keys() | after.keys() if before.get(id_) != after.get(id_)}
    both = [
        dict(zip(new_header, row, strict=False))
        for rows in (before, after)
        for id_ in ids
        if (row := rows.get(id_))
    ]
    groups = {("home", slugs.get(row.get("township_zh", ""), "")) for row in both}
    groups |= {(facet, row.get(facet, "")) for facet in ("trade", "kind") for row in both}
    provinces = {row.get("province_code", "") for row in both}
    return Changes(frozenset(ids), frozenset(provinces), frozenset(groups))


def _rows(text: bytes) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Header, and by id the cells as the importer takes them."""
    lines = csv.reader(io.StringIO(text.decode("utf-8-sig"), newline=""))
    header, *rows = (tuple(cell.strip() for cell in row) for row in lines)
    place = header.index("id") if "id" in header else 0
    return header, {row[place]: row for row in rows if len(row) > place}


@dataclass(frozen=True)
class Kept:
    """Pages of the release whose web root is `earlier`."""

    earlier: Path
    changes: Changes

    def entry(self, branch: Branch) -> bool:
        """Whether the page of `branch` is what it was."""
        there = branch.province.code not in self.changes.provinces
        return there and branch.merged_into not in self.changes.ids

    def group(self, group: Group, province: str) -> bool:
        """The same for a browse page; `province` of a province's or a city's."""
        if province:
            return province not in self.changes.provinces
        return (group.facet, group.key) not in self.changes.groups

    def card(self, branch: Branch) -> bool:
        return branch.id not in self.changes.ids

    def link(self, name: str, out: str) -> bool:
        """Let `out`/`name` be the earlier release's file; False when that had none."""
        source, target = f"{self.earlier}/{name}", f"{out}/{name}"
        try:
            os.link(source, target)  # a Path for each of 100,000 takes its time
        except FileNotFoundError:
            if not os.path.exists(source):  # noqa: PTH110
                return False
            with contextlib.suppress(FileExistsError):
                os.makedirs(os.path.dirname(target))  # noqa: PTH103, PTH120
            os.link(source, target)
        return True
