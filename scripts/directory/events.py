"""docs/data/events.yml: activities and courses that anyone may sign up for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from forms_api import yaml_text
from forms_api.clock import ZONE
from scripts import source_text
from scripts.directory.faults import told
from scripts.directory.schema import Directory, Text
from scripts.problems import Problem

KINDS = ("activity", "course")
FILE = Path("docs/data/events.yml")
_ALLOWED = {
    *("id", "kind", "fictional", "in_days", "on", "starts", "ends", "city", "branch"),
    *("title", "venue", "seats"),
}


@dataclass(frozen=True, slots=True)
class Event:
    """`starts` and `ends` are aware, in Asia/Shanghai. `city` and `branch` may be ""."""

    id: str
    kind: str
    fictional: bool
    starts: datetime
    ends: datetime
    city: str
    branch: str
    title: Text
    venue: Text
    seats: int


@lru_cache(2)
def _items(text: str) -> tuple[Any, ...]:
    """Asked for by every part that shows events."""
    return tuple(yaml_text.load(text) or ())


def load_events(path: Path, directory: Directory, today: date) -> tuple[list[Event], list[Problem]]:
    """By time, including past ones. A sample's `in_days` counts from `today`."""
    shown = FILE.as_posix()
    if not path.is_file():
        return [], []
    events: list[Event] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for index, item in enumerate(_items(source_text.read(path)), start=1):
        name = str(item.get("id", index)) if isinstance(item, dict) else str(index)
        try:
            event = _event(item, today)
            _check(event, directory, seen)
        except (KeyError, TypeError, ValueError) as fault:
            message = told("bad_event", name=name, fault=fault)
            problems.append(Problem(shown, 0, "bad_event", message))
        else:
            seen.add(event.id)
            events.append(event)
    return sorted(events, key=lambda event: event.starts), problems


def _event(item: Mapping[str, Any], today: date) -> Event:
    if extra := set(item) - _ALLOWED:
        raise ValueError(f"unknown key {', '.join(sorted(extra))}")
    if ("on" in item) == ("in_days" in item):
        raise ValueError("give either on or in_days")
    there = item["on"] if "on" in item else today + timedelta(days=item["in_days"])
    if not isinstance(there, date):
        raise ValueError(f"on: {there!r} is not a date")
    return Event(
        id=item["id"],
        kind=item["kind"],
        fictional=bool(item.get("fictional")),
        starts=_at(there, item["starts"]),
        ends=_at(there, item["ends"]),
        city=item.get("city", ""),
        branch=item.get("branch", ""),
        title=Text(item["title"]["zh"], item["title"]["en"]),
        venue=Text(item["venue"]["zh"], item["venue"]["en"]),
        seats=int(item["seats"]),
    )


def _at(there: date, clock_time: str) -> datetime:
    return datetime.combine(there, time.fromisoformat(clock_time), ZONE)


def _check(event: Event, directory: Directory, seen: set[str]) -> None:
    if event.id in seen:
        raise ValueError("this id is used twice")
    if event.kind not in KINDS:
        raise ValueError(f"kind: {event.kind} is not one of {', '.join(KINDS)}")
    if event.city and event.city not in directory.places.cities:
        raise ValueError(f"city: no code {event.city} in places.csv")
    if event.branch and event.branch not in directory.by_id:
        raise ValueError(f"branch: no branch {event.branch}")
    if event.ends <= event.starts:
        raise ValueError("ends before it starts")
    if event.seats < 1:
        raise ValueError("seats: at least 1")
