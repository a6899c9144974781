"""The options that forms take from data. The build writes them to _private/catalogue.json."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from forms_api.languages import TRADITIONAL
from scripts.directory.events import FILE as EVENTS
from scripts.directory.events import Event, load_events
from scripts.directory.schema import Directory, Text
from scripts.directory.words import capital, day

Option = dict[str, Any]


def catalogue(directory: Directory, root: Path, today: date) -> dict[str, Any]:
    """Cities in groups, flat lists for the rest, and the names of all branches by id.

    {"cities": [{"group": {"zh", "en"}, "options": [{"value", "zh", "en"}]}],
     "townships": […], "trades": […], "settings": […], "anchors": […], "courses": […],
     "events": […],
     "branches": {id: {"zh", "en"}}}

    Beside zh and en stands zh-hant where the data have Traditional words of their own.
    Events and courses that are still to come also say their `seats` and their day (`on`).
    """
    events, _ = load_events(root / EVENTS, directory, today)
    coming = [event for event in events if event.starts.date() >= today]
    return {
        "cities": _cities(directory),
        "townships": [_option(town.slug, town.name) for town in directory.townships.values()],
        "trades": _terms(directory, "trade"),
        "settings": _terms(directory, "setting"),
        "anchors": _terms(directory, "anchor"),
        "courses": [_event(event, directory) for event in coming if event.kind == "course"],
        "events": [_event(event, directory) for event in coming if event.kind == "activity"],
        "branches": {
            branch.id: {"zh": branch.name.zh, "en": branch.name.en, **_written(branch.name)}
            for branch in directory.branches
        },
    }


def _option(value: str, text: Text) -> Option:
    return {"value": value, "zh": text.zh, "en": capital(text.en), **_written(text)}


def _written(text: Text) -> dict[str, str]:
    """The Traditional wording, where there is one of its own."""
    return {TRADITIONAL: text.hant} if text.hant else {}


def _terms(directory: Directory, taxonomy: str) -> list[Option]:
    return [_option(term.value, term.label) for term in directory.taxonomies[taxonomy].values()]


def _cities(directory: Directory) -> list[dict[str, Any]]:
    """Every city of every province, by code. A municipality is a group of one."""
    places = directory.places
    by_province: dict[str, list[Option]] = defaultdict(list)
    for code, city in sorted(places.cities.items()):
        by_province[city.parent or code].append(_option(code, city.short))
    return [
        {
            "group": {"zh": places.provinces[code].short.zh, "en": places.provinces[code].name.en},
            "options": options,
        }
        for code, options in sorted(by_province.items())
    ]


def _event(event: Event, directory: Directory) -> Option:
    """Labels carry day and city, so that two of the same name can be told apart."""
    there = event.starts.date()
    city = directory.places.cities.get(event.city)
    return {
        "value": event.id,
        "zh": _label((day(there, "zh"), city.short.zh if city else "", event.title.zh)),
        "en": _label((day(there, "en"), city.short.en if city else "", event.title.en)),
        "seats": event.seats,
        "on": there.isoformat(),
    }


def _label(parts: Iterable[str]) -> str:
    return " · ".join(part for part in parts if part)
