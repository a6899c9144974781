"""The list of what was forgotten, kept beside the backups: a reference, its day and why, a line.

A backup cannot know what is erased after it. Without this list, restoring an older one would bring
that back. A reference opens nothing and names nobody, so the list may lie wherever backups do.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from forms_api.backup import archive
from forms_api.backup.faults import BackupError
from forms_api.store.forgetting import Stone

NAME: Final = "forgotten.txt"
_HEAD: Final = "# Erased or purged; replayed by restore. Keep with the backups.\n"
# Older programs wrote moments, and not why.
_LINE: Final = re.compile(
    r"(?P<reference>[A-Z0-9-]{5,20}) (?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:T[0-9:]{8}Z)?"
    r"(?: (?P<why>asked|retention|withdrawn))?"
)


def read(path: Path) -> dict[str, Stone]:
    """By reference. Raises BackupError for a line that is none."""
    found: dict[str, Stone] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if match := _LINE.fullmatch(line):
            found[match["reference"]] = Stone(match["day"], match["why"] or "")
        elif line and not line.startswith("#"):
            raise BackupError(
                f"{path} 第 {number} 行看不懂：请换一份没改动过的。",
                f"line {number} of {path} is not understood: take an unchanged copy.",
            )
    return found


def merged(one: Mapping[str, Stone], other: Mapping[str, Stone]) -> dict[str, Stone]:
    """Of both; where they differ, what somebody asked for stands, and a reason before none."""
    found = dict(one)
    for reference, stone in other.items():
        known = found.get(reference)
        if known is None or _weight(stone) > _weight(known):
            found[reference] = stone
    return found


def add(path: Path, stones: Mapping[str, Stone], drop_before: str = "") -> int:
    """Bring the list up to date, whole or not at all, by one process at a time; how many it has.

    Lines of before `drop_before` (a day) go, for which no backup is left.
    """
    known = read(path) if path.exists() else {}
    kept = {
        reference: stone
        for reference, stone in merged(known, stones).items()
        if not drop_before or stone.day >= drop_before
    }
    if kept == known and path.exists():
        return len(kept)
    part = path.with_name(f".{path.name}{archive.PART}")
    lines = "".join(
        f"{name} {one.day} {one.why}".rstrip() + "\n" for name, one in sorted(kept.items())
    )
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(_HEAD + lines)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        archive.sync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)
    return len(kept)


def _weight(stone: Stone) -> int:
    return {"": 0, "retention": 1}.get(stone.why, 2)
