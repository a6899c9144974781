"""What one thread of the service does besides: alerts, forgetting. All is safe to repeat.

Mail has a thread of its own (outbox.Delivery): no mail server delays what is done here.
"""

import threading
import time
from collections.abc import Callable
from typing import Any, Final

import structlog
from flask import Flask
from sqlalchemy import Connection

from forms_api import alerts, clock, privacy, services
from forms_api.store.writer import Closed

LOOK_EVERY: Final = 300.0  # seconds
PURGE_EVERY: Final = 3600.0  # what is due goes on its day; receipts' codes within the hour
_log = structlog.get_logger()


class Housekeeper:
    """`turn()` does what is due; `start()` does so in a thread until `stop()`."""

    def __init__(self, app: Flask) -> None:
        self._mine = services.of(app)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeper", daemon=True)
        self._next = dict.fromkeys(("look", "purge"), 0.0)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def turn(self) -> None:
        """One failure, such as a database that is away, is told in the log and tried again."""
        jobs = (
            ("look", LOOK_EVERY, self._look),
            ("purge", PURGE_EVERY, self._purge),
        )
        for name, pause, job in jobs:
            if time.monotonic() < self._next[name]:
                continue
            self._next[name] = time.monotonic() + pause
            try:
                job()
            except Closed:
                self._stopped.set()
                return
            except Exception as error:
                _log.error("housekeeping failed", job=name, kind=type(error).__name__)

    def _run(self) -> None:
        while not self._stopped.wait(1.0):
            self.turn()

    def _look(self) -> None:
        arrivals = self._mine.keeping.arrivals
        for kind in self._write(lambda connection: alerts.look(connection, clock.now(), arrivals)):
            _log.warning("jump", kind=kind)

    def _purge(self) -> None:
        done = privacy.purge(self._mine.engine, self._write, self._mine.forms)
        if done.forms:
            _log.info("purged", forms=dict(done.forms))

    def _write(self, work: Callable[[Connection], Any]) -> Any:
        return self._mine.writer.submit(work).result(60)
