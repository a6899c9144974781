"""changes.json: which entries came, changed, ended or went since the last release that differed.

{"generated": day, "since": day or null, "added": [id], "changed": [{"id", "fields": [path]}],
"closed": [id], "removed": [id]}. `closed` are those that were closed or merged. The first release
has nothing to compare with: `since` is null. When nothing differs, the last changes are said again,
so that a release for the sake of a page does not hide them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

_ID = re.compile(rb'\{"id": "([^"]+)"')
_GENERATED = re.compile(rb'"generated": "([0-9-]{10})"')
_ENDED = ("closed", "merged")


def changes(previous: Path | None, fresh: Path, today: date) -> dict[str, Any]:
    """`previous` is the data folder of the last release, `fresh` the new branches.json."""
    found: dict[str, Any] = {
        "generated": today.isoformat(),
        "since": None,
        **{name: [] for name in ("added", "changed", "closed", "removed")},
    }
    old = previous / "branches.json" if previous else None
    if previous is None or old is None or not old.is_file():
        return found
    before = {key: hash(line) for key, line in _entries(old)}
    if not before:  # an empty directory, or a release from before entries had lines
        return found
    with old.open("rb") as file:
        generated = _GENERATED.search(file.read(200))
    found["since"] = generated[1].decode() if generated else None
    # Of the lines only hashes are kept: a hundred thousand entries are a quarter of a gigabyte.
    differing: dict[str, bytes] = {}
    seen = set()
    for key, line in _entries(fresh):
        seen.add(key)
        if key not in before:
            found["added"].append(key)
        elif before[key] != hash(line):
            differing[key] = line
    found["removed"] = [key for key in before if key not in seen]
    for key, line in _entries(old):
        if key in differing:
            _compare(json.loads(line), json.loads(differing[key]), found)
    if any(found[name] for name in ("added", "changed", "closed", "removed")):
        return found
    return _said_before(previous / "changes.json") or found


def _entries(path: Path) -> Iterator[tuple[str, bytes]]:
    """(id, line) of each entry. A file of another form has none."""
    with path.open("rb") as file:
        for line in file:
            if match := _ID.match(line):
                yield match[1].decode(), line.rstrip(b",\n")


def _compare(old: dict[str, Any], new: dict[str, Any], found: dict[str, Any]) -> None:
    if new["status"] in _ENDED and old["status"] not in _ENDED:
        found["closed"].append(new["id"])
    else:
        found["changed"].append({"id": new["id"], "fields": list(_paths(old, new))})


def _paths(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """contact.phone; a text counts as one, whichever language differs."""
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict) and "en" not in new:
        for key in {**new, **old}:
            yield from _paths(old.get(key), new.get(key), f"{path}.{key}" if path else key)
    else:
        yield path


def _said_before(path: Path) -> dict[str, Any] | None:
    try:
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return said
