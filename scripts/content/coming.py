"""Coming activities and courses as readers see them: on the home page and where a page calls for
them with [[events]], [[events: home]] (those in the home county) or [[courses]].
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from forms_api.languages import Folder
from scripts.content.words import day
from scripts.directory.events import Event
from scripts.directory.schema import Directory
from scripts.directory.views import entry_url

#: Where one signs up.
PAGES = {"activity": "away/activities", "course": "away/training"}
KIND_OF = {"events": "activity", "courses": "course"}
ON_HOME_PAGE = 3
_WEEKDAYS = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}


def wanted(events: Iterable[Event], kind: str, name: str) -> list[Event]:
    """The events of a line such as [[events: home]]."""
    chosen = [event for event in events if event.kind == KIND_OF[kind]]
    return [event for event in chosen if not event.city] if name == "home" else chosen


def view(
    event: Event, directory: Directory, address: Callable[[str, str], str], lang: Folder
) -> dict[str, Any]:
    """One event in words. `address` gives the URL of a slug in a language, or ""."""
    weekday = _WEEKDAYS[lang][event.starts.weekday()]
    date = day(event.starts.date().isoformat(), lang)
    branch = directory.by_id.get(event.branch)
    city = directory.places.cities.get(event.city)
    return {
        "id": event.id,
        "title": event.title[lang],
        "iso": event.starts.isoformat(),
        "until": event.ends.isoformat(),
        "day": f"{date} {weekday}" if lang == "zh" else f"{weekday} {date}",
        "hours": f"{event.starts:%H:%M}–{event.ends:%H:%M}",
        "place": city.short[lang] if city else "",
        "venue": event.venue[lang],
        "seats": event.seats,
        "fictional": event.fictional,
        "page": address(PAGES[event.kind], lang),
        "branch": (entry_url(branch.id, lang), branch.title(lang)) if branch else None,
    }


def coming(events: Iterable[Event], today: dt.date) -> list[Event]:
    """Those of today and later, by time."""
    return [event for event in events if event.starts.date() >= today]
