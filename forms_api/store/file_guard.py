"""Notices that the SQLite file, its WAL or its folder was removed, replaced, truncated or written
to by anybody else, before another receipt leaves.

SQLite goes on in files that no name leads to any more, and says that all is well. Every program of
ours writes in turn (turns.py), so between two turns nothing may change: whoever ends a turn notes
device, inode, size and time of change of the database, and device, inode and size of the WAL, in
the lock file; whoever takes the next one compares. Within a turn the database itself may not
change before the checkpoint, which is ours too. The kernel is asked for names only: opening the
file and closing it would drop SQLite's locks.

A database that nobody has open may be exchanged, as restoring does: who opens it first notes what
it finds.
"""

import fcntl
import os
import random
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy.exc import SQLAlchemyError

_NOTE: Final = 256  # bytes
_BUSY: Final = b" " * _NOTE  # somebody's turn; stays when that process is killed, and says nothing
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_CLOSING: Final = 2.0  # seconds in which another process may still be closing the database
_SMALLEST: Final = 512  # bytes of the smallest database
_LOG_FRAMES: Final = 1000  # pages in the WAL, then they are brought into the database


class StorageError(SQLAlchemyError):
    """The database cannot be written just now; nothing was acknowledged."""


class DatabaseGone(StorageError):
    """What the path names is not what this process has open; for good."""


class _File(NamedTuple):
    device: int
    inode: int
    size: int
    changed: int  # in nanoseconds


class Seen(NamedTuple):
    database: _File
    log: _File

    def note(self) -> bytes:
        numbers = " ".join(map(str, (*self.database, *self.log[:3])))
        return f"{_boot()} {numbers}".encode().ljust(_NOTE)

    def agrees(self, note: bytes) -> bool:
        """Whether this is what was noted, though the WAL may have grown: a person's repair with
        another program adds to it. A note that tells nothing agrees with everything.
        """
        boot, *numbers = note.decode("ascii", "replace").split() or [""]
        if boot != _boot():
            return True
        noted = [int(number) for number in numbers]
        same = [*self.database, *self.log[:2]] == noted[:-1]
        return same and self.log.size >= noted[-1]


