"""Releases: var/releases/<stamp>, a symlink to the one being served, the last three kept.

A second symlink, `previous` beside `current`, leads to what was served before: pages opened then
still find their style sheets and scripts there.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KEPT = 3
PREVIOUS = "previous"
_WITHDRAWN = "_private/withdrawn"  # in a release that was rolled back from
_BUILDING = ".building-"
_FORMAT = "%Y%m%dT%H%M%S%f"  # of a release's name
_NAME = re.compile(r"\d{8}T\d{12}")


@contextmanager
def staging(releases: Path, ready: Path | None = None) -> Iterator[Path]:
    """A folder beside the releases, empty or `ready` made; it disappears unless published."""
    releases.mkdir(parents=True, exist_ok=True)
    stamp = _stamp(releases)
    folder = releases / f"{_BUILDING}{stamp}"
    if ready is not None:
        ready.rename(folder)
    else:
        (folder / "_private").mkdir(parents=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)  # until this process ends: see _sweep
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def _stamp(releases: Path) -> str:
    """A name after all others, also after one that a clock gave which ran ahead."""
    now = dt.datetime.now(dt.UTC).strftime(_FORMAT)
    last = max(
        (path.name for path in _finished(releases) if _NAME.fullmatch(path.name)), default=""
    )
    if now > last:
        return now
    later = dt.datetime.strptime(last, _FORMAT) + dt.timedelta(microseconds=1)
    return later.strftime(_FORMAT)


def publish(folder: Path, releases: Path, current: Path | None, *, drop: bool = True) -> Path:
    """Give a finished folder its name, point `current` at it in one step, and drop old releases,
    unless somebody else will: deleting a large tree takes its time."""
    final = releases / folder.name.removeprefix(_BUILDING)
    folder.rename(final)
    if current is not None:
        switch(current, final)
    if drop:
        drop_old(releases, current, final)
    return final


def drop_old(releases: Path, current: Path | None, final: Path) -> None:
    """Make room once `final` is published."""
    for old in outdated(releases, current, final):
        shutil.rmtree(old, ignore_errors=True)
    _sweep(releases)


def outdated(releases: Path, current: Path | None, final: Path) -> list[Path]:
    """Releases that nobody will go back to."""
    served = current.resolve() if current is not None and current.exists() else final
    kept = {path.resolve() for path in good(releases)[-KEPT:]} | {served.resolve()}
    if current is not None:
        kept.add(current.with_name(PREVIOUS).resolve())
    return [old for old in _finished(releases) if old.resolve() not in kept]


def good(releases: Path) -> list[Path]:
    """Finished releases, oldest first, without those that were rolled back from."""
    return [path for path in _finished(releases) if not (path / _WITHDRAWN).exists()]


def roll_back(releases: Path, current: Path) -> Path | None:
    """Point `current` at the good release before it; None when there is none.

    The release left behind is marked, so that a later roll-back never returns to it; the next
    publishing removes it.
    """
    served = current.resolve()
    before = [path for path in good(releases) if path.name < served.name]
    if not before:
        return None
    switch(current, before[-1])
    if served.parent == releases.resolve() and served.is_dir():
        (served / _WITHDRAWN).parent.mkdir(exist_ok=True)
        (served / _WITHDRAWN).touch()
    return before[-1]


def _finished(releases: Path) -> list[Path]:
    """Oldest first: their names are the moments of their builds."""
    return sorted(path for path in releases.iterdir() if not path.name.startswith("."))


def _sweep(releases: Path) -> None:
    """Remove what builds left that were killed: nobody holds it any more."""
    for folder in releases.glob(f"{_BUILDING}*"):
        with contextlib.suppress(FileNotFoundError, BlockingIOError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(handle)


def switch(current: Path, final: Path) -> None:
    """Replace the symlink atomically: a reader sees the old release or the new one, never none."""
    before = current.resolve()
    if before.is_dir() and before != final.resolve():
        _point(current.with_name(PREVIOUS), before)
    _point(current, final)


def _point(current: Path, final: Path) -> None:
    current.parent.mkdir(parents=True, exist_ok=True)
    fresh = current.with_name(f".{current.name}-{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(os.path.relpath(final, current.parent))
    fresh.replace(current)
