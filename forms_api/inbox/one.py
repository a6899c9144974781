"""Everything about one submission that a desk sees: answers, notes, replies, record, its dates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Engine, RowMapping

from forms_api import retention
from forms_api.form import Form
from forms_api.inbox import columns
from forms_api.inbox.publishing import Proposal, proposal_of
from forms_api.inbox.reading import Seen, seen_by
from forms_api.inbox.shelf import Entry, Shelf
from forms_api.payloads import Unreadable
from forms_api.signatures import NotGenuine
from forms_api.store import answers, desk
from forms_api.store.answers import PublishedAnswer
from forms_api.store.letters import of_reply

_CONTACT = ("contact", "office_contact")
_LONG = 20  # characters that nobody writes twice by chance


@dataclass(frozen=True, slots=True)
class Written:
    """A note or an answer, by its row's `number`. `flaw` says why it is not taken for a desk's, and
    then day and desk are only what the row claims; `fault` why it cannot be read at all. `letter`
    is the name of its mail, `state` how far that is.
    """

    number: int
    day: date | None
    desk: str
    way: str
    text: str
    flaw: str = ""
    fault: str = ""
    letter: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Happened:
    id: int
    day: date | None
    actor: str
    action: str


@dataclass(frozen=True, slots=True)
class Agreed:
    purpose: str
    version: str
    separate: bool
    given: date | None
    withdrawn: date | None


@dataclass(frozen=True, slots=True)
class One:
    entry: Entry
    notes: Sequence[Written]
    replies: Sequence[Written]
    letters: Sequence[RowMapping]
    history: Sequence[Happened]
    consents: Sequence[Agreed]
    waiting_for_seats: bool | None
    published: PublishedAnswer | None
    proposed: bool
    proposal: Proposal | None
    seen: Sequence[Seen]

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
        mail = desk.letters_to_persons(connection, number)
        history = desk.history(connection, number)
        consents = desk.consents(connection, number)
        seats = desk.seats_of(connection, number)
        published = answers.answer_of(connection, number)
    letters = {row["dedupe"]: row["state"] for row in mail}
    return One(
        entry,
        _all_written(shelf, entry.reference, "note", notes, "sealed", {}),
        _all_written(shelf, entry.reference, "answer", replies, "kept", letters),
        mail,
        [
            Happened(
                row["id"],
                columns.day(row["day"]),
                columns.word(row["actor"]),
                columns.action(row["action"]),
            )
            for row in history
        ],
        [_agreed(row) for row in consents],
        bool(seats["waiting"]) if seats else None,
        published,
        *proposal_of(engine, shelf, entry),
        seen_by(engine, shelf, entry),
    )


def contact_of(entry: Entry) -> str:
    """The address or number that the person gave, "" without any."""
    for name in _CONTACT:
        value = (entry.answers or {}).get(name)
        if value and isinstance(value, str):
            return value
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


def _all_written(
    shelf: Shelf,
    reference: str,
    kind: str,
    rows: Sequence[RowMapping],
    column: str,
    letters: Mapping[str, str],
) -> list[Written]:
    """Each piece counts once: a second row with the same one was put there by nobody here."""
    found, seen = [], set[str]()
    for row in rows:
        one, nonce = _written(shelf, reference, kind, row, row[column], letters)
        if nonce and nonce in seen:
            one = replace(one, flaw="repeated", letter="", state="")
        seen.add(nonce)
        found.append(one)
    return found


def _written(
    shelf: Shelf,
    reference: str,
    kind: str,
    row: RowMapping,
    ciphertext: bytes | None,
    letters: Mapping[str, str],
) -> tuple[Written, str]:
    """With the piece's number used once, "" where there is none."""
    day, desk_name = columns.day(row["day"]), columns.word(row["desk"])
    claimed = Written(row["id"], day, desk_name, columns.word(row.get("way")), "")
    earlier = of_reply(row["id"])  # before there were signatures
    state = letters.get(earlier, "") if kind == "answer" else ""
    if ciphertext is None:
        return replace(claimed, fault="too-large" if row["size"] else "damaged", state=state), ""
    try:
        piece = shelf.piece(desk.octets(ciphertext), kind, reference)
    except Unreadable as error:
        return replace(claimed, fault=error.reason, state=state), ""
    except NotGenuine as error:
        return replace(claimed, text=error.text, flaw=error.flaw, state=state), ""
    name = of_reply(piece.nonce) if piece.way == "email" else ""
    genuine = Written(
        row["id"], date.fromisoformat(piece.on), piece.desk, piece.way, piece.text,
        letter=name, state=letters.get(name, ""),
    )  # fmt: skip
    return genuine, piece.nonce


def _agreed(row: RowMapping) -> Agreed:
    given, withdrawn = columns.day(row["given_on"]), columns.day(row["withdrawn_on"])
    purpose, version = columns.word(row["purpose"]), columns.word(row["notice_version"])
    return Agreed(purpose, version, bool(row["separate"]), given, withdrawn)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
