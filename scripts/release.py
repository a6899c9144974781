"""Releases: var/releases/<stamp>, a symlink to the one being served, the last three kept.

A second symlink, `previous` beside `current`, leads to what was served before: pages opened then
still find their style sheets and scripts there.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KEPT = 3
PREVIOUS = "previous"
_WITHDRAWN = "_private/withdrawn"  # in a release that was rolled back from
_BUILDING = ".building-"
_ABANDONED = 24 * 3600  # seconds without a change


@contextmanager
def staging(releases: Path, ready: Path | None = None) -> Iterator[Path]:
    """A folder beside the releases, empty or `ready` made; it disappears unless published."""
    releases.mkdir(parents=True, exist_ok=True)
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S%f")
    folder = releases / f"{_BUILDING}{stamp}"
    if ready is not None:
        ready.rename(folder)
        os.utime(folder)
    else:
        (folder / "_private").mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
    """Remove what builds left that were killed; a build of today may still be running."""
    for folder in releases.glob(f"{_BUILDING}*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - folder.stat().st_mtime > _ABANDONED:
                shutil.rmtree(folder, ignore_errors=True)


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
