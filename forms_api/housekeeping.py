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

from forms_api import alerts, clock, heartbeat, privacy, services
from forms_api.heartbeat import Heartbeat, Verdict
from forms_api.store.writer import Closed

LOOK_EVERY: Final = 300.0  # seconds
PURGE_EVERY: Final = 3600.0  # what is due goes on its day; receipts' codes within the hour
_log = structlog.get_logger()


class Housekeeper:
    """`turn()` does what is due; `start()` does so in a thread until `stop()`."""

    def __init__(self, app: Flask, pulse: Heartbeat | None = None) -> None:
        self._mine = services.of(app)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeper", daemon=True)
        self._pulse = pulse or Heartbeat()
        self._verdict: Verdict | None = None
        self._next = dict.fromkeys(("beat", "look", "purge"), 0.0)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(10)

    @property
    def stopped(self) -> str:
        """Why nothing is deleted by date just now, a key of heartbeat.REASONS, or ""."""
        return self._verdict.why if self._verdict else ""

    def turn(self) -> None:
        """One failure, such as a database that is away, is told in the log and tried again."""
        jobs = (
            ("beat", heartbeat.EVERY, self._beat),
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

    def _beat(self) -> None:
        before, forms = self._verdict, self._mine.forms
        now = self._write(lambda connection: privacy.beat(self._pulse, connection, forms))
        self._verdict = now
        if now.why and (before is None or before.why != now.why):
            _log.error("forgetting stopped", why=now.why, now=clock.utc(now.now))
        if before and before.why and not now.why:
            _log.warning("forgetting goes on", after=before.why)
            self._next["purge"] = 0.0

    def _purge(self) -> None:
        """What is due, unless the clock may be wrong; that too many are due is looked at anew."""
        verdict = self._verdict
        if verdict is None or verdict.why not in {"", "many"}:
            return
        try:
            done = privacy.purge(self._mine.engine, self._write, self._mine.forms, verdict.now)
        except privacy.TooMany:
            self._next["beat"] = 0.0  # it tells
            return
        if done.forms:
            _log.info("purged", forms=dict(done.forms))

    def _write(self, work: Callable[[Connection], Any]) -> Any:
        return self._mine.writer.submit(work).result(60)
