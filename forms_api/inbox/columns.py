"""The columns in the clear, checked: nonsense is replaced by something harmless, and named.

They are the host's to write, and SQLite holds any type in any column. A row whose columns make no
sense is still one row of the list, which can be looked at, counted and erased.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final

_REFERENCE: Final = re.compile(r"[A-Z0-9]{1,8}(-[A-Z0-9]{1,8}){1,3}")
_ID: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")
_BRANCH: Final = re.compile(r"[^\x00-\x1f\x7f<>]{1,120}")
_REASON: Final = re.compile(r"[a-z0-9,-]{0,40}")
_ACTION: Final = re.compile(r"[\w:.,+ -]{1,60}")
_STATUSES: Final = ("received", "handling", "answered", "closed", "withdrawn")
_YEARS: Final = (1990, 2190)  # of any day here
_MOST: Final = 2**31
#: Stands where no day can be read; long over.
NO_DAY: Final = "2000-01-01"


def day(text: object) -> date | None:
    """Of an ISO day; None for anything else."""
    if not isinstance(text, str) or len(text) != 10:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if _YEARS[0] <= found.year <= _YEARS[1] else None


def word(value: object) -> str:
    """A desk, form or action as it may be shown, cut where it is too long; "" for anything else."""
    return value[:60] if isinstance(value, str) else ""


def number(value: object, least: int = 0) -> int | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and least <= value < _MOST
    return value if fits and isinstance(value, int) else None


def _matching(pattern: re.Pattern[str]) -> Callable[[object], str | None]:
    return lambda value: value if isinstance(value, str) and pattern.fullmatch(value) else None


def _one_of(*known: str) -> Callable[[object], str | None]:
    return lambda value: value if isinstance(value, str) and value in known else None


@lru_cache(4096)
def _day(value: object) -> str | None:
    return str(value) if day(value) else None


@lru_cache(64)
def _key_ids(value: object) -> tuple[str, ...] | None:
    try:
        found = json.loads(str(value or "[]"))
    except (ValueError, RecursionError):
        return None
    fits = isinstance(found, list) and all(isinstance(one, str) and len(one) < 20 for one in found)
    return tuple(found) if fits else None


#: By column: what may stand there (None: not this), and what stands there instead.
_CHECKS: Final[Mapping[str, tuple[Callable[[object], Any], Any]]] = {
    "reference": (_matching(_REFERENCE), None),
    "form": (_matching(_ID), ""),
    "lang": (_one_of("zh", "en"), "zh"),
    "status": (_one_of(*_STATUSES), "received"),
    "desk": (_matching(_ID), ""),
    "branch": (_matching(_BRANCH), None),
    "received_on": (_day, NO_DAY),
    "due_on": (_day, None),
    "answered_on": (_day, None),
    "closed_on": (_day, None),
    "retain_until": (_day, NO_DAY),
    "spam_score": (number, 0),
    "spam_reason": (_matching(_REASON), ""),
    "edition": (number, 0),
    "duplicate_of": (number, None),
    "key_ids": (_key_ids, ()),
}
_MAY_BE_NULL: Final = {"branch", "due_on", "answered_on", "closed_on", "duplicate_of"}


def checked(row: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The values as they may be used, and the names of the columns that made no sense.

    A reference that is none becomes `row-17`, after the row's number: addresses name it so.
    """
    values: dict[str, Any] = {}
    wrong = []
    gone = row["status"] == "withdrawn"
    for name, (read, instead) in _CHECKS.items():
        raw = row[name]
        if (raw is None and name in _MAY_BE_NULL) or (gone and name == "desk" and raw == ""):
            values[name] = raw
            continue
        found = read(raw)
        if found is None:
            wrong.append(name)
        values[name] = instead if found is None else found
    if values["reference"] is None:
        values["reference"] = f"row-{row['id']}"
    return values, tuple(wrong)


def action(value: object) -> str:
    """A line of the record: "handed:guide"; "" for what no program here writes."""
    return value if isinstance(value, str) and _ACTION.fullmatch(value) else ""
