"""After a change of some rows the files are those of a whole build, whatever was kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from scripts import spare
from scripts.bench.entries import Row, entries
from scripts.directory import contact_card, finder, open_csv, open_json, pages
from scripts.directory.kept import Kept
from scripts.directory.schema import Directory
from tests.browser.finder_tree import generated
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


def write(folder: Path, rows: list[Row]) -> Directory:
    folder.mkdir()
    branches, problems = imported(write_rows(folder, rows))
    assert problems == []
    return Directory(tuple(branches), *lists())


def fill(directory: Directory, out: Path, kept: Kept | None = None) -> pages.Counts:
    """All that is made of the directory alone, over a tree of links when some of it is kept."""
    (out / "data").mkdir(parents=True, exist_ok=True)
    contact_card.write(directory, out, SITE_URL, kept)
    open_json.write(directory, TODAY, out / "data/branches.json", kept)
    (out / "data/branches.csv").write_bytes(open_csv.as_csv(directory, kept))
    finder.write(directory, out, TODAY, DATA, kept=kept)
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
def earlier(tmp_path_factory: pytest.TempPathFactory) -> tuple[Directory, Path]:
    """The directory and the web root before the change."""
    folder = tmp_path_factory.mktemp("earlier")
    directory = write(folder / "data", [dict(row) for row in made_up()])
    fill(directory, folder / "public")
    return directory, folder / "public"


@pytest.mark.parametrize("change", EDITS)
def test_the_files_are_those_of_a_whole_build(
    change: str, earlier: tuple[Directory, Path], tmp_path: Path
) -> None:
    old, earlier_root = earlier
    rows = [dict(row) for row in made_up()]
    EDITS[change](rows)
    directory = write(tmp_path / "data", rows)
    before, there = tree(earlier_root), tmp_path / "releases"
    shutil.copytree(earlier_root, there / "1/public", copy_function=os.link)
    (there / "1/_private").mkdir()
    kept = Kept(there / "1/public", old, directory)
    assert kept.in_order
    out = spare.prepare(there / "1") / "public"
    (out / "data/branches.csv").unlink()
    counts = fill(directory, out, kept)
    whole = fill(directory, tmp_path / "whole")
    assert tree(out) == tree(tmp_path / "whole")
    assert tree(earlier_root) == before
    assert len(counts.looked.names) < (1 if change == "nothing" else whole.entry_pages)
    assert counts.browse_pages == whole.browse_pages
    assert kept.same_pages == (change not in ("a row less", "a row more"))


def test_entries_in_another_order_keep_nothing() -> None:
    """Lists of entries with the same day follow the spreadsheet."""
    directory = generated(20)
    turned = replace(directory, branches=directory.branches[::-1])
    assert not Kept(Path(), directory, turned).in_order
    assert Kept(Path(), directory, replace(directory, branches=directory.branches[1:])).in_order


def test_an_old_release_becomes_the_spare_of_a_new_one(tmp_path: Path) -> None:
    for name, files in {
        "1": {"a/same": "1", "a/changed": "1", "gone/page": "1", "b": "1"},
        "2": {"a/same": "1", "a/changed": "2", "new/page": "2", "b/page": "2"},
    }.items():
        for path, text in files.items():
            file = tmp_path / name / "public" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        (tmp_path / name / "_private").mkdir()
        (tmp_path / name / "_private/release.json").write_text(name)
    (tmp_path / "2/public/a/same").unlink()
    os.link(tmp_path / "1/public/a/same", tmp_path / "2/public/a/same")
    new = tree(tmp_path / "2")
    made = spare.prepare(tmp_path / "2", tmp_path / "1")
    assert tree(made) == new == tree(tmp_path / "2")
    assert (made / "public/a/changed").samefile(tmp_path / "2/public/a/changed")
    assert not (made / "_private/release.json").samefile(tmp_path / "2/_private/release.json")
    assert not (made / "public/gone").exists() and not (tmp_path / "1").exists()
    assert spare.prepare(tmp_path / "2") == made
