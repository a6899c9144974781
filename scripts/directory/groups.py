"""Which entries stand on which browse page, which are near one another, and in what order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from scripts.directory.schema import Branch, Directory, Text, made_once

NEARBY = 4


@dataclass(frozen=True, eq=False)
class Group:
    """A browse page: /find/directory/<facet>/<key>/. `all` includes merged and closed entries."""

    facet: str
    key: str
    label: Text
    sort: Mapping[str, str]
    all: tuple[Branch, ...]

    @cached_property
    def open(self) -> list[Branch]:
        return [branch for branch in self.all if branch.is_open]

    @property
    def past(self) -> list[Branch]:
        return [branch for branch in self.all if not branch.is_open]

    @property
    def count(self) -> int:
        """What is shown beside the link: merged and closed entries do not count."""
        return len(self.open)

    @property
    def path(self) -> str:
        return f"find/directory/{self.facet}/{self.key}/"


def all_groups(directory: Directory) -> Mapping[str, list[Group]]:
    """By facet. Every township has a page, even an empty one; other groups need an entry."""
    return made_once(directory, "groups", lambda: _all_groups(directory))


def _all_groups(directory: Directory) -> dict[str, list[Group]]:
    places, lists = directory.places, directory.taxonomies
    found: dict[str, list[Group]] = {}

    def place_groups(facet: str, code_of: Callable[[Branch], str]) -> None:
        table = places.provinces if facet == "province" else places.cities
        found[facet] = [
            Group(facet, code, table[code].short, _sort(table[code].pinyin, table[code].name), all_)
            for code, all_ in _by(directory.branches, code_of).items()
        ]

    place_groups("province", lambda branch: branch.province.code)
    place_groups("city", lambda branch: branch.city.code)
    homes = _by(directory.branches, lambda branch: branch.township.slug)
    found["home"] = [
        Group("home", slug, town.name, _sort(slug, town.name), homes.get(slug, ()))
        for slug, town in directory.townships.items()
    ]
    for facet, value_of in (
        ("trade", lambda branch: branch.trade),
        ("kind", lambda branch: branch.kind),
    ):
        order = {value: f"{index:04}" for index, value in enumerate(lists[facet])}
        found[facet] = [
            Group(
                facet, value, (label := lists[facet][value].label), _sort(order[value], label), all_
            )
            for value, all_ in _by(directory.branches, value_of).items()
            if value
        ]
    return found


def _sort(zh: str, name: Text) -> dict[str, str]:
    return {"zh": zh, "en": name.en.lower()}


def _by(branches: Iterable[Branch], key: Callable[[Branch], str]) -> dict[str, tuple[Branch, ...]]:
    lists: dict[str, list[Branch]] = defaultdict(list)
    for branch in branches:
        lists[key(branch)].append(branch)
    return {value: tuple(found) for value, found in lists.items()}


def ranked(groups: Iterable[Group], lang: str) -> list[Group]:
    """Those with open entries: most first, then by pinyin or alphabet."""
    filled = [group for group in groups if group.count]
    return sorted(filled, key=lambda group: (-group.count, group.sort[lang]))


def by_city(branches: Iterable[Branch], lang: str) -> list[tuple[str, list[Branch]]]:
    """(city code, entries) by the city's name; in a city the most recently checked come first."""
    cities = _by(branches, lambda branch: branch.city.code)
    order = sorted(cities.values(), key=lambda found: found[0].city.sort_key(lang))
    return [(found[0].city.code, recent_first(found)) for found in order]


def recent_first(branches: Iterable[Branch]) -> list[Branch]:
    return sorted(branches, key=lambda branch: branch.verified_on, reverse=True)


def nearby(directory: Directory) -> Nearby:
    return made_once(directory, "nearby", lambda: Nearby(directory))


class Nearby:
    """Open entries near another: the same district, then the city, then the province."""

    def __init__(self, directory: Directory) -> None:
        active = [branch for branch in directory.branches if branch.status == "active"]
        # Few are shown, so few are kept for each place: 10,000 entries stay quick.
        keep = NEARBY + 1
        self._lists = [
            (key, {value: found[:keep] for value, found in _by(recent_first(active), key).items()})
            for key in (
                lambda branch: (
                    f"{branch.city.code} {branch.district.zh if branch.district else ''}"
                ),
                lambda branch: branch.city.code,
                lambda branch: branch.province.code,
            )
        ]

    def of(self, branch: Branch) -> list[Branch]:
        found = {
            other.id: other
            for key, lists in self._lists
            for other in lists.get(key(branch), ())
            if other.id != branch.id
        }
        return list(found.values())[:NEARBY]
