"""The database's file changes under a running service: no receipt leaves for what would be lost."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pysqlite3
import pytest
from sqlalchemy import Connection, Engine

from forms_api.store import turns
from forms_api.store.engine import (
    DatabaseUnusable,
    clear_log,
    migrate,
    open_engine,
    refuse_empty,
    refuse_missing,
)
from forms_api.store.file_guard import DatabaseGone
from forms_api.store.writer import Writer
from scripts.prove.instance import ROOT


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'forms.sqlite'}"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(url(tmp_path / "data"))
    migrate(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE line (text)")
    yield engine
    engine.dispose()


def add(connection: Connection) -> int:
    connection.exec_driver_sql("INSERT INTO line VALUES (hex(randomblob(2000)))")
    return connection.exec_driver_sql("SELECT count(*) FROM line").scalar_one()


def copied(database: Path) -> Path:
    """The database as it is now, in a file beside it."""
    copy = database.with_name("old")
    with closing(pysqlite3.connect(str(database))) as now, closing(pysqlite3.connect(copy)) as old:
        now.backup(old)
    return copy


def removed(folder: Path) -> None:
    for file in folder.glob("forms.sqlite*"):
        file.unlink()


def mixed_up(folder: Path, ending: str) -> None:
    """Another file under the name of one that is open."""
    other = folder / "other"
    shutil.copyfile(folder / f"forms.sqlite{ending}", other)
    other.replace(folder / f"forms.sqlite{ending}")


FAULTS: dict[str, Callable[[Path, Path], object]] = {
    "all removed": lambda folder, _: removed(folder),
    "database removed": lambda folder, _: (folder / "forms.sqlite").unlink(),
    "WAL removed": lambda folder, _: (folder / "forms.sqlite-wal").unlink(),
    "shared memory removed": lambda folder, _: (folder / "forms.sqlite-shm").unlink(),
    "lock removed": lambda folder, _: (folder / "forms.sqlite-turn").unlink(),
    "folder removed": lambda folder, _: shutil.rmtree(folder),
    "folder moved": lambda folder, _: folder.rename(folder.with_name("elsewhere")),
    "truncated": lambda folder, _: os.truncate(folder / "forms.sqlite", 0),
    "truncated to a page": lambda folder, _: os.truncate(folder / "forms.sqlite", 4096),
    "WAL truncated": lambda folder, _: os.truncate(folder / "forms.sqlite-wal", 0),
    "WAL replaced": lambda folder, _: mixed_up(folder, "-wal"),
    "older copy by cp": lambda folder, old: shutil.copyfile(old, folder / "forms.sqlite"),
    "older copy by cp -p": lambda folder, old: shutil.copy2(old, folder / "forms.sqlite"),
    "older copy by mv": lambda folder, old: old.replace(folder / "forms.sqlite"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("checkpointed", [False, True])
def test_what_is_no_longer_the_file_takes_nothing(
    engine: Engine, tmp_path: Path, fault: str, checkpointed: bool
) -> None:
    folder, writer = tmp_path / "data", Writer(engine)
    writer.submit(add).result(10)
    old = copied(folder / "forms.sqlite")
    writer.submit(add).result(10)
    if checkpointed:
        clear_log(engine)
        writer.submit(add).result(10)
    FAULTS[fault](folder, old)
    for _ in range(2):
        with pytest.raises(DatabaseGone):
            writer.submit(add).result(10)
    guard = turns.guard_of(engine)
    assert guard and guard.lost.is_set() and guard.reason
    writer.close()


def test_a_fault_within_a_transaction_is_noticed_before_its_commit(
    engine: Engine, tmp_path: Path
) -> None:
    old = copied(tmp_path / "data/forms.sqlite")

    def work(connection: Connection) -> None:
        add(connection)
        shutil.copyfile(old, tmp_path / "data/forms.sqlite")

    writer = Writer(engine)
    with pytest.raises(DatabaseGone):
        writer.submit(work).result(10)
    writer.close()


def test_a_missing_file_is_not_made_anew_by_the_next_connection(
    engine: Engine, tmp_path: Path
) -> None:
    with engine.connect():
        removed(tmp_path / "data")
        with pytest.raises(DatabaseGone), engine.connect():
            pass
    assert not (tmp_path / "data/forms.sqlite").exists()


def test_what_nobody_has_open_may_be_exchanged(engine: Engine, tmp_path: Path) -> None:
    writer = Writer(engine)
    writer.submit(add).result(10)
    old = copied(tmp_path / "data/forms.sqlite")
    writer.submit(add).result(10)
    writer.close()
    engine.dispose()
    removed(tmp_path / "data")
    old.replace(tmp_path / "data/forms.sqlite")
    again = open_engine(url(tmp_path / "data"))
    writer = Writer(again)
    assert writer.submit(add).result(10) == 2
    writer.close()
    again.dispose()


def test_another_process_does_not_take_an_exchanged_file_for_good(
    engine: Engine, tmp_path: Path
) -> None:
    """The one that has it open would not hear of it otherwise."""
    writer = Writer(engine)
    old = copied(tmp_path / "data/forms.sqlite")
    writer.submit(add).result(10)
    shutil.copyfile(old, tmp_path / "data/forms.sqlite")
    line = (
        f"from forms_api.store.engine import *; open_engine({url(tmp_path / 'data')!r}).connect()"
    )
    other = subprocess.run([sys.executable, "-c", line], cwd=ROOT, capture_output=True, text=True)
    assert "DatabaseGone" in other.stderr
    with pytest.raises(DatabaseGone):
        writer.submit(add).result(10)
    writer.close()


def busy(address: str, seconds: float) -> None:
    """What purge, backup and inbox do: open, write a little, empty the WAL, close."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        engine = open_engine(address)
        writer = Writer(engine)
        for _ in range(3):
            writer.submit(add).result(30)
        clear_log(engine)
        writer.close()
        engine.dispose()


