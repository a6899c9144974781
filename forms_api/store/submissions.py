"""What is done with a submission in the database, each in the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, insert, select, update

from forms_api.store import letters, seats
from forms_api.store.seats import Wish
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
class Consented:
    purpose: str
    notice_version: str
    notice_hash: bytes
    separate: bool


@dataclass(frozen=True, slots=True)
class NewSubmission:
    """Everything of a submission but its number; moments are UTC, see tables.

    `notice` is what the desk is told by mail, nothing if it shall not be.
    """

    columns: dict[str, Any]
    consents: Sequence[Consented]
    tallies: Sequence[tuple[str, str]]
    day: str
    key_hash: bytes
    body_hash: bytes
    wrapped_code: bytes
    wish: Wish | None = None
    notice: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What a receipt is made of; `wrapped_code` is None once it may not be shown again.

    `waiting` is None for a form without seats.
    """

    reference: str
    received_at: str
    due_on: str
    body_hash: bytes
    wrapped_code: bytes | None
    waiting: bool | None = None


# Statements are built once: building one anew costs more than running it.
_BY_REFERENCE = select(submission.c.id).where(submission.c.reference == bindparam("wanted"))
_KEPT = (
    select(
        submission.c.reference,
        submission.c.received_at,
        submission.c.due_on,
        idempotency.c.body_hash,
        idempotency.c.wrapped_code,
        place.c.waiting,
    )
    .join(idempotency, idempotency.c.submission == submission.c.id)
    .outerjoin(place, place.c.submission == submission.c.id)
    .where(idempotency.c.key_hash == bindparam("wanted"))
)
_NEW_SUBMISSION = insert(submission).returning(submission.c.id)
_NEW_KEY = insert(idempotency)
_NEW_CONSENT = insert(consent)
_NEW_EVENT = insert(event)
_NEW_TALLY = insert(tally)
_ONE_MORE = (
    update(tally)
    .where(
        tally.c.form == bindparam("of_form"),
        tally.c.field == bindparam("of_field"),
        tally.c.choice == bindparam("of_choice"),
        tally.c.day == bindparam("of_day"),
    )
    .values(count=tally.c.count + 1)
)


def find_kept(connection: Connection, key_hash: bytes) -> Kept | None:
    """What was stored under an idempotency key."""
    row = connection.execute(_KEPT, {"wanted": key_hash}).first()
    return Kept(*row) if row else None


def keep(connection: Connection, new: NewSubmission) -> Kept:
    """Stores it, or gives what the same idempotency key stored before."""
    if earlier := find_kept(connection, new.key_hash):
        return earlier
    number: int = connection.execute(_NEW_SUBMISSION, new.columns).scalar_one()
    moment = new.columns["received_at"]
    key = {
        "key_hash": new.key_hash,
        "body_hash": new.body_hash,
        "submission": number,
        "wrapped_code": new.wrapped_code,
        "created_at": moment,
    }
    connection.execute(_NEW_KEY, key)
    for one in new.consents:
        given = {
            "submission": number,
            "purpose": one.purpose,
            "notice_version": one.notice_version,
            "notice_hash": one.notice_hash,
            "separate": one.separate,
            "given_at": moment,
        }
        connection.execute(_NEW_CONSENT, given)
    note(connection, number, moment, "public", "received")
    for field, choice in new.tallies:
        count(connection, new.columns["form"], field, choice, new.day)
    waiting = seats.take(connection, number, new.wish) == "waiting" if new.wish else None
    if new.notice:
        reference = new.columns["reference"]  # a new one, if that of the notice was taken
        letters.put(connection, f"received:{reference}", "received", new.columns["desk"],
                    {**new.notice, "reference": reference}, moment, number)  # fmt: skip
    return Kept(
        new.columns["reference"],
        moment,
        new.columns["due_on"],
        new.body_hash,
        new.wrapped_code,
        waiting,
    )


def reference_is_taken(connection: Connection, reference: str) -> bool:
    return connection.execute(_BY_REFERENCE, {"wanted": reference}).first() is not None


def note(connection: Connection, number: int | None, at: str, actor: str, action: str) -> None:
    """One line of the record of what was done; nothing personal. No number: the row is gone."""
    line = {"submission": number, "at": at, "actor": actor, "action": action}
    connection.execute(_NEW_EVENT, line)


def count(connection: Connection, form: str, field: str, choice: str, day: str) -> None:
    """One more of a choice that may be counted in the clear."""
    wanted = {"of_form": form, "of_field": field, "of_choice": choice, "of_day": day}
    if connection.execute(_ONE_MORE, wanted).rowcount == 0:
        first = {"form": form, "field": field, "choice": choice, "day": day, "count": 1}
        connection.execute(_NEW_TALLY, first)


def find_by_code(connection: Connection, code_hash: bytes) -> RowMapping | None:
    """Form, status and dates, never the ciphertext."""
    c = submission.c
    columns = (c.form, c.reference, c.status, c.received_at, c.due_on, c.answered_on,
               c.closed_on, c.retain_until)  # fmt: skip
    return connection.execute(select(*columns).where(c.code_hash == code_hash)).mappings().first()


def erase(connection: Connection, code_hash: bytes, at: str) -> bool:
    """Takes the ciphertext away and keeps the row for the counts; False for an unknown code."""
    c = submission.c
    found = select(c.id, c.status, c.reference).where(c.code_hash == code_hash)
    row = connection.execute(found).first()
    if row is None:
        return False
    if row.status != "withdrawn":
        _empty(connection, row.id, row.reference, at, "public")
    return True


def erase_again(connection: Connection, references: Sequence[str], at: str) -> int:
    """Tombstones replayed on a restored database; how many submissions had come back."""
    c = submission.c
    found = select(c.id, c.reference).where(c.reference.in_(references), c.status != "withdrawn")
    rows = connection.execute(found).all()
    for row in rows:
        _empty(connection, row.id, row.reference, at, "system")
    return len(rows)


def _empty(connection: Connection, number: int, reference: str, at: str, actor: str) -> None:
    """All that was written, and what leads to it, goes; row and record stay for the counts."""
    mine = submission.c.id == number
    gone = {"ciphertext": None, "status": "withdrawn"}
    connection.execute(update(submission).where(mine).values(gone))
    connection.execute(delete(reply).where(reply.c.submission == number))
    letters.drop(connection, number)
    for moved in seats.give_back(connection, number):
        note(connection, moved, at, "system", "seat")
    bury(connection, reference, at, "asked")
    connection.execute(
        update(idempotency).where(idempotency.c.submission == number).values(wrapped_code=None)
    )
    connection.execute(
        update(consent)
        .where(consent.c.submission == number, consent.c.withdrawn_at.is_(None))
        .values(withdrawn_at=at)
    )
    note(connection, number, at, actor, "erased")


def bury(connection: Connection, reference: str, at: str, why: str) -> None:
    """A tombstone, once."""
    known = select(tombstone.c.at).where(tombstone.c.reference == reference)
    if connection.execute(known).first() is None:
        line = {"reference": reference, "at": at, "why": why}
        connection.execute(insert(tombstone).values(line))
