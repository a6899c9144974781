"""The list of what was forgotten, kept beside the backups: one reference a line, with its day.

A backup cannot know what is erased after it. Without this list, restoring an older one would bring
that back. A reference opens nothing and names nobody, so the list may lie wherever backups do.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from forms_api.backup.faults import BackupError

NAME: Final = "forgotten.txt"
_LINE: Final = re.compile(
    r"(?P<reference>[A-Z0-9-]{5,20}) (?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(T[0-9:]{8}Z)?"
)


def read(path: Path) -> dict[str, str]:
    """Days by reference; earlier versions wrote moments. Raises BackupError for any other line."""
    found: dict[str, str] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if match := _LINE.fullmatch(line):
            found[match["reference"]] = match["day"]
        elif line and not line.startswith("#"):
            raise BackupError(
                f"{path} 第 {number} 行看不懂：请换一份没改动过的。",
                f"line {number} of {path} is not understood: take an unchanged copy.",
            )
    return found


def add(path: Path, stones: Mapping[str, str], drop_before: str) -> int:
    """Bring the list up to date, whole or not at all; how many it has now.

    Lines older than `drop_before` go: no backup as old as that may be restored.
    """
    known = read(path) if path.exists() else {}
    merged = {ref: day for ref, day in {**known, **stones}.items() if day >= drop_before}
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f".{path.name}-{os.getpid()}")
    lines = "".join(f"{reference} {day}\n" for reference, day in sorted(merged.items()))
    part.write_text(f"# Erased or purged; replayed by restore. Keep with the backups.\n{lines}")
    part.replace(path)
    return len(merged)
