"""The writing thread: batches, failures that stay alone, a full queue, a clean end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, func, insert, select

from forms_api.store.engine import migrate, open_engine
from forms_api.store.tables import event, metadata
from forms_api.store.writer import BATCH, Closed, QueueFull, Writer
from tests.api.conftest import Instance
from tests.api.examples import ASK


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'some' / 'forms.sqlite'}")
    migrate(engine)
    yield engine
    engine.dispose()


def note(name: str) -> Callable[[Connection], str]:
    def work(connection: Connection) -> str:
        connection.execute(insert(event).values(day="now", actor="test", action=name))
        if name.startswith("bad"):
            raise ValueError(name)
        return name

    return work


def count(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(event)).scalar_one()


def test_a_failed_job_fails_alone_and_leaves_nothing(engine: Engine) -> None:
    writer = Writer(engine)
    names = [f"bad {n}" if n % 7 == 0 else f"good {n}" for n in range(300)]
    done = [writer.submit(note(name)) for name in names]
    for name, one in zip(names, done, strict=True):
        error = one.exception(10)
        assert (str(error) == name) if name.startswith("bad") else (one.result() == name)
    assert count(engine) == sum(name.startswith("good") for name in names)
    writer.close()


def test_what_waits_together_is_committed_together(engine: Engine) -> None:
    writer = Writer(engine)
    hold, begun = threading.Event(), threading.Event()
    writer.submit(lambda _: (begun.set(), hold.wait(10)))
    begun.wait(10)
    seen: list[int] = []
    jobs = [
        writer.submit(lambda connection: seen.append(id(connection)) or note("x")(connection))
        for _ in range(BATCH + 1)
    ]
    hold.set()
    for one in jobs:
        one.result(10)
    assert len(set(seen[:BATCH])) == 1
    assert count(engine) == BATCH + 1
    writer.close()


def test_a_transaction_takes_along_what_is_being_made_ready(engine: Engine) -> None:
    writer = Writer(engine, gather=10)
    seen: list[int] = []
    with writer.expecting():
        jobs = [writer.submit(lambda one: seen.append(id(one)) or note("x")(one))]
        time.sleep(0.1)
    jobs.append(writer.submit(lambda one: seen.append(id(one)) or note("y")(one)))
    assert [one.result(20) for one in jobs] == ["x", "y"]
    assert len(set(seen)) == 1
    writer.close()


def test_nobody_waits_long_for_what_never_comes(engine: Engine) -> None:
    writer = Writer(engine)
    with writer.expecting():
        assert writer.submit(note("alone")).result(10) == "alone"
    writer.close()


def test_a_full_queue_refuses_at_once(engine: Engine) -> None:
    writer = Writer(engine, limit=2)
    hold, begun = threading.Event(), threading.Event()
    writer.submit(lambda _: (begun.set(), hold.wait(10)))
    begun.wait(10)
    waiting = [writer.submit(note("waits")) for _ in range(2)]
    with pytest.raises(QueueFull):
        writer.submit(note("too many"))
    hold.set()
    assert [one.result(10) for one in waiting] == ["waits", "waits"]
    writer.close()


def test_closing_writes_what_waits_and_refuses_the_rest(engine: Engine) -> None:
    writer = Writer(engine)
    done = [writer.submit(note(f"good {n}")) for n in range(50)]
    writer.close()
    assert all(one.done() for one in done)
    assert count(engine) == 50
    with pytest.raises(Closed):
        writer.submit(note("late"))


def test_a_full_queue_is_told_as_503_with_a_time_to_come_back(
    new_instance: Callable[..., Instance],
) -> None:
    instance = new_instance(queue=1)
    checked = instance.check("help-ask", ASK).json
    hold, begun = threading.Event(), threading.Event()
    instance.services.writer.submit(lambda _: (begun.set(), hold.wait(10)))
    begun.wait(10)
    waiting = instance.services.writer.submit(lambda _: None)
    reply = instance.confirm("help-ask", checked)
    hold.set()
    waiting.result(10)
    assert (reply.status_code, reply.json["code"]) == (503, "busy")
    assert reply.headers["Retry-After"] == "2"
    assert instance.confirm("help-ask", checked).status_code == 201


def test_the_tables_of_the_code_are_those_of_the_migrations(engine: Engine) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_database_syncs_fully_and_keeps_a_write_ahead_log(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_migrating_twice_at_once_is_safe(tmp_path: Path) -> None:
    engines = [open_engine(f"sqlite:///{tmp_path / 'twice.sqlite'}") for _ in range(2)]
    threads = [threading.Thread(target=migrate, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(engines[0]) == 0
    for engine in engines:
        engine.dispose()
