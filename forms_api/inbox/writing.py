"""Writes of the inbox: sealed beforehand, in short transactions, so that nobody waits long.

The service writes in groups, one right after the other; SQLite's own way of waiting looks in ever
longer pauses and misses the moments between them. Looking every millisecond finds one soon.
"""

import time
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from forms_api.privacy import Write
from forms_api.store.engine import begin_writing

PATIENCE: Final = 5.0  # seconds until we say that the database is busy
_PAUSE: Final = 0.001


def writing(engine: Engine) -> Write:
    """Does a piece of work in one writing transaction. Raises OperationalError when it cannot."""
    if engine.dialect.name != "sqlite":
        return lambda work: _work(engine, work, begin_writing)
    return lambda work: _work(engine, work, _begin_soon)


def _work(
    engine: Engine, work: Callable[[Connection], Any], begin: Callable[[Connection], None]
) -> Any:
    with engine.begin() as connection:
        begin(connection)
        return work(connection)


def _begin_soon(connection: Connection) -> None:
    deadline = time.monotonic() + PATIENCE
    usual = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
    connection.exec_driver_sql("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                begin_writing(connection)
                return
            except OperationalError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(_PAUSE)
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={usual}")
