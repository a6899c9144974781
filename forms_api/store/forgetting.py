"""Taking submissions out of the database for good; counts and tombstones stay."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, or_, select, update

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

#: Field and choice under which purged submissions are counted by form and month of receipt.
ALL = ("", "")
#: The same for those of them that were flagged as spam.
SPAM = ("", "spam")
#: How a choice begins that counts answers by working days and month of the answer.
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
    """`month`: of receipt. `took`: working days until the answer, if any."""

    candidate: Candidate
    month: str
    took: int | None


_C: Final = submission.c
_CANDIDATES: Final = select(
    _C.id, _C.reference, _C.form, _C.received_on, _C.answered_on, _C.closed_on, _C.retain_until,
    _C.spam_score,
).order_by(_C.id)  # fmt: skip


def candidates(connection: Connection, today: str) -> list[Candidate]:
    """Those whose longest time is over, and those with a date that may shorten it."""
    over = or_(_C.retain_until < today, _C.answered_on.is_not(None), _C.closed_on.is_not(None))
    return _readable(connection.execute(_CANDIDATES.where(over)))


def _readable(rows: Iterable[Row[Any]]) -> list[Candidate]:
    """Those whose days are days: nothing is deleted by nonsense, and it holds up nothing else."""
    found = []
    for row in rows:
        one = Candidate(**row._mapping)
        with suppress(ValueError):
            for text in (one.received_on, one.retain_until, one.answered_on, one.closed_on):
                date.fromisoformat(str(text or "2000-01-01"))
            found.append(one)
    return found


def nonsense(connection: Connection) -> int:
    """How many have dates that are none, so that they are never due; a desk can erase them."""
    day = "____-__-__"
    wrong = or_(_C.retain_until.not_like(day), _C.received_on.not_like(day))
    return connection.execute(select(func.count()).where(wrong)).scalar_one()


def present(connection: Connection) -> int:
    """How many submissions there are."""
    return connection.execute(select(func.count()).select_from(submission)).scalar_one()


def with_content(connection: Connection, references: Sequence[str]) -> list[Candidate]:
    """Those of these references that are there and were not erased."""
    mine = (_C.reference.in_(references), _C.status != "withdrawn")
    return _readable(connection.execute(_CANDIDATES.where(*mine)))


def shorten(connection: Connection, number: int, until: str) -> None:
    """A submission's last day; it never moves back."""
    mine = (_C.id == number, _C.retain_until > until)
    connection.execute(update(submission).where(*mine).values(retain_until=until))


def forget(connection: Connection, due: Sequence[Due], today: str) -> None:
    """Removes them with all that belongs to them; what the figures need of them stays counted."""
    for one in due:
        form, answered_on = one.candidate.form, one.candidate.answered_on
        submissions.count(connection, form, *ALL, one.month)
        if one.candidate.spam_score:
            submissions.count(connection, form, *SPAM, one.month)
        elif one.took is not None and answered_on:
            submissions.count(connection, form, "", f"{TOOK}{one.took}", answered_on[:7])
        submissions.bury(connection, one.candidate.reference, today, "retention")
    numbers = [one.candidate.id for one in due]
    for table in (consent, idempotency, reply, note, reading, proposal, place, outbox):
        connection.execute(delete(table).where(table.c.submission.in_(numbers)))
    mine = event.c.submission.in_(numbers)
    connection.execute(update(event).where(mine).values(submission=None))
    submissions.forget_names(connection)
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


@dataclass(frozen=True, slots=True)
class Stone:
    """The day on which something was forgotten, and why: asked, retention, withdrawn.

    `why` is empty where nobody noted it.
    """

    day: str
    why: str = ""


def stones(connection: Connection) -> dict[str, Stone]:
    """The same with the day and the reason of each."""
    rows = connection.execute(select(tombstone.c.reference, tombstone.c.day, tombstone.c.why))
    return {reference: Stone(day, why) for reference, day, why in rows}


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
