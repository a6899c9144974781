"""Whose turn it is to write into an SQLite file: everybody's in turn, whatever process they are in.

SQLite lets a writer that finds the lock taken sleep and look again, at last every tenth of a
second. A busy service has taken it again by then, and another process waits for seconds. Here
they wait in the kernel, at two doors: whoever has passed the first is next at the second, and who
has just written stands at the first again, behind them.
"""

import fcntl
import os
from typing import Any, Final

from sqlalchemy import Connection, Engine, event

_NAME: Final = "turn"


class Turn:
    """What one connection holds; the kernel gives it back when the process ends."""

    def __init__(self, database: str) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        self._first, self._second = (
            os.open(f"{database}-{door}", flags, 0o600) for door in ("next", "turn")
        )
        self._mine = False

    def take(self) -> None:
        """Waits as long as it takes; a transaction here is short."""
        if self._mine:
            return
        fcntl.flock(self._first, fcntl.LOCK_EX)
        fcntl.flock(self._second, fcntl.LOCK_EX)
        fcntl.flock(self._first, fcntl.LOCK_UN)
        self._mine = True

    def give_back(self) -> None:
        for door in (self._second, self._first):
            fcntl.flock(door, fcntl.LOCK_UN)
        self._mine = False

    def close(self) -> None:
        for door in (self._second, self._first):
            os.close(door)


def follow(engine: Engine) -> None:
    """A turn ends when its connection goes back to the pool: after commit or rollback."""

    def checkin(_: object, record: Any) -> None:
        if turn := record.info.get(_NAME):
            turn.give_back()

    def close(_: object, record: Any) -> None:
        if turn := record.info.pop(_NAME, None):
            turn.close()

    event.listen(engine, "checkin", checkin)
    event.listen(engine, "close", close)


def take(connection: Connection) -> None:
    """Before this connection begins to write; nothing for a database without a file."""
    if database := connection.engine.url.database:
        if _NAME not in connection.info:
            connection.info[_NAME] = Turn(database)
        connection.info[_NAME].take()
