"""The files of a tree by name: strings, since a Path for each of 100,000 takes its time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def files_below(folder: Path) -> Iterator[str]:
    """Paths relative to `folder`, with / between the parts, in no order."""
    start = len(os.fspath(folder).rstrip("/")) + 1
    for there, _, names in os.walk(folder):
        base = f"{there}/"[start:]
        for name in names:
            yield base + name


def sizes_below(folder: Path) -> Iterator[int]:
    """The bytes of each file."""
    return (os.stat(f"{folder}/{name}").st_size for name in files_below(folder))  # noqa: PTH116
