"""Everything about one submission that a desk sees: answers, notes, replies, record, its dates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine, RowMapping

from forms_api import clock, retention
from forms_api.form import Form
from forms_api.inbox.shelf import Entry, Shelf
from forms_api.store import answers, desk, letters
from forms_api.store.answers import PublishedAnswer

_CONTACT = ("contact", "office_contact")
_LONG = 20  # characters that nobody writes twice by chance


@dataclass(frozen=True, slots=True)
class Written:
    """A note or an answer; `text` is None where this key does not open it. `state`: of its mail."""

    day: date
    desk: str
    way: str
    text: str | None
    state: str = ""


@dataclass(frozen=True, slots=True)
class Happened:
    id: int
    day: date
    actor: str
    action: str


@dataclass(frozen=True, slots=True)
class Agreed:
    purpose: str
    version: str
    separate: bool
    given: date
    withdrawn: date | None


@dataclass(frozen=True, slots=True)
class One:
    entry: Entry
    notes: Sequence[Written]
    replies: Sequence[Written]
    history: Sequence[Happened]
    consents: Sequence[Agreed]
    waiting_for_seats: bool | None
    published: PublishedAnswer | None

    @property
    def newest(self) -> int:
        """The last line of the record, so that what came after it can be shown later."""
        return max((line.id for line in self.history), default=0)


def read(engine: Engine, shelf: Shelf, entry: Entry) -> One:
    """In one short look at the database, which is over before anything is rendered."""
    number = entry.number
    with engine.connect() as connection:
        notes = desk.notes(connection, number)
        replies = desk.replies(connection, number)
        states = letters.states(connection, [letters.of_reply(row["id"]) for row in replies])
        history = desk.history(connection, number)
        consents = desk.consents(connection, number)
        seats = desk.seats_of(connection, number)
        published = answers.answer_of(connection, number)
    return One(
        entry,
        [_written(shelf, row, row["sealed"], "note", "") for row in notes],
        [
            _written(
                shelf, row, row["kept"], row["way"], states.get(letters.of_reply(row["id"]), "")
            )
            for row in replies
        ],
        [
            Happened(row["id"], date.fromisoformat(row["day"]), row["actor"], row["action"])
            for row in history
        ],
        [_agreed(row) for row in consents],
        bool(seats["waiting"]) if seats else None,
        published,
    )


def contact_of(entry: Entry) -> str:
    """The address or number that the person gave, "" without any."""
    for name in _CONTACT:
        value = (entry.answers or {}).get(name)
        if value:
            return str(value)
    return ""


def way_of(entry: Entry) -> str:
    """How the person wants to be answered: email, phone, status, none."""
    asked = (entry.answers or {}).get("reply_by")
    if asked:
        return str(asked)
    contact = contact_of(entry)
    return ("email" if "@" in contact else "phone") if contact else "status"


def twins(shelf: Shelf, entry: Entry, most: int = 5) -> list[Entry]:
    """Others of the same form with the same contact or the same long text, latest first."""
    texts = [value for value in (entry.answers or {}).values() if isinstance(value, str)]
    mine = {contact_of(entry), *(text for text in texts if len(text) >= _LONG)} - {""}
    if not mine:
        return []
    found = [
        other
        for other in shelf.entries()
        if other.form == entry.form
        and not mine.isdisjoint((other.answers or {}).values())
        and other.number != entry.number
        and other.duplicate_of != entry.number
    ]
    return found[::-1][:most]


def last_day(entry: Entry, forms: Mapping[str, Form]) -> date:
    """Until when it is kept, by its form's rule and what happened so far."""
    promised = date.fromisoformat(entry.retain_until)
    form = forms.get(entry.form)
    if form is None or form.retention.after == "event":
        return promised
    answered, closed = _day(entry.answered_on), _day(entry.closed_on)
    days = {"answer": answered or closed, "handover": answered or closed, "closing": closed}
    received = date.fromisoformat(entry.received_on)
    return min(promised, retention.last_day(form.retention, received, days))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(clock.ZONE)


def _written(
    shelf: Shelf, row: RowMapping, ciphertext: bytes | None, way: str, state: str
) -> Written:
    payload = shelf.unsealed(bytes(ciphertext)) if ciphertext else None
    text = payload.get("text") if payload else None
    return Written(date.fromisoformat(row["day"]), row["desk"], way, text, state)


def _agreed(row: RowMapping) -> Agreed:
    given, withdrawn = date.fromisoformat(row["given_on"]), _day(row["withdrawn_on"])
    return Agreed(row["purpose"], row["notice_version"], row["separate"], given, withdrawn)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
