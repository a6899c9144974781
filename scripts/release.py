"""Releases: var/releases/<stamp>, a symlink to the one being served, the last three kept."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KEPT = 3
_BUILDING = ".building-"


@contextmanager
def staging(releases: Path) -> Iterator[Path]:
    """An empty folder beside the releases; it disappears unless it was published."""
    releases.mkdir(parents=True, exist_ok=True)
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S%f")[:-3]
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
    for old in sorted(path for path in releases.iterdir() if path.is_dir())[:-KEPT]:
        if old.resolve() != served and not old.name.startswith("."):
            shutil.rmtree(old, ignore_errors=True)
    return final


def switch(current: Path, final: Path) -> None:
    """Replace the symlink atomically: a reader sees the old release or the new one, never none."""
    current.parent.mkdir(parents=True, exist_ok=True)
    fresh = current.with_name(f".{current.name}-{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(os.path.relpath(final, current.parent))
    fresh.replace(current)
