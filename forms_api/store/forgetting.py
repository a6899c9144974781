"""Taking submissions out of the database for good; counts and tombstones stay."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, or_, select, update

from forms_api.store import submissions
from forms_api.store.tables import (
    consent,
    event,
    idempotency,
    note,
    outbox,
    place,
    proposal,
    reading,
    reply,
    submission,
    tally,
    tombstone,
)

#: Field and choice under which purged submissions are counted by form and day of receipt.
ALL = ("", "")
#: The same for those of them that were flagged as spam.
SPAM = ("", "spam")
#: How a choice begins that counts answers by working days and month of the answer (its first day).
TOOK = "took-"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be due: dates and spam score as stored, see tables."""

    id: int
    reference: str
    form: str
    received_on: str
    answered_on: str | None
    closed_on: str | None
    retain_until: str
    spam_score: int


@dataclass(frozen=True, slots=True)
class Due:
    """`day`: of receipt, in the office's zone. `took`: working days until the answer, if any."""

    candidate: Candidate
    day: str
    took: int | None


def candidates(connection: Connection, today: str) -> list[Candidate]:
    """Those whose longest time is over, and those with a date that may shorten it."""
    c = submission.c
    columns = (c.id, c.reference, c.form, c.received_on, c.answered_on, c.closed_on,
               c.retain_until, c.spam_score)  # fmt: skip
    over = or_(c.retain_until < today, c.answered_on.is_not(None), c.closed_on.is_not(None))
    rows = connection.execute(select(*columns).where(over).order_by(c.id)).all()
    return [Candidate(*row) for row in rows]


def forget(connection: Connection, due: Sequence[Due], today: str) -> None:
    """Removes them with all that belongs to them; what the figures need of them stays counted."""
    for one in due:
        form, answered_on = one.candidate.form, one.candidate.answered_on
        submissions.count(connection, form, *ALL, one.day)
        if one.candidate.spam_score:
            submissions.count(connection, form, *SPAM, one.day)
        elif one.took is not None and answered_on:
            month = f"{answered_on[:7]}-01"
            submissions.count(connection, form, "", f"{TOOK}{one.took}", month)
        submissions.bury(connection, one.candidate.reference, today, "retention")
    numbers = [one.candidate.id for one in due]
    for table in (consent, idempotency, reply, note, reading, proposal, place, outbox):
        connection.execute(delete(table).where(table.c.submission.in_(numbers)))
    mine = event.c.submission.in_(numbers)
    connection.execute(update(event).where(mine).values(submission=None))
    repeated = submission.c.duplicate_of.in_(numbers)
    connection.execute(update(submission).where(repeated).values(duplicate_of=None))
    connection.execute(delete(submission).where(submission.c.id.in_(numbers)))
    for _ in due:
        submissions.note(connection, None, today, "system", "purged")


def hide_codes(connection: Connection, before: str) -> int:
    """Access codes kept for showing a receipt again, of keys older than this day."""
    old = idempotency.c.created_on < before
    held = idempotency.c.wrapped_code.is_not(None)
    return connection.execute(
        update(idempotency).where(old, held).values(wrapped_code=None)
    ).rowcount


def drop_old(connection: Connection, tombstones_before: str, alerts_before: str) -> int:
    """Tombstones no backup needs any more, and letters that belong to no submission."""
    stones = delete(tombstone).where(tombstone.c.day < tombstones_before)
    alerts = delete(outbox).where(outbox.c.submission.is_(None), outbox.c.next_at < alerts_before)
    return connection.execute(stones).rowcount + connection.execute(alerts).rowcount


def tombstones(connection: Connection) -> list[str]:
    """References of all that was forgotten, for `submissions.erase_again` after a restore."""
    return list(connection.execute(select(tombstone.c.reference)).scalars())


def tombstone_days(connection: Connection) -> dict[str, str]:
    """The same with the day of each."""
    rows = connection.execute(select(tombstone.c.reference, tombstone.c.day)).all()
    return {reference: day for reference, day in rows}


def totals(connection: Connection) -> dict[str, int]:
    """Submissions ever received, by form: those still there and those purged."""
    kept = select(submission.c.form, func.count()).group_by(submission.c.form)
    purged = (
        select(tally.c.form, func.sum(tally.c.count))
        .where(tally.c.field == ALL[0], tally.c.choice == ALL[1])
        .group_by(tally.c.form)
    )
    found: dict[str, int] = {}
    for form, number in [*connection.execute(kept), *connection.execute(purged)]:
        found[form] = found.get(form, 0) + int(number)
    return found
