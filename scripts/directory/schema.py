"""What a branch entry is, and the lists it refers to. Public fields only: there are no others."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

#: The first path parts of browse pages; no entry may have one of them as its id.
RESERVED_IDS = ("province", "city", "home", "trade", "kind")

#: An entry that nobody checked for this many days says so.
STALE_AFTER_DAYS = 180


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in both languages; `hant` overrides the generated Traditional text."""

    zh: str
    en: str
    hant: str = ""

    def __getitem__(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Place:
    """A row of places.csv. `short` is what readers see: 广东, 深圳, 龙岗区."""

    code: str
    parent: str
    name: Text
    short: Text
    pinyin: str  # toneless syllables with spaces between: "shen zhen"

    def sort_key(self, lang: str) -> str:
        return self.pinyin if lang == "zh" else self.name.en.lower()


@dataclass(frozen=True, slots=True)
class Places:
    """By GB/T 2260 code. A municipality stands in both `provinces` and `cities`."""

    provinces: Mapping[str, Place]
    cities: Mapping[str, Place]
    districts: Mapping[str, Place]

    def districts_of(self, city: str) -> list[Place]:
        return [place for place in self.districts.values() if place.parent == city]


@dataclass(frozen=True, slots=True)
class Township:
    """`slug` is the English name without Town or Township, in lower case."""

    slug: str
    name: Text


@dataclass(frozen=True, slots=True)
class Term:
    """A value of a list in taxonomies.yml. `people` completes the sentence on who may come."""

    value: str
    label: Text
    people: Text | None = None
    added: bool = False


Taxonomies = Mapping[str, Mapping[str, Term]]


@dataclass(frozen=True, slots=True)
class Branch:
    """One row of branches.csv. Values of lists are those of taxonomies.yml."""

    id: str
    fictional: bool
    status: str
    name: Text
    short_name: Text
    aliases_zh: tuple[str, ...]
    aliases_en: tuple[str, ...]
    kind: str
    setup: str
    anchor: str
    setting: str
    trade: str
    province: Place
    city: Place
    district: Text | None
    district_code: str
    county: Text
    township: Township
    village: Text | None
    address: Text | None
    phone: str
    email: str
    hours: Text | None
    meeting_pattern: Text | None
    home_office: Text
    host_guidance: Text | None
    approved_by_level: str
    management_relations: tuple[str, ...]
    services: tuple[str, ...]
    open_to_non_members: bool
    association: Text | None
    paired_with: Text | None
    has_union: bool | None
    has_volunteers: bool | None
    languages: tuple[str, ...]
    founded_year: int
    verified_on: date
    closed_on: date | None
    merged_into: str
    note: Text | None

    @property
    def is_open(self) -> bool:
        """Active or paused: counted and listed first. Merged and closed stay findable."""
        return self.status in ("active", "paused")

    def title(self, lang: str) -> str:
        """The name without the home county, for lists: 驻深圳龙岗企业党支部."""
        return self.name.zh.removeprefix(self.county.zh) if lang == "zh" else self.short_name.en

    def is_stale(self, today: date) -> bool:
        return (today - self.verified_on).days > STALE_AFTER_DAYS


@dataclass(frozen=True, eq=False)
class Directory:
    """All sound entries, in the order of the spreadsheet, with the lists they refer to."""

    branches: tuple[Branch, ...]
    places: Places
    townships: Mapping[str, Township]
    taxonomies: Taxonomies = field(repr=False)

    @cached_property
    def by_id(self) -> Mapping[str, Branch]:
        return {branch.id: branch for branch in self.branches}

    @cached_property
    def open_branches(self) -> tuple[Branch, ...]:
        return tuple(branch for branch in self.branches if branch.is_open)

    @cached_property
    def made(self) -> dict[Hashable, Any]:
        """See `made_once`."""
        return {}

    def label(self, list_name: str, value: str, lang: str) -> str:
        return self.taxonomies[list_name][value].label[lang]


T = TypeVar("T")


def made_once(directory: Directory, what: Hashable, make: Callable[[], T]) -> T:
    """`make()`; the directory keeps the answer for whoever asks for `what` again."""
    if what not in directory.made:
        directory.made[what] = make()
    found: T = directory.made[what]
    return found
