"""Rows of the outbox: put in with what they tell of, leased, then sent, put off or given up."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, update

from forms_api import clock
from forms_api.payloads import LARGEST
from forms_api.store.tables import outbox


@dataclass(frozen=True, slots=True)
class Letter:
    """`facts` hold no answer; one that does is `sealed`. `attempts` counts those that failed."""

    id: int
    dedupe: str
    kind: str
    desk: str
    facts: Mapping[str, str]
    attempts: int
    sealed: bytes | None = None
    submission: int | None = None


_NEW = insert(outbox)


def due_now() -> str:
    """The moment at which today began: due at once, and says no more than the day."""
    return clock.utc(clock.start(clock.today()))


def put(
    connection: Connection,
    dedupe: str,
    kind: str,
    desk: str,
    facts: Mapping[str, str],
    number: int | None = None,
) -> None:
    """One letter, due at once. `dedupe` must be new: see `is_known`."""
    connection.execute(_NEW, row(dedupe, kind, desk, facts, number))


def row(
    dedupe: str, kind: str, desk: str, facts: Mapping[str, str], number: int | None = None
) -> dict[str, Any]:
    """What `put` inserts."""
    return {
        "dedupe": dedupe,
        "submission": number,
        "kind": kind,
        "desk": desk,
        "facts": json.dumps(dict(facts), ensure_ascii=False),
        "state": "waiting",
        "attempts": 0,
        "next_at": due_now(),
    }


def is_known(connection: Connection, dedupe: str) -> bool:
    return (
        connection.execute(select(outbox.c.id).where(outbox.c.dedupe == dedupe)).first() is not None
    )


def lease(
    connection: Connection,
    who: str,
    now: str,
    until: str,
    most: int,
    *,
    sealed: bool = False,
    without: Collection[int] = (),
) -> list[Letter]:
    """Due letters that nobody else is sending, ours until then. In a writing transaction.

    `sealed` ones are for who can open them, the others for the service; `without` are numbers.
    """
    free = or_(outbox.c.lease.is_(None), outbox.c.lease_until < now)
    kind = outbox.c.sealed.is_not(None) if sealed else outbox.c.sealed.is_(None)
    # Written out: there may be more of them than a statement takes parameters.
    known: Any = bindparam("without", sorted(without), expanding=True, literal_execute=True)
    wanted = and_(outbox.c.id.not_in(known), func.length(outbox.c.sealed) <= LARGEST)
    wanted = wanted if sealed else outbox.c.id.not_in(known)
    due = and_(outbox.c.state == "waiting", outbox.c.next_at <= now, free, kind, wanted)
    rows = connection.execute(select(outbox).where(due).order_by(outbox.c.id).limit(most)).all()
    ids = [row.id for row in rows]
    if ids:
        mine = update(outbox).where(outbox.c.id.in_(ids)).values(lease=who, lease_until=until)
        connection.execute(mine)
    return [
        Letter(
            row.id,
            row.dedupe,
            row.kind,
            row.desk,
            _facts(row.facts),
            row.attempts,
            row.sealed,
            row.submission,
        )
        for row in rows
    ]


def _facts(text: object) -> dict[str, str]:
    """What a notice tells; nothing of what is no such thing: one bad row holds no other up."""
    try:
        found = json.loads(str(text))
    except (ValueError, RecursionError):
        return {}
    return {name: str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def sent(connection: Connection, number: int, who: str, day: str) -> None:
    """What it said goes with it, and the moments of its attempts."""
    gone = {"last_error": None, "sealed": None, "next_at": due_now()}
    _settle(connection, number, who, state="sent", sent_on=day, **gone)


def put_off(
    connection: Connection, number: int, who: str, next_at: str, error: str, *, dead: bool
) -> None:
    """One more failed attempt; `dead` letters wait for a person."""
    _settle(
        connection,
        number,
        who,
        attempts=outbox.c.attempts + 1,
        next_at=next_at,
        last_error=error[:200],
        state="dead" if dead else "waiting",
    )


def give_back(connection: Connection, number: int, who: str) -> None:
    """As it was, for somebody else."""
    _settle(connection, number, who, state="waiting")


def _settle(connection: Connection, number: int, who: str, **values: object) -> None:
    mine = and_(outbox.c.id == number, outbox.c.lease == who)
    connection.execute(update(outbox).where(mine).values(lease=None, lease_until=None, **values))


def drop(connection: Connection, submission: int) -> None:
    """What waits or was sent for a submission that is forgotten."""
    connection.execute(delete(outbox).where(outbox.c.submission == submission))


def revive(connection: Connection) -> int:
    """Dead letters are tried again; how many."""
    dead = update(outbox).where(outbox.c.state == "dead")
    return connection.execute(dead.values(state="waiting", attempts=0, next_at=due_now())).rowcount


def counts(connection: Connection) -> dict[str, int]:
    """How many letters are in each state: waiting, sent, dead."""
    found = connection.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state)).all()
    return {"waiting": 0, "sent": 0, "dead": 0} | {state: count for state, count in found}