class Lock:
    """A file that is locked by opening it; `turns.Turn` holds two. Also keeps the note."""

    def __init__(self, path: str) -> None:
        self._path = path
        try:
            self.number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except FileNotFoundError as error:
            raise DatabaseGone(f"the folder of {path} is gone") from error
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror}") from error

    def take(self) -> None:
        fcntl.flock(self.number, fcntl.LOCK_EX)

    def take_at_once(self) -> bool:
        """False when somebody else has it, or shares it."""
        try:
            fcntl.flock(self.number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def share(self) -> None:
        fcntl.flock(self.number, fcntl.LOCK_SH)

    def give_back(self) -> None:
        fcntl.flock(self.number, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self.number)

    def is_in_place(self) -> bool:
        """Whether others who open the path lock the same file."""
        mine = os.fstat(self.number)
        there = _look(self._path)
        return there is not None and there[:2] == (mine.st_dev, mine.st_ino)

    def read(self) -> bytes:
        return os.pread(self.number, _NOTE, 0)

    def write(self, note: bytes) -> None:
        try:
            os.pwrite(self.number, note, 0)
        except OSError as error:
            raise StorageError(f"{self._path}: {error.strerror}") from error


class FileGuard:
    """Of one engine. `lost` is set once and for all; `reason` then says what was found."""

    def __init__(self, database: str, lock_path: str) -> None:
        self.lost = threading.Event()
        self.reason = ""
        self._paths = [database, f"{database}-wal", f"{database}-shm"]
        self._lock_path = lock_path
        self._held: list[tuple[int, int]] = []  # device and inode of what is open
        self._users: Lock | None = None
        self._connections = 0
        self._mutex = threading.Lock()

    def open(self, prepare: Callable[[], None]) -> None:
        """Counts a new connection that `prepare` makes ready."""
        with self._mutex:
            if self._connections:
                prepare()
                self.see()
            else:
                self._open_first(prepare)
            self._connections += 1

    def _open_first(self, prepare: Callable[[], None]) -> None:
        note = Lock(self._lock_path)
        users: Lock | None = None
        try:
            users = Lock(f"{self._paths[0]}-open")
            alone = users.take_at_once()
            if not alone:
                users.share()
            prepare()
            self._held = self._identities()
            deadline = time.monotonic() + _CLOSING
            while not alone and not self._agrees(note):
                users.give_back()
                if time.monotonic() > deadline:
                    raise self._gone("it was changed while another process had it open")
                time.sleep(random.uniform(0.005, 0.03))  # noqa: S311
                alone = users.take_at_once()
                if not alone:
                    users.share()
            if alone:
                note.write(self.see().note())
                users.share()
            self._users = users
        except BaseException:
            self._held = []
            if users:
                users.close()
            raise
        finally:
            note.close()

    def _agrees(self, lock: Lock) -> bool:
        """Whether the files are as their last writer left them; they may be written just now."""
        note = lock.read()
        return self.see().agrees(note) or note != lock.read()

    def closing(self, close: Callable[[], None]) -> None:
        """Counts a connection less; the last one is closed before others may think us away."""
        with self._mutex:
            if not self._connections:
                return
            self._connections -= 1
            if not self._connections:
                close()
                self._held = []
                if self._users:
                    self._users.close()
                self._users = None

    @property
    def is_open(self) -> bool:
        return bool(self._held)

    def begin(self, turn: Lock) -> Seen:
        """At the beginning of a turn. Raises DatabaseGone."""
        if not turn.is_in_place():
            raise self._gone("its lock file is gone")
        seen = self.see()
        if not seen.agrees(turn.read()):
            raise self._gone("somebody else wrote into it")
        turn.write(_BUSY)
        return seen

    def still(self, before: Seen) -> Seen:
        """Within a turn, as long as nothing of ours may change the database but its WAL."""
        seen = self.see()
        if seen.database != before.database:
            raise self._gone("somebody else wrote into it")
        if seen.log.size < before.log.size:
            raise self._gone("its WAL was truncated")
        return seen

    def end(self, turn: Lock, before: Seen, connection: Any) -> None:
        """At the end of a turn: what is not as it should be is found by the next `confirm`."""
        note = before.note()
        try:
            seen = self.still(before)
            if seen.log.size > _LOG_FRAMES * 4096 and _frames(connection) > _LOG_FRAMES:
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
                seen = self.see()
            note = seen.note()
        except DatabaseGone:
            pass
        except Exception:  # a checkpoint that finds no room is tried again after the next commit
            note = _BUSY
        try:
            turn.write(note)
        except StorageError:  # the busy note stands
            return

    def confirm(self) -> None:
        """After a turn: raises DatabaseGone unless the commit went to where the path leads."""
        if self.lost.is_set():
            raise DatabaseGone(self.reason)

    def see(self) -> Seen:
        """How the files look now. Raises DatabaseGone for others than those that are open."""
        if self.lost.is_set():
            raise DatabaseGone(self.reason)
        files = []
        for path, held in zip(self._paths, self._held, strict=True):
            file = _look(path)
            if file is None:
                raise self._gone(f"{Path(path).name} was removed")
            if file[:2] != held:
                raise self._gone(f"{Path(path).name} was replaced")
            files.append(file)
        if files[0].size < _SMALLEST:
            raise self._gone("it was truncated")
        return Seen(*files[:2])

    def _identities(self) -> list[tuple[int, int]]:
        files = [_look(path) for path in self._paths]
        if not all(files):
            raise self._gone("it went away while it was opened")
        return [(file.device, file.inode) for file in files if file]

    def _gone(self, reason: str) -> DatabaseGone:
        self.reason = reason
        self.lost.set()
        return DatabaseGone(f"the database {self._paths[0]} is no longer the one in use: {reason}")


def _look(path: str) -> _File | None:
    try:
        status = os.stat(path)  # noqa: PTH116  # a Path for each would cost more than the question
    except OSError:
        return None
    return _File(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


@cache
def _boot() -> str:
    """Differs after a power cut, when times of change need not have reached the disk."""
    try:
        return _BOOT.read_text("ascii").strip()
    except OSError:
        return "-"


def _frames(connection: Any) -> int:
    """Pages in the WAL that are in use; the file itself never shrinks by itself."""
    return int(connection.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()[1])
