"""Whose turn it is to write into an SQLite file: everybody's in turn, whatever process they are in.

SQLite lets a writer that finds the lock taken sleep and look again, at last every tenth of a
second. A busy service has taken it again by then, and another process waits for seconds. Here
they wait in the kernel, at two doors: whoever has passed the first is next at the second, and who
has just written stands at the first again, behind them. At the second door file_guard.py looks
whether the file is still the one that the last of them left.
"""

from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, event

from forms_api.store.file_guard import FileGuard, Lock, Seen

_NAME: Final = "turn"
_guards: WeakKeyDictionary[Engine, FileGuard] = WeakKeyDictionary()


class Turn:
    """What one connection holds; the kernel gives it back when the process ends."""

    def __init__(self, database: str, guard: FileGuard) -> None:
        self._guard = guard
        self._first = Lock(f"{database}-next")
        try:
            self._second = Lock(lock_path(database))
        except BaseException:
            self._first.close()
            raise
        self._seen: Seen | None = None
        self._mine = False

    def take(self) -> None:
        """Waits as long as it takes; a transaction here is short. Raises DatabaseGone."""
        if self._mine:
            return
        self._first.take()
        self._second.take()
        self._first.give_back()
        self._mine = True
        self._seen = self._guard.begin(self._second)

    def check(self) -> None:
        """Before a commit: raises DatabaseGone when somebody else touched the file meanwhile."""
        if self._seen:
            self._guard.still(self._seen)

    def look_again(self) -> None:
        """After a checkpoint of our own."""
        if self._seen:
            self._seen = self._guard.see()

    def give_back(self, connection: Any) -> None:
        if self._seen:
            self._guard.end(self._second, self._seen, connection)
        self._seen = None
        for door in (self._second, self._first):
            door.give_back()
        self._mine = False

    def close(self) -> None:
        for door in (self._second, self._first):
            door.close()


def lock_path(database: str) -> str:
    """The file whose lock is the turn; it also keeps the guard's note."""
    return f"{database}-turn"


def follow(engine: Engine, guard: FileGuard) -> None:
    """A turn ends when its connection goes back to the pool: after commit or rollback."""

    def checkin(connection: Any, record: Any) -> None:
        if turn := record.info.get(_NAME):
            turn.give_back(connection)

    def close(_: object, record: Any) -> None:
        if turn := record.info.pop(_NAME, None):
            turn.close()

    def commit(connection: Connection) -> None:
        if turn := connection.info.get(_NAME):
            turn.check()

    event.listen(engine, "checkin", checkin)
    event.listen(engine, "close", close)
    event.listen(engine, "commit", commit)
    _guards[engine] = guard


def take(connection: Connection) -> None:
    """Before this connection begins to write; nothing for a database without a file."""
    if guard := _guards.get(connection.engine):
        if _NAME not in connection.info:
            connection.info[_NAME] = Turn(str(connection.engine.url.database), guard)
        connection.info[_NAME].take()


def checkpoint(connection: Connection) -> None:
    """In a turn: brings the whole WAL into the database and empties it."""
    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    if turn := connection.info.get(_NAME):
        turn.look_again()


def guard_of(engine: Engine) -> FileGuard | None:
    """None for a database without a file of ours."""
    return _guards.get(engine)
