"""Rows of the outbox: put in with what they tell of, leased, then sent, put off or given up.

A lease belongs to who took it until then; whoever is about to send renews it first, and leaves the
letter alone when it went to somebody else meanwhile.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    delete,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)

from forms_api import clock
from forms_api.payloads import LARGEST
from forms_api.store.tables import outbox

#: No lease and no pause is that long: a moment that lies further ahead was written by a clock that
#: was wrong, and holds nobody up.
_NONSENSE: Final = timedelta(days=1)


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


def of_reply(nonce: str | int) -> str:
    """What the letter of a desk's answer is called; its Message-ID is made from it. (Of one that
    is not signed: by the number of its row.)
    """
    return f"reply:{nonce}"


def states(connection: Connection, names: Collection[str]) -> dict[str, str]:
    """Of the letters that are called so: waiting, sent or dead."""
    found = select(outbox.c.dedupe, outbox.c.state).where(outbox.c.dedupe.in_(names))
    return {name: state for name, state in connection.execute(found).all()}


def is_known(connection: Connection, dedupe: str) -> bool:
    return (
        connection.execute(select(outbox.c.id).where(outbox.c.dedupe == dedupe)).first() is not None
    )


def lease(
    connection: Connection,
    who: str,
    now: datetime,
    until: datetime,
    most: int,
    *,
    sealed: bool = False,
    without: Collection[int] = (),
) -> list[Letter]:
    """Due letters that nobody else is sending, ours until then; those tried before come last.
    In a writing transaction.

    `sealed` ones are for who can open them, the others for the service; `without` are numbers.
    """
    moment, nonsense = clock.utc(now), clock.utc(now + _NONSENSE)
    lapsed = or_(outbox.c.lease_until < moment, outbox.c.lease_until > nonsense)
    free = or_(outbox.c.lease.is_(None), lapsed)
    time = or_(outbox.c.next_at <= moment, outbox.c.next_at > nonsense)
    kind = outbox.c.sealed.is_not(None) if sealed else outbox.c.sealed.is_(None)
    # Written out: there may be more of them than a statement takes parameters.
    known: Any = bindparam("without", sorted(without), expanding=True, literal_execute=True)
    wanted = and_(outbox.c.id.not_in(known), func.length(outbox.c.sealed) <= LARGEST)
    wanted = wanted if sealed else outbox.c.id.not_in(known)
    due = and_(outbox.c.state == "waiting", time, free, kind, wanted)
    order = (outbox.c.next_at, outbox.c.id)
    rows = connection.execute(select(outbox).where(due).order_by(*order).limit(most)).all()
    ids = [row.id for row in rows]
    if ids:
        mine = (
            update(outbox)
            .where(outbox.c.id.in_(ids))
            .values(lease=who, lease_until=clock.utc(until))
        )
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


def renew(connection: Connection, number: int, who: str, until: datetime) -> bool:
    """Whether a leased letter is still ours to send, and then until when."""
    mine = and_(outbox.c.id == number, outbox.c.lease == who, outbox.c.state == "waiting")
    longer = update(outbox).where(mine).values(lease_until=clock.utc(until))
    return connection.execute(longer).rowcount == 1


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


def give_back(connection: Connection, numbers: Collection[int], who: str) -> None:
    """As they were, for whoever comes next."""
    mine = and_(outbox.c.id.in_(numbers), outbox.c.lease == who)
    connection.execute(update(outbox).where(mine).values(lease=None, lease_until=None))


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


def is_about_address(error: str | None) -> bool:
    """Whether no mail arrives there, whatever the operator does."""
    return (error or "").startswith("address")


def stuck(connection: Connection) -> tuple[int, str]:
    """How many letters were given up that an operator can help, and why the last of them.

    An address that takes no mail is for the desk to see, which answers in another way.
    """
    c = outbox.c
    theirs = and_(c.kind == "reply", c.last_error.like("address%"))
    mine = and_(c.state == "dead", or_(c.last_error.is_(None), not_(theirs)))
    count, why = connection.execute(select(func.count(), func.max(c.last_error)).where(mine)).one()
    return int(count), why or ""


def counts(connection: Connection) -> dict[str, int]:
    """How many letters are in each state: waiting, sent, dead."""
    found = connection.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state)).all()
    return {"waiting": 0, "sent": 0, "dead": 0} | {state: count for state, count in found}
