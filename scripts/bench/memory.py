"""How much memory a program and its children hold, looked at many times a second."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PAUSE = 0.1  # seconds between two looks
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


class Watch:
    """`looks`: (seconds since the epoch, MB). A page shared by processes counts once."""

    def __init__(self) -> None:
        self.looks: list[tuple[float, float]] = []

    def peak(self, began: float = 0.0, ended: float = float("inf")) -> float:
        """The most that was held between two moments; 0 when nobody looked."""
        return round(max((mb for at, mb in self.looks if began <= at <= ended), default=0.0), 1)


@contextmanager
def watched(pid: int) -> Iterator[Watch]:
    """Look at process `pid` and all that it starts until the block ends."""
    watch, done = Watch(), threading.Event()

    def look() -> None:
        while not done.wait(_PAUSE):
            watch.looks.append((time.time(), sum(map(_held, family(pid))) / 1024))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        done.set()
        thread.join()


def family(pid: int) -> Iterator[int]:
    """The process itself and its descendants, those that still live."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text(encoding="ascii").split()
        except OSError:
            continue
        for child in children:
            yield from family(int(child))


def _held(pid: int) -> int:
    """KiB of the process's own and its part of what it shares."""
    try:
        found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii"))
    except OSError:
        return 0
    return int(found[1]) if found else 0