def test_load_checkpoints_and_other_processes_raise_no_alarm(
    engine: Engine, tmp_path: Path
) -> None:
    """Nobody holds the file all the time: it is opened first and closed last again and again."""
    engine.dispose()
    context = multiprocessing.get_context("spawn")
    others = [context.Process(target=busy, args=(url(tmp_path / "data"), 2.0)) for _ in range(3)]
    for one in others:
        one.start()
    for one in others:
        one.join(60)
    assert [one.exitcode for one in others] == [0, 0, 0]


def test_a_full_wal_is_brought_into_the_database_by_itself(engine: Engine, tmp_path: Path) -> None:
    writer, data = Writer(engine), tmp_path / "data/forms.sqlite"

    def much(connection: Connection) -> None:
        connection.exec_driver_sql("INSERT INTO line VALUES (randomblob(6000000))")

    for _ in range(3):
        writer.submit(much).result(30)
    assert data.stat().st_size > 12_000_000
    assert data.with_name("forms.sqlite-wal").stat().st_size < 8_000_000
    writer.close()


def test_files_are_for_this_user_alone_whatever_the_umask(tmp_path: Path) -> None:
    former = os.umask(0)
    try:
        engine = open_engine(url(tmp_path / "var/data"))
        migrate(engine)
    finally:
        os.umask(former)
    files = list((tmp_path / "var/data").iterdir())
    assert {file.name.removeprefix("forms.sqlite") for file in files} >= {"", "-wal", "-shm"}
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    folders = [tmp_path / "var", tmp_path / "var/data"]
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}
    engine.dispose()


def test_where_none_may_be_made_a_missing_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match="database new"):
        refuse_missing(url(tmp_path))
    engine = open_engine(url(tmp_path))
    with pytest.raises(DatabaseUnusable, match="restore"):
        refuse_empty(engine)
    migrate(engine)
    refuse_empty(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseUnusable, match="newer version"):
        migrate(engine)
    engine.dispose()


def test_readers_of_several_threads_open_it_at_once(tmp_path: Path) -> None:
    engine = open_engine(url(tmp_path))
    migrate(engine)
    engine.dispose()
    found: list[object] = []

    def read() -> None:
        with engine.connect() as connection:
            found.append(connection.exec_driver_sql("SELECT count(*) FROM submission").scalar())

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == [0] * 8
    engine.dispose()
