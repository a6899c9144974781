"""All submissions in memory: what stands in the clear, and what the key could open.

It follows the record of events, so that each request asks for what changed and for nothing else.
All of it is dropped when the inbox is locked.
"""

import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Connection, Engine, RowMapping

from forms_api import payloads
from forms_api.answers import Value
from forms_api.guards import fold
from forms_api.inbox.labels import Labels
from forms_api.inbox.simplified import simplified
from forms_api.languages import TRADITIONAL, Edition
from forms_api.payloads import Unreadable
from forms_api.signatures import Piece, Trust
from forms_api.store import desk

_PORTION: Final = 200  # submissions opened before the count is brought up to date


class Facets(NamedTuple):
    """What lists filter by; many submissions share one, so that a list looks at few of them."""

    status: str
    form: str
    desk: str
    branch: str
    spam: bool
    due_on: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One submission; `answers` is None where nothing could be opened. Dates are ISO text.

    `lang` is the edition it was written in: in the clear stands zh or en, sealed zh-hant too.
    """

    number: int
    reference: str
    form: str
    lang: Edition
    status: str
    desk: str
    branch: str | None
    received_on: str
    due_on: str | None
    answered_on: str | None
    closed_on: str | None
    retain_until: str
    spam_score: int
    spam_reason: str
    edition: int
    duplicate_of: int | None
    key_ids: tuple[str, ...]
    answers: Mapping[str, Value] | None
    haystack: str
    facets: Facets

    @property
    def is_spam(self) -> bool:
        return self.spam_score > 0


@dataclass(frozen=True, slots=True)
class Opened:
    """Answers, the edition they were written in, and the folded text that is searched."""

    answers: Mapping[str, Value]
    lang: Edition
    haystack: str


class Shelf:
    """`fill` opens everything once; `sync` brings it up to date."""

    def __init__(self, engine: Engine, identity: Any, labels: Labels, trust: Trust) -> None:
        self._engine = engine
        self._identity = identity
        self._labels = labels
        self._trust = trust
        self._lock = threading.RLock()
        self._seen = 0
        self._opened: dict[str, Opened] = {}
        self._entries: dict[int, Entry] = {}
        self._numbers: dict[str, int] = {}
        self.done = 0
        self.total = 0
        self.stopped = False

    def fill(self) -> None:
        """Opens all there is, counting in `done` of `total`; may be stopped from outside."""
        with self._engine.connect() as connection:
            self._seen = desk.newest_event(connection)
            found = desk.rows(connection)
            self.total = len(found)
            numbers = [row["id"] for row in found]
            for start in range(0, len(numbers), _PORTION):
                if self.stopped:
                    return
                self._open(desk.sealed(connection, numbers[start : start + _PORTION]))
                self.done = min(self.total, start + _PORTION)
            self._take(found)

    def sync(self) -> None:
        """Takes over what others changed, what came and what went."""
        with self._lock, self._engine.connect() as connection:
            newest = desk.newest_event(connection)
            if newest == self._seen:
                return
            if newest < self._seen:  # a backup was restored
                for known in (self._entries, self._numbers, self._opened):
                    known.clear()
                found = desk.rows(connection)
            else:
                numbers, gone = desk.changed(connection, self._seen)
                found = desk.rows(connection, sorted(numbers))
                if gone:
                    self._drop_gone(connection)
            new = [row["id"] for row in found if row["reference"] not in self._opened]
            self._open(desk.sealed(connection, new))
            self._take(found)
            self._seen = newest

    def entries(self) -> list[Entry]:
        """All, in the order in which they were first seen here."""
        with self._lock:
            return list(self._entries.values())

    def find(self, reference: str) -> Entry | None:
        number = self._numbers.get(reference)
        return None if number is None else self._entries.get(number)

    def get(self, number: int) -> Entry | None:
        return self._entries.get(number)

    def piece(self, ciphertext: bytes, kind: str, reference: str) -> Piece:
        """What a desk sealed about a submission. Raises Unreadable, and NotGenuine for what is not
        from a desk.
        """
        return self._trust.read(payloads.opened(ciphertext, [self._identity]), kind, reference)

    def _open(self, sealed: Iterable[tuple[str, bytes]]) -> None:
        for reference, ciphertext in sealed:
            try:
                sent = payloads.submission(payloads.opened(ciphertext, [self._identity]))
            except Unreadable:
                continue
            answers = {
                name: value if isinstance(value, str) else tuple(value)
                for name, value in sent.answers.items()
            }
            texts = [reference, *self._labels.texts(sent.form, answers)]
            haystack = fold("\n".join(texts)).casefold()
            if sent.lang == TRADITIONAL:
                haystack += f"\n{simplified(haystack)}"
            self._opened[reference] = Opened(answers, cast(Edition, sent.lang), haystack)

    def _take(self, found: Iterable[RowMapping]) -> None:
        with self._lock:
            for row in found:
                if row["status"] == "withdrawn":
                    self._opened.pop(row["reference"], None)
                self._entries[row["id"]] = _entry(row, self._opened.get(row["reference"]))
                self._numbers[row["reference"]] = row["id"]

    def _drop_gone(self, connection: Connection) -> None:
        there = desk.references(connection)
        for number, entry in list(self._entries.items()):
            if there.get(number) != entry.reference:
                del self._entries[number], self._numbers[entry.reference]
                self._opened.pop(entry.reference, None)


def _entry(row: RowMapping, opened: Opened | None) -> Entry:
    values = {name: row[name] for name in Entry.__slots__ if name in row}
    if opened:
        values["lang"] = opened.lang
    return Entry(
        number=row["id"],
        answers=opened.answers if opened else None,
        haystack=opened.haystack if opened else row["reference"].casefold(),
        facets=Facets(
            row["status"],
            row["form"],
            row["desk"],
            row["branch"] or "",
            row["spam_score"] > 0,
            row["due_on"] or "",
        ),
        **{**values, "key_ids": tuple(json.loads(row["key_ids"] or "[]"))},
    )
