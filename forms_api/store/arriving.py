"""Storing what arrives: everything that waits together goes in with one statement a table."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam

from forms_api.store import letters, many, seats, submissions
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
    """Everything of a submission but its number; days as in tables.

    `tallies` are counted in the clear, by month. `notice` is what the desk is told by mail, nothing
    if it shall not be.
    """

    columns: dict[str, Any]
    consents: Sequence[Consented]
    tallies: Sequence[tuple[str, str]]
    month: str
    key_hash: bytes
    body_hash: bytes
    wrapped_code: bytes
    wish: Wish | None = None
    notice: Mapping[str, str] | None = None


_EARLIER = KEPT.add_columns(idempotency.c.key_hash).where(
    idempotency.c.key_hash.in_(bindparam("wanted", expanding=True))
)
_UNLESS_TAKEN = "ON CONFLICT (reference) DO NOTHING RETURNING id, reference"


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
        kept |= _store(connection, [fresh[key] for key in keys if key in fresh], reference)
    return [kept[new.key_hash] for new in news]


def _store(
    connection: Connection, news: Sequence[NewSubmission], reference: Callable[[], str]
) -> dict[bytes, Kept]:
    numbers = _number(connection, news, reference)
    numbered = [(numbers[new.columns["reference"]], new) for new in news]
    many.insert(connection, idempotency, [_key(number, new) for number, new in numbered])
    many.insert(connection, consent, [row for pair in numbered for row in _consents(*pair)])
    many.insert(connection, event, [_received(number, new) for number, new in numbered])
    many.insert(connection, outbox, [row for pair in numbered for row in _letters(*pair)])
    submissions.count_all(
        connection,
        Counter(
            (new.columns["form"], field, choice, new.month)
            for new in news
            for field, choice in new.tallies
        ),
    )
    return {new.key_hash: _kept(connection, number, new) for number, new in numbered}


def _number(
    connection: Connection, news: Sequence[NewSubmission], reference: Callable[[], str]
) -> dict[str, int]:
    """Stores the submissions themselves; reference → number. No reference is given twice."""
    numbers: dict[str, int] = {}
    waiting = list(news)
    while waiting:
        named: dict[str, NewSubmission] = {}
        for new in waiting:
            while new.columns["reference"] in named or new.columns["reference"] in numbers:
                new.columns["reference"] = reference()
            named[new.columns["reference"]] = new
        rows = [new.columns for new in waiting]
        stored = many.insert(connection, submission, rows, _UNLESS_TAKEN)
        numbers |= {row.reference: row.id for row in stored}
        waiting = [new for name, new in named.items() if name not in numbers]
        for new in waiting:
            new.columns["reference"] = reference()
    return numbers


def _key(number: int, new: NewSubmission) -> dict[str, Any]:
    return {
        "key_hash": new.key_hash,
        "body_hash": new.body_hash,
        "submission": number,
        "wrapped_code": new.wrapped_code,
        "created_on": new.columns["received_on"],
    }


def _consents(number: int, new: NewSubmission) -> Iterator[dict[str, Any]]:
    for one in new.consents:
        yield {
            "submission": number,
            "purpose": one.purpose,
            "notice_version": one.notice_version,
            "notice_hash": one.notice_hash,
            "separate": one.separate,
            "given_on": new.columns["received_on"],
        }


def _received(number: int, new: NewSubmission) -> dict[str, Any]:
    day = new.columns["received_on"]
    return {"submission": number, "day": day, "actor": "public", "action": "received"}


def _letters(number: int, new: NewSubmission) -> Iterator[dict[str, Any]]:
    if new.notice:
        reference, desk = new.columns["reference"], new.columns["desk"]
        facts = {**new.notice, "reference": reference}
        yield letters.row(f"received:{reference}", "received", desk, facts, number)


def _kept(connection: Connection, number: int, new: NewSubmission) -> Kept:
    """Takes the seats that are wished for, in the order of arrival."""
    columns, waiting = new.columns, None
    if new.wish:
        aside = bool(columns["spam_score"])
        waiting = seats.take(connection, number, new.wish, aside=aside) == "waiting"
    return Kept(
        columns["reference"],
        columns["received_on"],
        columns["due_on"],
        new.body_hash,
        new.wrapped_code,
        waiting,
    )
