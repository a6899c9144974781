"""Made-up branches: plausible enough for the importer, and the same whenever they are made."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from scripts.bench.entries import entries, write_entries
from scripts.directory.columns import COLUMNS
from scripts.directory.schema import Branch
from tests.site.directory_data import DATA, imported

COUNT = 1000


@pytest.fixture(scope="module")
def branches(tmp_path_factory: pytest.TempPathFactory) -> list[Branch]:
    folder = tmp_path_factory.mktemp("entries")
    for name in ("places.csv", "townships.csv"):
        (folder / name).write_bytes((DATA / name).read_bytes())
    write_entries(folder / "branches.csv", COUNT)
    found, problems = imported(folder / "branches.csv")
    assert problems == []
    return found


def test_the_importer_accepts_every_made_up_branch(branches: list[Branch]) -> None:
    assert len(branches) == COUNT
    assert len({branch.name.zh for branch in branches}) == COUNT
    assert len({branch.name.en for branch in branches}) == COUNT
    assert all(branch.fictional for branch in branches)


def test_they_are_of_all_kinds_and_from_all_over_the_country(branches: list[Branch]) -> None:
    assert set(Counter(branch.status for branch in branches)) == {
        "active", "paused", "merged", "closed",
    }  # fmt: skip
    assert len({branch.kind for branch in branches}) == 5
    assert len({branch.anchor for branch in branches}) == 6
    assert len({branch.province.code for branch in branches}) == 31
    assert len({branch.trade for branch in branches}) > 20


def test_every_column_of_the_spreadsheet_is_used() -> None:
    used = {name for row in entries(DATA, 400) for name in row}
    assert used == {column.name for column in COLUMNS}


def test_the_same_seed_makes_the_same_branches_and_another_seed_others() -> None:
    short, long = list(entries(DATA, 50)), list(entries(DATA, 80))
    assert long[:50] == short
    assert list(entries(DATA, 50, seed=2)) != short


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("places.csv", "townships.csv"):
        (tmp_path / name).write_bytes((DATA / name).read_bytes())
    write_entries(tmp_path / "one.csv", 50)
    write_entries(tmp_path / "two.csv", 50)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
