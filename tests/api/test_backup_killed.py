"""Backups that are killed leave nothing readable behind; old ones go by a clock that is trusted."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from forms_api import clock, heartbeat, privacy
from forms_api.backup import archive, forgotten, making, snapshots
from forms_api.backup.faults import BackupError
from forms_api.backup.restoring import Restored, restore
from forms_api.doctor import kept
from forms_api.render import Receipt
from forms_api.settings import ROOT
from forms_api.store.engine import open_engine
from forms_api.store.forgetting import Stone
from forms_api.store.tables import submission, tombstone
from scripts.prove.instance import AGE, draft, form
from tests.api.conftest import Instance

DAY = timedelta(days=1)


def keep(instance: Instance) -> Receipt:
    return instance.services.keeping.keep(form(), draft("Is this a question?"), AGE)


def make(instance: Instance) -> Path:
    mine = instance.services
    folder = instance.folder / "backups"
    return making.make(mine.engine, folder, instance.settings.recipients)[0]


def write(instance: Instance) -> Callable[..., Any]:
    return privacy.directly(instance.services.engine)


# Kills itself at an event that Python tells of: at a file that is opened, renamed or removed.
KILLED = """
import os, signal, sys
from forms_api import cli
from forms_api.backup import command
event, name = sys.argv[1:]
def hook(seen, args):
    if seen == event and name in str(args[0]):
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
cli.main(["backup"])
"""


@pytest.mark.parametrize(
    ("event", "name", "left"),
    [
        ("os.remove", ".snapshot-", 1),  # before a byte is in it
        ("open", ".backup.part", 0),  # the snapshot is whole, nothing is sealed yet
        ("os.rename", ".backup.part", 1),  # all is sealed
        ("os.rename", "forgotten.txt.part", 1),
    ],
)
def test_a_killed_backup_leaves_nothing_unsealed_and_the_next_one_clears_up(
    instance: Instance, event: str, name: str, left: int
) -> None:
    reference = keep(instance).reference
    folder = instance.folder / "backups"
    (instance.folder / "keys.txt").write_text("\n".join(instance.settings.recipients))
    environ = os.environ | {
        "FORMS_DATABASE_URL": instance.settings.database_url,
        "FORMS_RECIPIENTS_FILE": str(instance.folder / "keys.txt"),
        "FORMS_BACKUPS": str(folder),
    }
    done = subprocess.run([sys.executable, "-c", KILLED, event, name], cwd=ROOT, env=environ)
    assert done.returncode == -9
    for path in folder.iterdir():
        assert reference.encode() not in path.read_bytes()
        assert b"SQLite format 3" not in path.read_bytes()
    settings = replace(instance.settings, backups=folder)
    found = [path for path in making.leftovers(folder) if path.parent == folder]
    assert len(found) == left
    codes = [one.code for one in kept.backups(settings, clock.now())]
    assert ("backup-leftover" in codes) == bool(left)
    make(instance)
    assert {path.suffix for path in folder.iterdir()} == {".backup", ".txt"}
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_what_an_earlier_version_left_is_cleared_away_too(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(instance)
    folder = instance.folder / "backups"
    temporary = instance.folder / "tmp"
    for place in (folder / ".snapshot-abc", temporary / "jinqiao-check-x", temporary / "other"):
        place.mkdir(parents=True)
        (place / "snapshot.sqlite").write_bytes(b"SQLite format 3")
    for name in (".jinqiao-1.backup.part-77", ".jinqiao-1.backup.sealed-77"):
        (folder / name).write_bytes(b"age")
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    assert len(making.leftovers(folder)) == 4
    made = make(instance)
    assert {path.name for path in folder.iterdir()} == {made.name, forgotten.NAME}
    assert [path.name for path in temporary.iterdir()] == ["other"]


def test_two_backups_at_once_leave_each_other_alone(instance: Instance) -> None:
    from concurrent.futures import ThreadPoolExecutor

    keep(instance)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: make(instance), range(4)))
    assert len(set(made)) == 4
    assert all(archive.verify(path).submissions == 1 for path in made)


def test_a_backup_of_an_earlier_version_is_read(instance: Instance, tmp_path: Path) -> None:
    """Its database has a write-ahead log in its header; nothing is written beside the snapshot."""
    keep(instance)
    source = instance.folder / "forms.sqlite"
    instance.services.engine.dispose()
    with snapshots.anonymous(tmp_path) as snapshot:
        known = snapshots.take(instance.services.engine, snapshot)
    old = tmp_path / "old.backup"
    with source.open("rb") as plain:
        assert plain.read(20)[18:] == b"\x02\x02"
        about = {"created_at": clock.utc(clock.now()), **known}
        archive.write(plain, old, instance.settings.recipients, about)
    before = set(tmp_path.iterdir())
    assert making.check(old, [instance.identity]).submissions == 1
    assert set(tmp_path.iterdir()) == before


def dated(folder: Path, path: Path, days: float) -> Path:
    """The same backup as if it had been made so many days ago."""
    moment = clock.now() - timedelta(days=days)
    kind, about, body = path.read_bytes().split(b"\n", 2)
    created = archive.read_manifest(path).created_at.encode()
    name = folder / f"jinqiao-{archive.stamp(moment)}.backup"
    fresh = about.replace(created, clock.utc(moment).encode())
    name.write_bytes(b"\n".join([kind, fresh, body]))
    return name


@pytest.mark.parametrize(
    ("ages", "left"),
    [
        ([1, 2, 3, 34, 36, 90], [1, 2, 3, 34]),
        ([100, 200, 300, 400, 500], [100, 200, 300]),
        ([-3000, -2999, -2998, 1, 36, 37, 38], [-3000, -2999, -2998, 1, 36, 37]),
        ([], []),
    ],
)
def test_old_backups_go_but_for_the_newest_three(
    instance: Instance, ages: list[int], left: list[int]
) -> None:
    keep(instance)
    one, folder = make(instance), instance.folder / "old"
    folder.mkdir()
    (folder / "notes.backup").write_text("no backup")
    names = {age: dated(folder, one, age) for age in ages}
    mine = instance.services
    assert making.drop_old(mine.engine, folder, 35) == []  # no heartbeat tells the time yet
    write(instance)(lambda c: heartbeat.confirm(c, clock.now()))
    ahead = clock.now() + 3000 * DAY
    assert making.drop_old(mine.engine, folder, 35, ahead) == []
    making.drop_old(mine.engine, folder, 35)
    assert {path.name for path in folder.iterdir()} == {
        "notes.backup", *(names[age].name for age in left)
    }  # fmt: skip


def test_the_doctor_names_old_backups_those_ahead_and_a_database_that_shrank(
    instance: Instance,
) -> None:
    keep(instance)
    folder = instance.folder / "backups"
    settings = replace(instance.settings, backups=folder)
    one = make(instance)
    for age in (38, 39, 40, 41):
        dated(folder, one, age)
    dated(folder, one, -3000)
    codes = {item.code for item in kept.backups(settings, clock.now())}
    assert codes == {"backup-kept", "backup-ahead"}
    kind, about, body = one.read_bytes().split(b"\n", 2)
    one.write_bytes(
        b"\n".join([kind, about.replace(b'"submission": 1', b'"submission": 60'), body])
    )
    found = kept.check(settings, instance.services.forms, clock.now())
    assert "fewer-than-saved" in {item.code for item in found}


@pytest.mark.parametrize(
    ("days", "today", "expected"),
    [
        ([], "2026-12-01", (0, 0)),
        (["2026-11-01", "2026-11-05", "2026-11-30"], "2026-12-01", (1, 25)),
        (["2026-11-01"], "2035-01-01", (2983, 0)),
    ],
)
def test_how_long_it_was_quiet(days: list[str], today: str, expected: tuple[int, int]) -> None:
    assert kept.quiet_days(days, datetime.fromisoformat(today).date()) == expected


class TestRestore:
    """What a restore makes of a list, whatever clocks wrote it."""

    @pytest.fixture
    def restored(self, instance: Instance) -> Callable[..., tuple[set[str], Restored]]:
        """What can be read after a restore with such a list, and what the restore says."""

        def run(path: Path, stones: dict[str, Stone]) -> tuple[set[str], Restored]:
            lines = "".join(
                f"{name} {it.day} {it.why}".rstrip() + "\n" for name, it in stones.items()
            )
            (path.parent / forgotten.NAME).write_text(lines)
            place = instance.folder / "new"
            place.mkdir()
            engine = open_engine(f"sqlite:///{place / 'forms.sqlite'}")
            try:
                done = restore(engine, path, [instance.identity])
                full = submission.select().where(submission.c.ciphertext.is_not(None))
                with engine.connect() as connection:
                    there = {row.reference for row in connection.execute(full)}
                    self.stones = set(connection.execute(tombstone.select()))
                    self.ends = {
                        row.reference: row.retain_until for row in connection.execute(full)
                    }
            finally:
                engine.dispose()
            return there, done

        return run

    @pytest.mark.parametrize(
        ("offset", "why", "alive"),
        [
            (0, "asked", False), (3000, "asked", False), (0, "withdrawn", False),
            (0, "", False), (3000, "", True), (40, "", True),
            (0, "retention", True), (3000, "retention", True),
        ],
    )  # fmt: skip
    def test_somebodys_wish_counts_whatever_the_clock_said_and_a_day_ahead_does_not(
        self,
        instance: Instance,
        restored: Callable[..., tuple[set[str], Restored]],
        offset: int,
        why: str,
        alive: bool,
    ) -> None:
        reference = keep(instance).reference
        day = (clock.today() + offset * DAY).isoformat()
        there, done = restored(make(instance), {reference: Stone(day, why)})
        assert (reference in there) == alive
        assert done.not_obeyed == ((reference,) if alive and not why else ())
        assert (done.erased_again, done.due_again) == (not alive, why == "retention")

    def test_what_went_at_its_date_goes_again_on_that_day_by_a_clock_that_is_trusted(
        self, instance: Instance, restored: Callable[..., tuple[set[str], Restored]]
    ) -> None:
        early, ahead = (keep(instance).reference for _ in range(2))
        path = make(instance)
        days = {early: clock.today(), ahead: clock.today() + 3000 * DAY}
        restored(path, {name: Stone(day.isoformat(), "retention") for name, day in days.items()})
        assert self.ends[early] == (clock.today() - DAY).isoformat()
        (own,) = instance.rows(f"SELECT retain_until FROM submission WHERE reference = '{ahead}'")  # noqa: S608
        assert self.ends[ahead] == own[0]

    def test_a_day_after_the_lists_own_last_change_is_not_obeyed(
        self, instance: Instance, restored: Callable[..., tuple[set[str], Restored]]
    ) -> None:
        """A desk's computer whose clock is wrong too: the list itself says when it was written."""
        reference = keep(instance).reference
        path = make(instance)
        wrong = clock.today() + 20 * DAY
        other = instance.folder / "list.txt"
        other.write_text(f"{reference} {wrong}T00:00:00Z\n")
        old = time.time() - 86_400
        os.utime(other, (old, old))
        place = open_engine(f"sqlite:///{instance.folder / 'x.sqlite'}")
        done = restore(place, path, [instance.identity], [other])
        place.dispose()
        assert (done.erased_again, done.not_obeyed) == (0, (reference,))


def test_a_key_that_is_none_and_a_database_of_a_newer_program_are_a_sentence(
    instance: Instance, tmp_path: Path
) -> None:
    keep(instance)
    path = make(instance)
    with pytest.raises(BackupError, match="no public key"):
        making.make(instance.services.engine, tmp_path / "b", ("age1xyz",))
    assert list((tmp_path / "b").iterdir()) == []
    newer = open_engine(f"sqlite:///{tmp_path / 'newer.sqlite'}")
    with newer.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('0099')")
    with pytest.raises(BackupError, match="newer than the program"):
        restore(newer, path, [instance.identity])
    newer.dispose()
    (tmp_path / "broken.sqlite").write_bytes(b"this is no database " * 500)
    broken = open_engine(f"sqlite:///{tmp_path / 'broken.sqlite'}")
    with pytest.raises(BackupError, match="damaged"):
        making.make(broken, tmp_path / "b", instance.settings.recipients)
    broken.dispose()
