"""Releases appear at once or not at all, and old ones make room."""

import os
from pathlib import Path

import pytest

from scripts import release


def make(releases: Path, current: Path | None, words: str) -> Path:
    with release.staging(releases) as folder:
        (folder / "public").mkdir()
        (folder / "public/index.html").write_text(words, encoding="utf-8")
        return release.publish(folder, releases, current)


def test_a_release_is_served_once_it_is_published(tmp_path: Path) -> None:
    current = tmp_path / "current"
    final = make(tmp_path / "releases", current, "first")
    assert current.is_symlink() and current.resolve() == final.resolve()
    assert (current / "public/index.html").read_text(encoding="utf-8") == "first"


def test_a_build_that_breaks_off_leaves_nothing_and_changes_nothing(tmp_path: Path) -> None:
    releases, current = tmp_path / "releases", tmp_path / "current"
    make(releases, current, "first")
    with pytest.raises(RuntimeError), release.staging(releases) as folder:
        (folder / "public").mkdir()
        raise RuntimeError
    assert (current / "public/index.html").read_text(encoding="utf-8") == "first"
    assert len(list(releases.iterdir())) == 1


def test_the_last_three_releases_are_kept(tmp_path: Path) -> None:
    releases, current = tmp_path / "releases", tmp_path / "current"
    made = [make(releases, current, str(number)) for number in range(5)]
    assert sorted(releases.iterdir()) == made[-3:]
    assert (current / "public/index.html").read_text(encoding="utf-8") == "4"


def test_what_was_served_before_is_at_hand_for_pages_opened_then(tmp_path: Path) -> None:
    releases, current = tmp_path / "releases", tmp_path / "current"
    first = make(releases, current, "first")
    assert not (tmp_path / "previous").exists()
    second = make(releases, current, "second")
    assert (tmp_path / "previous").resolve() == first
    release.roll_back(releases, current)
    assert (tmp_path / "previous").resolve() == second


def test_what_a_killed_build_left_is_swept_and_what_is_being_built_stays(tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    left = releases / ".building-1"
    left.mkdir(parents=True)
    with release.staging(releases) as building:
        os.utime(building, (0, 0))  # whatever a clock says of its age
        make(releases, None, "first")
        assert building.exists()
    assert not left.exists()


def test_a_release_comes_after_one_of_a_clock_that_ran_ahead(tmp_path: Path) -> None:
    releases, current = tmp_path / "releases", tmp_path / "current"
    ahead = releases / "20350101T000000000000"
    (ahead / "public").mkdir(parents=True)
    made = [make(releases, current, str(number)) for number in range(4)]
    assert [ahead, *made] == sorted([ahead, *made])
    assert sorted(releases.iterdir()) == made[-3:]
    assert release.roll_back(releases, current) == made[-2]


def test_the_switch_never_leaves_a_moment_without_a_release(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    current = tmp_path / "current"
    release.switch(current, first)
    inode = current.lstat().st_ino
    release.switch(current, second)
    assert current.resolve() == second.resolve()
    assert current.lstat().st_ino != inode  # a new link took the old one's place
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
