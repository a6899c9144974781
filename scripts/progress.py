"""What a command is doing, said on stderr once it takes longer than two seconds.

Standard library only: the door uses it before the environment exists.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

PATIENCE = 2.0  # seconds a person waits before they want to know
REFRESH_TERMINAL = 0.1  # seconds between two updates of the same line
REFRESH_LOG = 5.0  # the same where every update is a line of its own


def say(text: str, stream: TextIO | None = None) -> None:
    print(text, file=stream or sys.stderr, flush=True)


class Step:
    """One piece of work. Silent until `PATIENCE` has passed, unless announced at once."""

    def __init__(self, what: str, stream: TextIO, announce: bool = False) -> None:
        self.what = what
        self.stream = stream
        self.began = time.monotonic()
        self._terminal = stream.isatty()
        self._lock = threading.Lock()
        self._announced = False
        self._last_update = 0.0
        self._line_open = False
        self._timer = threading.Timer(PATIENCE, self._announce)
        self._timer.daemon = True
        if announce:
            self._announce()
        else:
            self._timer.start()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def update(self, done: int, total: int, detail: str = "") -> None:
        """`done` of `total` pieces; `detail` names the present one. Cheap to call often."""
        with self._lock:
            now = time.monotonic()
            pause = REFRESH_TERMINAL if self._terminal else REFRESH_LOG
            if not self._announced or now - self._last_update < pause:
                return
            self._last_update = now
            line = f"  {done}/{total} {detail}".rstrip()
            if self._terminal:
                self.stream.write(f"\r\033[K{line[:100]}")
                self._line_open = True
            else:
                self.stream.write(line + "\n")
            self.stream.flush()

    def end(self, outcome: str = "") -> None:
        self._timer.cancel()
        with self._lock:
            if self._line_open:
                self.stream.write("\r\033[K")
            if self._announced:
                ending = f" {outcome}" if outcome else ""
                self.stream.write(f"  {self.seconds:.1f} s{ending}\n")
                self.stream.flush()

    def _announce(self) -> None:
        with self._lock:
            self._announced = True
            self.stream.write(f"{self.what} …\n")
            self.stream.flush()


@contextmanager
def step(what: str, *, announce: bool = False, stream: TextIO | None = None) -> Iterator[Step]:
    """`with step("…") as s:` says what is being done and, at the end, how long it took."""
    current = Step(what, stream or sys.stderr, announce)
    try:
        yield current
    finally:
        current.end()
