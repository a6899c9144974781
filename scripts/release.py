"""Releases: var/releases/<stamp>, a symlink to the one being served, the last three kept."""

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
_BUILDING = ".building-"
_ABANDONED = 24 * 3600  # seconds without a change


@contextmanager
def staging(releases: Path) -> Iterator[Path]:
    """An empty folder beside the releases; it disappears unless it was published."""
    releases.mkdir(parents=True, exist_ok=True)
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S%f")
    folder = releases / f"{_BUILDING}{stamp}"
    (folder / "_private").mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(folder: Path, releases: Path, current: Path | None) -> Path:
    """Give a finished folder its name, point `current` at it in one step, and drop old releases."""
    final = releases / folder.name.removeprefix(_BUILDING)
    folder.rename(final)
    if current is not None:
        switch(current, final)
    served = current.resolve() if current is not None and current.exists() else final
    finished = [path for path in releases.iterdir() if not path.name.startswith(".")]
    for old in sorted(finished)[:-KEPT]:
        if old.resolve() != served:
            shutil.rmtree(old, ignore_errors=True)
    _sweep(releases)
    return final


def _sweep(releases: Path) -> None:
    """Remove what builds left that were killed; a build of today may still be running."""
    for folder in releases.glob(f"{_BUILDING}*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - folder.stat().st_mtime > _ABANDONED:
                shutil.rmtree(folder, ignore_errors=True)


def switch(current: Path, final: Path) -> None:
    """Replace the symlink atomically: a reader sees the old release or the new one, never none."""
    current.parent.mkdir(parents=True, exist_ok=True)
    fresh = current.with_name(f".{current.name}-{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(os.path.relpath(final, current.parent))
    fresh.replace(current)
