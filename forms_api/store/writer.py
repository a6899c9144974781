"""The one writing thread of a process: many jobs, one transaction, one sync, then the answers."""

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine

from forms_api.store import fence, turns
from forms_api.store.engine import begin_writing
from forms_api.store.file_guard import DatabaseGone

_T = TypeVar("_T")
_I = TypeVar("_I")
BATCH: Final = 128
GATHER: Final = 0.01  # seconds that a transaction waits for jobs that are being made ready


class QueueFull(Exception):
    """Too many jobs wait: the caller should come back later."""


class Closed(Exception):
    """The process is stopping."""


@dataclass(frozen=True, slots=True)
class _Job:
    """Items of the same `work` that wait together are handed to it in one call."""

    work: Callable[[Connection, Sequence[Any]], Sequence[Any]]
    item: Any
    done: "Future[Any]"


class Writer:
    """Groups jobs into transactions. The thread starts with the first job, so after any fork."""

    def __init__(self, engine: Engine, limit: int = 1024, gather: float = GATHER) -> None:
        self._engine = engine
        self._gather = gather
        self._expected = 0
        self._jobs: queue.Queue[_Job | None] = queue.Queue(limit)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def submit(self, work: Callable[[Connection], _T]) -> "Future[_T]":
        """The job's result once it is committed, or its own exception.

        A job may run twice (when another of its batch failed), so it must leave nothing outside
        its connection. Raises QueueFull or Closed; `fence.Moved` is the result where the database
        takes no more, DatabaseGone where it is not the one that was opened.
        """
        return self._put(lambda connection, _: [work(connection)], None)

    def submit_item(
        self, work: Callable[[Connection, Sequence[_I]], Sequence[_T]], item: _I
    ) -> "Future[_T]":
        """As `submit`; `work` gets all items that wait for it, and gives their results in order."""
        return self._put(work, item)

    def _put(self, work: Callable[[Connection, Any], Sequence[_T]], item: Any) -> "Future[_T]":
        done: Future[_T] = Future()
        with self._lock:
            if self._closed:
                raise Closed
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
                self._thread.start()
            try:
                self._jobs.put_nowait(_Job(work, item, done))
            except queue.Full:
                raise QueueFull from None
        return done

    @contextmanager
    def expecting(self) -> Iterator[None]:
        """While a job is made ready: the next transaction waits a moment and takes it along.

        Two small transactions cost more than one, and the second waits for the first.
        """
        with self._lock:
            self._expected += 1
        try:
            yield
        finally:
            with self._lock:
                self._expected -= 1

    def waiting(self) -> int:
        """How many jobs wait just now, about."""
        return self._jobs.qsize()

    def close(self, seconds: float = 10.0) -> None:
        """Writes what waits, then stops. Jobs that come later raise Closed."""
        with self._lock:
            self._closed = True
            thread = self._thread
        if thread and thread.is_alive():
            self._jobs.put(None)
            thread.join(seconds)

    def _run(self) -> None:
        going = True
        while going:
            batch, going = self._next_batch()
            if batch:
                self._write(batch)

    def _next_batch(self) -> tuple[list[_Job], bool]:
        """All jobs that wait or are expected, at most BATCH; False when none will follow."""
        batch: list[_Job] = []
        item = self._jobs.get()
        deadline = time.monotonic() + self._gather
        while item is not None:
            batch.append(item)
            if len(batch) == BATCH:
                return batch, True
            left = deadline - time.monotonic() if self._expected else 0
            try:
                item = self._jobs.get(timeout=left) if left > 0 else self._jobs.get_nowait()
            except queue.Empty:
                return batch, True
        return batch, False

    def _write(self, batch: list[_Job]) -> None:
        try:
            results = self._commit(batch)
        except Exception as caught:
            error = fence.Moved() if fence.refused(caught) else caught
            if len(batch) == 1 or isinstance(error, DatabaseGone):
                for job in batch:
                    job.done.set_exception(error)
                return
            for job in batch:
                self._write([job])
            return
        for job, result in zip(batch, results, strict=True):
            job.done.set_result(result)

    def _commit(self, batch: list[_Job]) -> list[Any]:
        with self._engine.begin() as connection:
            begin_writing(connection)
            results: list[Any] = [None] * len(batch)
            for work, places in _by_work(batch).items():
                found = work(connection, [batch[place].item for place in places])
                for place, result in zip(places, found, strict=True):
                    results[place] = result
        if guard := turns.guard_of(self._engine):
            guard.confirm()
        return results


def _by_work(batch: Sequence[_Job]) -> dict[Callable[..., Any], list[int]]:
    """Where the jobs of each work stand, in the order of their first."""
    places: dict[Callable[..., Any], list[int]] = {}
    for place, job in enumerate(batch):
        places.setdefault(job.work, []).append(place)
    return places
