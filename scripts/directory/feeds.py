"""Open data below <web root>/data/: branches.json, its schema, branches.csv, changes.json, contact
cards, and calendars: events.ics, events-<city>.ics, events-<branch>.ics.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from scripts.directory import contact_card, json_schema, open_csv, open_json, since
from scripts.directory.calendar import branch_calendar, calendar, city_calendar
from scripts.directory.events import FILE as EVENTS
from scripts.directory.events import Event, load_events
from scripts.directory.fields import load_fields
from scripts.directory.groups import all_groups
from scripts.directory.kept import Kept
from scripts.directory.schema import Directory
from scripts.laying import lay, remove


def write(
    directory: Directory,
    root: Path,
    out: Path,
    today: date,
    site_url: str = "",
    previous: Path | None = None,
    kept: Kept | None = None,
) -> None:
    """`root` is the repository, `out` the web root, `previous` that of the last release.

    With `kept`, `out` holds the files of the earlier release."""
    data = out / "data"
    data.mkdir(parents=True, exist_ok=True)
    open_json.write(directory, today, data / "branches.json", kept)
    _write_json(
        data / "branches.schema.json", json_schema.schema(directory, load_fields(root), site_url)
    )
    lay(data / "branches.csv", open_csv.as_csv(directory, kept))
    changed = since.changes(previous / "data" if previous else None, data / "branches.json", today)
    _write_json(data / "changes.json", changed)
    contact_card.write(directory, out, site_url, kept)
    events, _ = load_events(root / EVENTS, directory, today)
    _write_calendars(directory, events, data, today, site_url)
    for group in kept.lost_groups() if kept else ():
        if group.facet == "city":
            remove(data / city_calendar(group.key))


def meeting(root: Path, directory: Directory, today: date) -> set[str]:
    """The ids of branches with a calendar of their own: those that events.yml names at all."""
    return {event.branch for event in load_events(root / EVENTS, directory, today)[0]} - {""}


def _write_calendars(
    directory: Directory, events: Iterable[Event], data: Path, today: date, site_url: str
) -> None:
    """Even an empty one is written: it may be subscribed to."""
    known = list(events)
    coming = [event for event in known if event.starts.date() >= today]
    lay(data / "events.ics", calendar(coming, today, site_url))
    for group in all_groups(directory)["city"]:
        there = [event for event in coming if event.city == group.key]
        lay(data / city_calendar(group.key), calendar(there, today, site_url))
    for branch in sorted({event.branch for event in known} - {""}):
        own = [event for event in coming if event.branch == branch]
        lay(data / branch_calendar(branch), calendar(own, today, site_url))


def _write_json(path: Path, value: object) -> None:
    lay(path, (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode())
