"""What is done with a stored submission, each in the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, bindparam, delete, func, insert, select, update

from forms_api.store import letters, many, seats, tables
from forms_api.store.tables import (
    consent,
    event,
    idempotency,
    place,
    reply,
    submission,
    tally,
    tombstone,
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a receipt is made of; `wrapped_code` is None once it may not be shown again.

    `waiting` is None for a form without seats.
    """

    reference: str
    received_on: str
    due_on: str | None
    body_hash: bytes
    wrapped_code: bytes | None
    waiting: bool | None = None


_LARGEST = 256 * 1024  # bytes of an answer
_MOST = 200  # answers of one submission

# Statements are built once: building one anew costs more than running it.
KEPT = (
    select(
        submission.c.reference,
        submission.c.received_on,
        submission.c.due_on,
        idempotency.c.body_hash,
        idempotency.c.wrapped_code,
        place.c.waiting,
    )
    .join(idempotency, idempotency.c.submission == submission.c.id)
    .outerjoin(place, place.c.submission == submission.c.id)
)
_KEPT_ONE = KEPT.where(idempotency.c.key_hash == bindparam("wanted"))
_NEW_EVENT = insert(event)
#: What a submission says once it is erased, in columns that would otherwise lead to the person.
ERASED: Final[Mapping[str, Any]] = {
    "ciphertext": None,
    "status": "withdrawn",
    "branch": None,
    "desk": "",
    "due_on": None,
    "answered_on": None,
    "closed_on": None,
    "duplicate_of": None,
}
_FORGET_RECORD = (
    update(event).where(event.c.submission == bindparam("wanted")).values(submission=None)
)
_COUNTED = ("form", "field", "choice", "month", "count")
_ADD = "ON CONFLICT (form, field, choice, month) DO UPDATE SET count = tally.count + excluded.count"


def find_kept(connection: Connection, key_hash: bytes) -> Kept | None:
    """What was stored under an idempotency key."""
    row = connection.execute(_KEPT_ONE, {"wanted": key_hash}).first()
    return Kept(*row) if row else None


def note(connection: Connection, number: int | None, day: str, actor: str, action: str) -> None:
    """One line of the record of what was done; nothing personal. No number: the row is gone."""
    line = {"submission": number, "day": day, "actor": actor, "action": action}
    connection.execute(_NEW_EVENT, line)


def count(
    connection: Connection, form: str, field: str, choice: str, month: str, times: int = 1
) -> None:
    """So many more of a choice that may be counted in the clear."""
    count_all(connection, {(form, field, choice, month): times})


def count_all(connection: Connection, times: Mapping[tuple[str, str, str, str], int]) -> None:
    """The same for each (form, field, choice, month)."""
    rows = [dict(zip(_COUNTED, (*one, more), strict=True)) for one, more in times.items()]
    many.insert(connection, tally, rows, _ADD)


def find_by_code(connection: Connection, code_hash: bytes) -> RowMapping | None:
    """Form, status and dates, never the ciphertext."""
    c = submission.c
    columns = (c.form, c.reference, c.status, c.received_on, c.due_on, c.answered_on,
               c.closed_on, c.retain_until)  # fmt: skip
    return connection.execute(select(*columns).where(c.code_hash == code_hash)).mappings().first()


def sealed_replies(connection: Connection, code_hash: bytes) -> tuple[str, list[bytes]]:
    """The reference, "" without any, and the answers of desks, each sealed to the holder of this
    access code, the earliest first; none is larger than a desk can write, and there are not many.
    """
    found = select(submission.c.reference, reply.c.sealed).join(
        submission, submission.c.id == reply.c.submission
    )
    mine = found.where(submission.c.code_hash == code_hash, func.length(reply.c.sealed) <= _LARGEST)
    rows = connection.execute(mine.order_by(reply.c.id).limit(_MOST)).all()
    return rows[0].reference if rows else "", [bytes(row.sealed) for row in rows]


def erase(connection: Connection, code_hash: bytes, day: str) -> bool:
    """Takes the ciphertext away and keeps the row for the counts; False for an unknown code."""
    c = submission.c
    found = select(c.id, c.status, c.reference).where(c.code_hash == code_hash)
    row = connection.execute(found).first()
    if row is None:
        return False
    if row.status != "withdrawn":
        _empty(connection, row.id, row.reference, day, "public")
    return True


def erase_one(connection: Connection, number: int, day: str, desk: str) -> bool:
    """The same, by a desk that was asked to; False when nothing is there any more."""
    c = submission.c
    found = select(c.reference).where(c.id == number, c.status != "withdrawn")
    row = connection.execute(found).first()
    if row is None:
        return False
    _empty(connection, number, str(row.reference), day, desk)
    return True


def erase_again(connection: Connection, references: Sequence[str], day: str) -> int:
    """Tombstones replayed on a restored database; how many submissions had come back."""
    c = submission.c
    found = select(c.id, c.reference).where(c.reference.in_(references), c.status != "withdrawn")
    rows = connection.execute(found).all()
    for row in rows:
        _empty(connection, row.id, row.reference, day, "system")
    return len(rows)


def _empty(connection: Connection, number: int, reference: str, day: str, actor: str) -> None:
    """All that was written, and what leads to it, goes: whose it was, who dealt with it and when.

    The row stays, so that the access code finds it, with its form and day for the counts.
    """
    mine = submission.c.id == number
    gone = {**ERASED, "edition": submission.c.edition + 1}
    connection.execute(update(submission).where(mine).values(gone))
    connection.execute(_FORGET_RECORD, {"wanted": number})
    forget_names(connection)
    for table in (reply, tables.note, tables.reading, tables.proposal):
        connection.execute(delete(table).where(table.c.submission == number))
    letters.drop(connection, number)
    _moved_up(connection, seats.give_back(connection, number), day)
    bury(connection, reference, day, "asked")
    connection.execute(
        update(idempotency).where(idempotency.c.submission == number).values(wrapped_code=None)
    )
    connection.execute(
        update(consent)
        .where(consent.c.submission == number, consent.c.withdrawn_on.is_(None))
        .values(withdrawn_on=day)
    )
    note(connection, number, day, actor, "erased")


def seats_judged(connection: Connection, number: int, day: str) -> None:
    """Seats, after a desk marked a submission as spam or said that it is none."""
    _moved_up(connection, seats.judged(connection, number), day)


def _moved_up(connection: Connection, numbers: Sequence[int], day: str) -> None:
    for number in numbers:
        note(connection, number, day, "system", "seat")


def forget_names(connection: Connection) -> None:
    """A line of the record that belongs to nothing any more names no other submission either."""
    c = event.c
    named = c.submission.is_(None) & c.action.startswith("merged:")
    connection.execute(update(event).where(named).values(action="merged"))


def bury(connection: Connection, reference: str, day: str, why: str) -> None:
    """A tombstone, once."""
    known = select(tombstone.c.day).where(tombstone.c.reference == reference)
    if connection.execute(known).first() is None:
        line = {"reference": reference, "day": day, "why": why}
        connection.execute(insert(tombstone).values(line))
