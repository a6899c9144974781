"""What is done with a submission in the database, each in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from forms_api.store.tables import consent, event, idempotency, submission, tally


@dataclass(frozen=True, slots=True)
class Consented:
    purpose: str
    notice_version: str
    notice_hash: bytes
    separate: bool


@dataclass(frozen=True, slots=True)
class NewSubmission:
    """Everything of a submission but its number; moments are UTC, see tables."""

    columns: dict[str, Any]
    consents: Sequence[Consented]
    tallies: Sequence[tuple[str, str]]
    day: str
    key_hash: bytes
    body_hash: bytes
    wrapped_code: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """What a receipt is made of; `wrapped_code` is None once it may not be shown again."""

    reference: str
    received_at: str
    due_on: str
    body_hash: bytes
    wrapped_code: bytes | None


_KEPT = (
    select(
        submission.c.reference,
        submission.c.received_at,
        submission.c.due_on,
        idempotency.c.body_hash,
        idempotency.c.wrapped_code,
    )
    .join(idempotency, idempotency.c.submission == submission.c.id)
)  # fmt: skip


def find_kept(connection: Connection, key_hash: bytes) -> Kept | None:
    """What was stored under an idempotency key."""
    row = connection.execute(_KEPT.where(idempotency.c.key_hash == key_hash)).mappings().first()
    return Kept(**row) if row else None


def keep(connection: Connection, new: NewSubmission) -> Kept:
    """Stores it, or gives what the same idempotency key stored before."""
    if earlier := find_kept(connection, new.key_hash):
        return earlier
    (number,) = connection.execute(
        insert(submission).values(new.columns).returning(submission.c.id)
    ).one()
    moment = new.columns["received_at"]
    connection.execute(
        insert(idempotency).values(
            key_hash=new.key_hash,
            body_hash=new.body_hash,
            submission=number,
            wrapped_code=new.wrapped_code,
            created_at=moment,
        )
    )
    for one in new.consents:
        connection.execute(
            insert(consent).values(
                submission=number,
                purpose=one.purpose,
                notice_version=one.notice_version,
                notice_hash=one.notice_hash,
                separate=one.separate,
                given_at=moment,
            )
        )
    note(connection, number, moment, "public", "received")
    for field, choice in new.tallies:
        count(connection, new.columns["form"], field, choice, new.day)
    return Kept(
        new.columns["reference"], moment, new.columns["due_on"], new.body_hash, new.wrapped_code
    )


def reference_is_taken(connection: Connection, reference: str) -> bool:
    found = select(submission.c.id).where(submission.c.reference == reference)
    return connection.execute(found).first() is not None


def note(connection: Connection, number: int, at: str, actor: str, action: str) -> None:
    """One line of the record of what was done; nothing personal."""
    connection.execute(insert(event).values(submission=number, at=at, actor=actor, action=action))


def count(connection: Connection, form: str, field: str, choice: str, day: str) -> None:
    """One more of a choice that may be counted in the clear."""
    key = (
        (tally.c.form == form) & (tally.c.field == field)
        & (tally.c.choice == choice) & (tally.c.day == day)
    )  # fmt: skip
    more = connection.execute(update(tally).where(key).values(count=tally.c.count + 1))
    if more.rowcount == 0:
        connection.execute(
            insert(tally).values(form=form, field=field, choice=choice, day=day, count=1)
        )


def find_by_code(connection: Connection, code_hash: bytes) -> RowMapping | None:
    """Form, status and dates, never the ciphertext."""
    c = submission.c
    columns = (c.form, c.reference, c.status, c.received_at, c.due_on, c.answered_on,
               c.closed_on, c.retain_until)  # fmt: skip
    return connection.execute(select(*columns).where(c.code_hash == code_hash)).mappings().first()


def erase(connection: Connection, code_hash: bytes, at: str) -> bool:
    """Takes the ciphertext away and keeps the row for the counts; False for an unknown code."""
    found = select(submission.c.id, submission.c.status).where(submission.c.code_hash == code_hash)
    row = connection.execute(found).first()
    if row is None:
        return False
    if row.status != "withdrawn":
        mine = submission.c.id == row.id
        connection.execute(
            update(submission).where(mine).values(ciphertext=None, status="withdrawn")
        )
        connection.execute(
            update(idempotency).where(idempotency.c.submission == row.id).values(wrapped_code=None)
        )
        connection.execute(
            update(consent)
            .where(consent.c.submission == row.id, consent.c.withdrawn_at.is_(None))
            .values(withdrawn_at=at)
        )
        note(connection, row.id, at, "public", "erased")
    return True
