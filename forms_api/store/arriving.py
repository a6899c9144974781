"""Storing what arrives: everything that waits together goes in with a handful of statements.

One statement for many rows instead of many statements lets a busy process go on: SQLite's driver
lets other threads run at each statement, and the writer would have to wait its turn every time.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, bindparam, insert, select

from forms_api.store import letters, seats, submissions
from forms_api.store.seats import Wish
from forms_api.store.submissions import KEPT, Kept
from forms_api.store.tables import consent, event, idempotency, outbox, submission


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


_TAKEN = select(submission.c.reference).where(
    submission.c.reference.in_(bindparam("wanted", expanding=True))
)
_EARLIER = KEPT.add_columns(idempotency.c.key_hash).where(
    idempotency.c.key_hash.in_(bindparam("wanted", expanding=True))
)
_NEW = insert(submission).returning(submission.c.id, submission.c.reference)
# RETURNING makes SQLAlchemy send many rows in one statement.
_ROWS = {
    table.name: insert(table).returning(table.c.submission)
    for table in (idempotency, consent, event, outbox)
}


def keep_all(
    connection: Connection, news: Sequence[NewSubmission], reference: Callable[[], str]
) -> list[Kept]:
    """Each is stored, or gets what its idempotency key stored before; of equal keys the first.

    `reference` gives another one where that of a new submission is taken.
    """
    keys = list(dict.fromkeys(new.key_hash for new in news))
    earlier = connection.execute(_EARLIER, {"wanted": keys}).all()
    kept = {row[-1]: Kept(*row[:-1]) for row in earlier}
    fresh = {new.key_hash: new for new in reversed(news) if new.key_hash not in kept}
    if fresh:
        ordered = [fresh[key] for key in keys if key in fresh]
        _settle_references(connection, ordered, reference)
        kept |= _store(connection, ordered)
    return [kept[new.key_hash] for new in news]


def _settle_references(
    connection: Connection, news: Sequence[NewSubmission], reference: Callable[[], str]
) -> None:
    """No two the same, and none that is stored."""
    unsettled, seen = list(news), set[str]()
    while unsettled:
        wanted = [new.columns["reference"] for new in unsettled]
        taken = set(connection.execute(_TAKEN, {"wanted": wanted}).scalars())
        again = []
        for new in unsettled:
            if new.columns["reference"] in taken | seen:
                new.columns["reference"] = reference()
                again.append(new)
            else:
                seen.add(new.columns["reference"])
        unsettled = again


def _store(connection: Connection, news: Sequence[NewSubmission]) -> dict[bytes, Kept]:
    rows = connection.execute(_NEW, [new.columns for new in news]).all()
    numbers = {row.reference: row.id for row in rows}
    numbered = [(numbers[new.columns["reference"]], new) for new in news]
    _insert(connection, idempotency, [_key(number, new) for number, new in numbered])
    _insert(connection, consent, [row for pair in numbered for row in _consents(*pair)])
    _insert(connection, event, [_received(number, new) for number, new in numbered])
    _insert(connection, outbox, [row for pair in numbered for row in _letters(*pair)])
    choices = Counter(
        (new.columns["form"], field, choice, new.day)
        for new in news
        for field, choice in new.tallies
    )
    for (form, field, choice, day), times in choices.items():
        submissions.count(connection, form, field, choice, day, times)
    return {new.key_hash: _kept(connection, number, new) for number, new in numbered}


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(_ROWS[table.name], rows).all()


def _key(number: int, new: NewSubmission) -> dict[str, Any]:
    return {
        "key_hash": new.key_hash,
        "body_hash": new.body_hash,
        "submission": number,
        "wrapped_code": new.wrapped_code,
        "created_at": new.columns["received_at"],
    }


def _consents(number: int, new: NewSubmission) -> Iterator[dict[str, Any]]:
    for one in new.consents:
        yield {
            "submission": number,
            "purpose": one.purpose,
            "notice_version": one.notice_version,
            "notice_hash": one.notice_hash,
            "separate": one.separate,
            "given_at": new.columns["received_at"],
        }


def _received(number: int, new: NewSubmission) -> dict[str, Any]:
    at = new.columns["received_at"]
    return {"submission": number, "at": at, "actor": "public", "action": "received"}


def _letters(number: int, new: NewSubmission) -> Iterator[dict[str, Any]]:
    if new.notice:
        reference, desk = new.columns["reference"], new.columns["desk"]
        facts = {**new.notice, "reference": reference}
        at = new.columns["received_at"]
        yield letters.row(f"received:{reference}", "received", desk, facts, at, number)


def _kept(connection: Connection, number: int, new: NewSubmission) -> Kept:
    """Takes the seats that are wished for, in the order of arrival."""
    waiting = seats.take(connection, number, new.wish) == "waiting" if new.wish else None
    columns = new.columns
    return Kept(
        columns["reference"],
        columns["received_at"],
        columns["due_on"],
        new.body_hash,
        new.wrapped_code,
        waiting,
    )
