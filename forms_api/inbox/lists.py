"""What a desk looks at: filtered, searched, by due date, a page at a time. In memory only."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from forms_api import workdays
from forms_api.form import Form
from forms_api.guards import fold
from forms_api.inbox.shelf import Entry

PER_PAGE: Final = 25
OPEN: Final = ("received", "handling")
STATUSES: Final = ("open", "received", "handling", "answered", "closed", "withdrawn", "all")
GROUPS: Final = ("overdue", "today", "soon", "later", "none")
SOON: Final = 3  # working days


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of a list; "" is everything. `due` is one of GROUPS, `spam` no, yes or all.

    `search` is the number under which the text is kept: no address ever holds it.
    """

    status: str = "open"
    form: str = ""
    desk: str = ""
    branch: str = ""
    spam: str = "no"
    due: str = ""
    sort: str = "due"
    search: int = 0
    page: int = 1

    @classmethod
    def from_query(cls, query: Mapping[str, str], desk: str) -> "Wanted":
        """What the address says; without it, what is open at this desk."""
        given = {name: query[name] for name in cls.__slots__ if name in query}
        numbers = {
            name: int(given.pop(name)) if given[name].isdecimal() else 1
            for name in ("search", "page")
            if name in given
        }
        if given.get("status", "open") not in STATUSES:
            given.pop("status")
        return replace(cls(**{"desk": desk, **given}), **numbers)  # type: ignore[arg-type]

    def query(self, **changes: object) -> dict[str, str]:
        """The same as an address's query, with changes; nothing that is as usual but the desk."""
        new = replace(self, **{"page": 1, **changes})  # type: ignore[arg-type]
        usual = Wanted()
        found = {}
        for name in self.__slots__:
            value = getattr(new, name)
            if name == "desk" or value != getattr(usual, name):
                found[name] = str(value)
        return found


@dataclass(frozen=True, slots=True)
class Row:
    """`left`: working days until it is due, below zero when it is late; None if none is owed."""

    entry: Entry
    group: str
    left: int | None


@dataclass(frozen=True, slots=True)
class Listed:
    """`counts`: how many there would be by each value of a filter, the other filters as given."""

    rows: Sequence[Row]
    total: int
    pages: int
    page: int
    counts: Mapping[str, Mapping[str, int]]
    entries: Sequence[Entry]


def group_of(entry: Entry, forms: Mapping[str, Form], today: str, soon: str) -> str:
    """Which of GROUPS; `soon` is the last day that counts as soon."""
    form = forms.get(entry.form)
    if entry.status not in OPEN or (form is not None and form.answer_days is None):
        return "none"
    if entry.due_on < today:
        return "overdue"
    if entry.due_on == today:
        return "today"
    return "soon" if entry.due_on <= soon else "later"


def row_of(entry: Entry, forms: Mapping[str, Form], today: date) -> Row:
    group = group_of(entry, forms, today.isoformat(), _soon(today))
    left = None if group == "none" else workdays.until(today, date.fromisoformat(entry.due_on))
    return Row(entry, group, left)


def listed(
    entries: Iterable[Entry], wanted: Wanted, forms: Mapping[str, Form], today: date, text: str = ""
) -> Listed:
    """One page of what is wanted, most urgent first; `text` is what is searched for."""
    words = fold(text).casefold().split()
    day, soon = today.isoformat(), _soon(today)
    counts: dict[str, Counter[str]] = {
        name: Counter() for name in ("status", "form", "desk", "branch", "spam", "due")
    }
    found: list[tuple[Entry, str]] = []
    for entry in entries:
        if words and not all(word in entry.haystack for word in words):
            continue
        group = group_of(entry, forms, day, soon)
        values = {
            "status": entry.status,
            "form": entry.form,
            "desk": entry.desk,
            "branch": entry.branch or "",
            "spam": "yes" if entry.is_spam else "no",
            "due": group,
        }
        misses = [name for name, value in values.items() if not _fits(wanted, name, value)]
        if not misses:
            found.append((entry, group))
            for name, value in values.items():
                counts[name][value] += 1
        elif len(misses) == 1:
            counts[misses[0]][values[misses[0]]] += 1
    ordered = _ordered(found, wanted.sort)
    pages = max(1, -(-len(ordered) // PER_PAGE))
    page = min(max(1, wanted.page), pages)
    shown = ordered[(page - 1) * PER_PAGE : page * PER_PAGE]
    rows = [row_of(entry, forms, today) for entry in shown]
    return Listed(rows, len(ordered), pages, page, counts, ordered)


def _soon(today: date) -> str:
    return workdays.after(today, SOON).isoformat()


def _fits(wanted: Wanted, name: str, value: str) -> bool:
    asked: str = getattr(wanted, name)
    if name == "status" and asked == "open":
        return value in OPEN
    return asked in ("", "all", value)


def _ordered(found: Sequence[tuple[Entry, str]], sort: str) -> list[Entry]:
    if sort == "new":
        newest = sorted(found, key=lambda pair: (pair[0].received_at, pair[0].number))
        return [entry for entry, _ in reversed(newest)]
    urgent = sorted(found, key=lambda pair: (pair[1] == "none", pair[0].due_on, pair[0].number))
    return [entry for entry, _ in urgent]
