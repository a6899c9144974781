"""After a change of some rows the pages are those of a whole build, whatever was kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from scripts.bench.entries import Row, entries
from scripts.directory import contact_card, pages
from scripts.directory.columns import COLUMNS
from scripts.directory.kept import Kept, changes
from scripts.directory.schema import Directory
from tests.site.directory_data import (
    DATA,
    IDENTITY,
    SHELLS,
    SITE_URL,
    TODAY,
    imported,
    lists,
    write_rows,
)

COUNT = 120
Edit = Callable[[list[Row]], object]


@cache
def made_up() -> tuple[Row, ...]:
    return tuple(entries(DATA, COUNT))


def active(rows: list[Row]) -> Row:
    """One that others were merged into."""
    targets = {row.get("merged_into") for row in rows}
    return next(row for row in rows if row["id"] in targets)


def move(rows: list[Row]) -> None:
    """To the place of a row in another province."""
    row = rows[3]
    other = next(one for one in rows if one["province_code"] != row["province_code"])
    for name in [name for name in row if name.startswith(("province", "city", "district"))]:
        del row[name]
    row |= {k: v for k, v in other.items() if k.startswith(("province", "city", "district"))}


def close(rows: list[Row]) -> None:
    row = next(row for row in rows if row["status"] == "active" and row is not active(rows))
    row |= {"status": "closed", "closed_on": row["verified_on"]}


def remove(rows: list[Row]) -> None:
    targets = {row.get("merged_into") for row in rows}
    rows.remove(next(row for row in rows if row["id"] not in targets))


EDITS: dict[str, Edit] = {
    "nothing": lambda rows: None,
    "a mailbox": lambda rows: rows[5].update(email="new@example.org", phone=""),
    "the name of one that others were merged into": lambda rows: active(rows).update(
        name_zh="棠砚县驻别处党支部", short_name_en="Elsewhere"
    ),
    "a day that makes it the latest checked": lambda rows: rows[9].update(
        verified_on=TODAY.isoformat()
    ),
    "another township and trade": lambda rows: rows[7].update(
        township_zh="石篱镇", township_en="Shili Town", trade="shoes"
    ),
    "open to others": lambda rows: rows[11].update(open_to_non_members="yes"),
    "another province": move,
    "closed": close,
    "a row less": remove,
    "a row more": lambda rows: rows.append(list(entries(DATA, COUNT + 1))[-1]),
}


def write(folder: Path, rows: list[Row]) -> tuple[Path, Directory]:
    folder.mkdir()
    path = write_rows(folder, rows)
    branches, problems = imported(path)
    assert problems == []
    return path, Directory(tuple(branches), *lists())


def fill(directory: Directory, out: Path, kept: Kept | None = None) -> pages.Counts:
    out.mkdir()
    contact_card.write(directory, out, SITE_URL, kept)
    return pages.fill(
        directory, SHELLS, out, today=TODAY, identity=IDENTITY, site_url=SITE_URL, kept=kept
    )


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(spreadsheet, web root) before the change."""
    folder = tmp_path_factory.mktemp("earlier")
    path, directory = write(folder / "data", [dict(row) for row in made_up()])
    fill(directory, folder / "public")
    return path, folder / "public"


@pytest.mark.parametrize("change", EDITS)
def test_the_pages_are_those_of_a_whole_build(
    change: str, earlier: tuple[Path, Path], tmp_path: Path
) -> None:
    rows = [dict(row) for row in made_up()]
    EDITS[change](rows)
    path, directory = write(tmp_path / "data", rows)
    found = changes(earlier[0].read_bytes(), path.read_bytes(), directory)
    assert found is not None
    before = tree(earlier[1])
    counts = fill(directory, tmp_path / "kept", Kept(earlier[1], found))
    whole = fill(directory, tmp_path / "whole")
    assert tree(tmp_path / "kept") == tree(tmp_path / "whole")
    assert tree(earlier[1]) == before
    assert len(counts.made) < (1 if change == "nothing" else whole.entry_pages)
    assert counts.browse_pages == whole.browse_pages


def test_another_set_of_columns_keeps_nothing(earlier: tuple[Path, Path]) -> None:
    text = io.StringIO()
    csv.writer(text).writerow([column.name for column in COLUMNS][::-1])
    directory = Directory((), *lists())
    assert changes(earlier[0].read_bytes(), text.getvalue().encode(), directory) is None
