"""All submissions in memory: what stands in the clear, and what the key could open.

It follows the record of events, so that each request asks for what changed and for nothing else.
All of it is dropped when the inbox is locked.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Connection, Engine, RowMapping

from forms_api import payloads
from forms_api.answers import Value
from forms_api.guards import clean, fold
from forms_api.inbox import columns
from forms_api.inbox.labels import Labels
from forms_api.inbox.simplified import simplified
from forms_api.languages import EDITIONS, TRADITIONAL, Edition
from forms_api.payloads import Reason, Unreadable
from forms_api.signatures import Piece, Trust
from forms_api.store import desk

_PORTION: Final = 200  # submissions opened before the count is brought up to date
_OCTETS: Final = 16 * 1024 * 1024  # of ciphertext that are fetched at once


class Facets(NamedTuple):
    """What lists filter by; many submissions share one, so that a list looks at few of them.

    `bad`: it cannot be read, or was tampered with.
    """

    status: str
    form: str
    desk: str
    branch: str
    spam: bool
    due_on: str
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One submission; `answers` is None where nothing could be opened. Dates are ISO text.

    `lang` is the edition it was written in: in the clear stands zh or en, sealed zh-hant too.
    `fault` is why it cannot be read, `flaws` names columns that make no sense or contradict what
    is sealed; `stored` is its reference as it stands in the database. `newer`: only a newer program
    knows the edition. To `holder` answers are sealed, if the sender's program said so.
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
    stored: object = ""
    fault: str = ""
    flaws: tuple[str, ...] = ()
    newer: bool = False
    holder: bytes | None = None

    @property
    def is_spam(self) -> bool:
        return self.spam_score > 0


@dataclass(frozen=True, slots=True)
class Opened:
    """What was sealed: answers, the edition they were written in, and the folded text that is
    searched. `lang` is "" for an edition that is not known here.
    """

    answers: Mapping[str, Value]
    lang: Edition | Literal[""]
    haystack: str
    form: str
    holder: bytes | None


class Shelf:
    """`fill` opens everything once; `sync` brings it up to date."""

    def __init__(self, engine: Engine, identity: Any, labels: Labels, trust: Trust) -> None:
        self._engine = engine
        self._identity = identity
        self._labels = labels
        self._trust = trust
        self._lock = threading.RLock()
        self._seen = 0
        self._opened: dict[int, Opened | Reason] = {}
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
                self._open(connection, numbers[start : start + _PORTION])
                self.done = min(self.total, start + _PORTION)
            self._take(found)

    def sync(self) -> None:
        """Takes over what others changed, what came and what went."""
        with self._lock, self._engine.connect() as connection:
            newest = desk.newest_event(connection)
            if newest == self._seen:
                return
            if newest < self._seen:  # a backup was restored
                for all_of_it in (self._entries, self._numbers, self._opened):
                    all_of_it.clear()
                found = desk.rows(connection)
            else:
                numbers, gone = desk.changed(connection, self._seen)
                found = desk.rows(connection, sorted(numbers))
                if gone:
                    self._drop_gone(connection)
            known = {number for number, one in self._opened.items() if isinstance(one, Opened)}
            new = [row["id"] for row in found if row["id"] not in known]
            for start in range(0, len(new), _PORTION):
                self._open(connection, new[start : start + _PORTION])
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

    def _open(self, connection: Connection, numbers: Sequence[int]) -> None:
        """A few at a time, by their size: each may be as large as payloads.LARGEST."""
        sizes = desk.sizes(connection, numbers)
        some, octets = list[int](), 0
        for number, size in sizes.items():
            if size > payloads.LARGEST:
                self._opened[number] = "too-large"
                continue
            if some and octets + size > _OCTETS:
                self._open_some(connection, some)
                some, octets = [], 0
            some.append(number)
            octets += size
        self._open_some(connection, some)

    def _open_some(self, connection: Connection, numbers: Sequence[int]) -> None:
        for number, reference, public_key, ciphertext in desk.sealed(connection, numbers):
            try:
                self._opened[number] = self._read(reference, public_key, ciphertext)
            except Unreadable as error:
                self._opened[number] = error.reason

    def _read(self, reference: str, public_key: bytes, ciphertext: bytes) -> Opened:
        """Raises Unreadable."""
        sent = payloads.submission(payloads.opened(ciphertext, [self._identity]))
        if sent.holder and sent.holder != public_key.hex():
            raise Unreadable("moved")
        answers = {
            name: clean(value) if isinstance(value, str) else tuple(map(clean, value))
            for name, value in sent.answers.items()
        }
        texts = [reference, *self._labels.texts(sent.form, answers)]
        haystack = fold("\n".join(texts)).casefold()
        if sent.lang == TRADITIONAL:
            haystack += f"\n{simplified(haystack)}"
        lang: Edition | Literal[""] = sent.lang if sent.lang in EDITIONS else ""
        holder = bytes.fromhex(sent.holder) or None
        return Opened(answers, lang, haystack, sent.form, holder)

    def _take(self, found: Iterable[RowMapping]) -> None:
        with self._lock:
            for row in found:
                number = row["id"]
                if row["status"] == "withdrawn":
                    self._opened.pop(number, None)
                entry = _entry(row, self._opened.get(number))
                self._entries[number] = entry
                self._numbers[entry.reference] = number

    def _drop_gone(self, connection: Connection) -> None:
        there = desk.references(connection)
        for number, entry in list(self._entries.items()):
            if there.get(number) != entry.stored:
                del self._entries[number], self._numbers[entry.reference]
                self._opened.pop(number, None)


def _entry(row: RowMapping, opened: Opened | Reason | None) -> Entry:
    """What is sealed counts for more than what stands beside it."""
    values, flaws = columns.checked(dict(row))
    sent = opened if isinstance(opened, Opened) else None
    fault = opened if isinstance(opened, str) else ""
    if sent and sent.form != values["form"]:
        values["form"], flaws = sent.form, (*flaws, "form")
    if sent and sent.lang:
        values["lang"] = sent.lang
    bad = bool(flaws) or fault not in ("", "other-key") or bool(sent and not sent.lang)
    return Entry(
        number=row["id"],
        answers=sent.answers if sent else None,
        haystack=sent.haystack if sent else values["reference"].casefold(),
        facets=Facets(
            values["status"],
            values["form"],
            values["desk"],
            values["branch"] or "",
            values["spam_score"] > 0,
            values["due_on"] or "",
            bad,
        ),
        stored=row["reference"],
        fault=fault,
        flaws=flaws,
        newer=bool(sent and not sent.lang),
        holder=sent.holder if sent else None,
        **values,
    )
