"""Whether what comes in can be kept: a real write now and then, and room left on the disk."""

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from forms_api.store import turns
from forms_api.store.writer import Closed, QueueFull, Writer

State = Literal["ok", "gone", "full", "away", "busy"]
FRESH: Final = 5.0  # seconds for which an answer holds
_PATIENCE: Final = 5.0
_MB: Final = 1 << 20


class Health:
    """`reserve` MB stay free for erasures and for what is under way; nothing new comes in then.

    Only a file's disk can be measured; PostgreSQL's server says by itself that it is full.
    """

    def __init__(self, engine: Engine, writer: Writer, reserve: int) -> None:
        self._engine, self._writer = engine, writer
        self._reserve = reserve * _MB
        self._guard = turns.guard_of(engine)
        self._folder = Path(engine.url.database or "").parent if self._guard else None
        self._lock = threading.Lock()
        self._write: tuple[float, State] = (-FRESH, "ok")
        self._room: tuple[float, bool] = (-FRESH, True)

    def state(self) -> State:
        """As it is now, or was a few seconds ago."""
        if self._guard and self._guard.lost.is_set():
            return "gone"
        if not self.has_room():
            return "full"
        with self._lock:
            moment, state = self._write
            if time.monotonic() - moment >= FRESH:
                state = self._try()
                self._write = (time.monotonic(), state)
        return state

    def has_room(self) -> bool:
        """Whether something new may come in."""
        moment, room = self._room
        if time.monotonic() - moment >= 1.0:
            try:
                room = self._folder is None or shutil.disk_usage(self._folder).free >= self._reserve
            except OSError:  # the folder is gone: what is written next says so
                room = True
            self._room = (time.monotonic(), room)
        return room

    def when_gone(self, work: Callable[[str], None]) -> None:
        """In a thread: calls `work` with the reason once the database is not there any more."""
        if (guard := self._guard) is None:
            return

        def wait() -> None:
            guard.lost.wait()
            work(guard.reason)

        threading.Thread(target=wait, name="database-gone", daemon=True).start()

    def _try(self) -> State:
        try:
            self._writer.submit(_touch).result(_PATIENCE)
        except (QueueFull, Closed, TimeoutError):
            return "busy"
        except SQLAlchemyError:
            return "gone" if self._guard and self._guard.lost.is_set() else "away"
        return "ok"


def _touch(connection: Connection) -> None:
    """A page goes to the disk, nothing changes."""
    connection.exec_driver_sql("UPDATE alembic_version SET version_num = version_num")
