"""What a desk looks at: filtered, searched, by due date, a page at a time. In memory only."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import chain, islice
from typing import Final

from forms_api import workdays
from forms_api.form import Form
from forms_api.guards import fold
from forms_api.inbox.shelf import Entry, Facets

PER_PAGE: Final = 25
OPEN: Final = ("received", "handling")
STATUSES: Final = ("open", "received", "handling", "answered", "closed", "withdrawn", "all")
GROUPS: Final = ("overdue", "today", "soon", "later", "none")
SOON: Final = 3  # working days
_FILTERS: Final = ("status", "form", "desk", "branch", "spam", "due", "bad")
_SPAM: Final = {False: "no", True: "yes"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of a list; "" is everything. `due` is one of GROUPS, `spam` no, yes or all, `bad`
    is yes for those that cannot be read or were tampered with.

    `search` is the number under which the text is kept: no address ever holds it.
    """

    status: str = "open"
    form: str = ""
    desk: str = ""
    branch: str = ""
    spam: str = "no"
    due: str = ""
    bad: str = ""
    sort: str = "due"
    search: int = 0
    page: int = 1

    @classmethod
    def from_query(cls, query: Mapping[str, str], desk: str) -> "Wanted":
        """What the address says; without it, what is open at this desk."""
        given = {name: query[name] for name in cls.__slots__ if name in query}
        numbers = {
            name: whole_number(given.pop(name)) or usual
            for name, usual in (("search", 0), ("page", 1))
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
    """`counts`: how many there would be by each value of a filter, the other filters as given.

    `ordered` gives all of them, of every page.
    """

    rows: Sequence[Row]
    total: int
    pages: int
    page: int
    counts: Mapping[str, Mapping[str, int]]
    ordered: Callable[[], Iterator[Entry]]


def whole_number(text: str) -> int | None:
    """A number as our own pages write it, of at most nine digits; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def group_of(facets: Facets, forms: Mapping[str, Form], today: str, soon: str) -> str:
    """Which of GROUPS; `soon` is the last day that counts as soon."""
    form = forms.get(facets.form)
    if facets.status not in OPEN or (form is not None and form.answer_days is None):
        return "none"
    if facets.due_on < today:
        return "overdue"
    if facets.due_on == today:
        return "today"
    return "soon" if facets.due_on <= soon else "later"


def row_of(entry: Entry, forms: Mapping[str, Form], today: date) -> Row:
    group = group_of(entry.facets, forms, today.isoformat(), _soon(today))
    owed = entry.due_on if group != "none" else None
    left = workdays.until(today, date.fromisoformat(owed)) if owed else None
    return Row(entry, group, left)


def listed(
    entries: Iterable[Entry], wanted: Wanted, forms: Mapping[str, Form], today: date, text: str = ""
) -> Listed:
    """One page of what is wanted, most urgent first; `text` is what is searched for.

    Tens of thousands share some hundred facets: only those are looked at one by one.
    """
    words = fold(text).casefold().split()
    shared: dict[Facets, list[Entry]] = defaultdict(list)
    for entry in entries:
        if not words or all(word in entry.haystack for word in words):
            shared[entry.facets].append(entry)
    counts: dict[str, Counter[str]] = {name: Counter() for name in _FILTERS}
    found: dict[tuple[bool, str], list[Entry]] = defaultdict(list)
    for facets, some in shared.items():
        group = group_of(facets, forms, today.isoformat(), _soon(today))
        each = (*facets[:4], _SPAM[facets.spam], group, _SPAM[facets.bad])
        values = dict(zip(_FILTERS, each, strict=True))
        misses = [name for name, value in values.items() if not _fits(wanted, name, value)]
        for name in misses if len(misses) == 1 else () if misses else _FILTERS:
            counts[name][values[name]] += len(some)
        if not misses:
            found[(group == "none", facets.due_on)] += some
    total = sum(map(len, found.values()))
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(1, wanted.page), pages)
    ordered = partial(_ordered, found, wanted.sort)
    shown = islice(ordered(), (page - 1) * PER_PAGE, page * PER_PAGE)
    rows = [row_of(entry, forms, today) for entry in shown]
    return Listed(rows, total, pages, page, counts, ordered)


def _soon(today: date) -> str:
    return workdays.after(today, SOON).isoformat()


def _fits(wanted: Wanted, name: str, value: str) -> bool:
    asked: str = getattr(wanted, name)
    if name == "status" and asked == "open":
        return value in OPEN
    if name == "desk" and not value:  # erased: it belongs to nobody any more
        return True
    return asked in ("", "all", value)


def _ordered(found: Mapping[tuple[bool, str], list[Entry]], sort: str) -> Iterator[Entry]:
    """One after the other, as far as somebody asks for them."""
    if sort == "new":
        newest = sorted(chain(*found.values()), key=lambda one: (one.received_on, one.number))
        yield from reversed(newest)
        return
    for key in sorted(found):  # what is owed, by its day; then what is not
        yield from sorted(found[key], key=lambda one: one.number)
