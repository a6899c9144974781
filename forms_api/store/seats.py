"""Seats of courses and activities, given away in the submission's own transaction.

What is set aside as spam holds none: its place is on the waiting list, and the queue passes it
over until a desk says that it is no spam.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from forms_api.store.tables import place, seat, submission

Outcome = Literal["taken", "waiting"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody signs up for.

    `event` is the id in the catalogue, `wanted` how many seats (1 or more), `seats` how many the
    catalogue says there are, `on` its day if the form's retention counts from it.
    """

    event: str
    wanted: int
    seats: int
    on: date | None = None


_ALL = select(seat.c.taken).where(seat.c.event == bindparam("wanted"))
_QUEUE = (
    select(place.c.submission, place.c.seats)
    .join(submission, submission.c.id == place.c.submission)
    .where(
        place.c.event == bindparam("wanted"),
        place.c.waiting.is_(True),
        submission.c.spam_score == 0,
    )
    .order_by(place.c.submission)
)
_FIRST = _QUEUE.limit(1)
_NEW_SEAT = insert(seat)
_NEW_PLACE = insert(place)
_SET_SEAT = (
    update(seat)
    .where(seat.c.event == bindparam("of_event"))
    .values(seats=bindparam("now_seats"), taken=bindparam("now_taken"))
)


def take(connection: Connection, number: int, wish: Wish, *, aside: bool = False) -> Outcome:
    """Seats for submission `number`, all of those it wants or a place on the waiting list.

    Nobody overtakes: while somebody waits for this event, whoever comes later waits too. What is
    set `aside` as spam waits whatever is free. Call it inside a writer's job only: there one
    transaction at a time writes, in SQLite and PostgreSQL alike (store.engine.begin_writing),
    which is why no seat can be given away twice.

    For forms: `Keeping.keep(form, draft, seconds, wish)` calls it, and the receipt's `place` is
    its outcome ("taken" or "waiting"; "" for a form without seats).
    """
    taken = connection.execute(_ALL, {"wanted": wish.event}).scalar()
    if taken is None:
        taken = 0
        connection.execute(_NEW_SEAT, {"event": wish.event, "seats": wish.seats, "taken": 0})
    queued = connection.execute(_FIRST, {"wanted": wish.event}).first() is not None
    waiting = aside or queued or taken + wish.wanted > wish.seats
    now_taken = taken if waiting else taken + wish.wanted
    connection.execute(
        _SET_SEAT, {"of_event": wish.event, "now_seats": wish.seats, "now_taken": now_taken}
    )
    held = {"submission": number, "event": wish.event, "seats": wish.wanted, "waiting": waiting}
    connection.execute(_NEW_PLACE, held)
    return "waiting" if waiting else "taken"


def give_back(connection: Connection, number: int) -> list[int]:
    """Frees what submission `number` holds; the submissions that now move up, first come first."""
    held = connection.execute(select(place).where(place.c.submission == number)).first()
    if held is None:
        return []
    connection.execute(delete(place).where(place.c.submission == number))
    return _move_up(connection, held.event, 0 if held.waiting else held.seats)


def judged(connection: Connection, number: int) -> list[int]:
    """After a desk marked submission `number` as spam or said that it is none; who moves up.

    Marked, it gives its seats back and waits behind nobody; unmarked, it is in the queue again
    where it came in, and has seats at once if they are free.
    """
    found = select(place.c.event, place.c.seats, place.c.waiting, submission.c.spam_score)
    of_it = found.join(submission, submission.c.id == place.c.submission)
    held = connection.execute(of_it.where(place.c.submission == number)).first()
    if held is None:
        return []
    freed = 0
    if held.spam_score and not held.waiting:
        freed = held.seats
        mine = update(place).where(place.c.submission == number)
        connection.execute(mine.values(waiting=True))
    return _move_up(connection, held.event, freed)


def _move_up(connection: Connection, event: str, freed: int) -> list[int]:
    """Takes `freed` seats of an event back and gives what is free to its queue, in turn."""
    row = connection.execute(select(seat).where(seat.c.event == event)).one()
    taken = row.taken - freed
    moved: list[int] = []
    for waiter in connection.execute(_QUEUE, {"wanted": event}).all():
        if taken + waiter.seats > row.seats:
            break
        taken += waiter.seats
        moved.append(waiter.submission)
    if moved:
        connection.execute(update(place).where(place.c.submission.in_(moved)).values(waiting=False))
    connection.execute(update(seat).where(seat.c.event == event).values(taken=taken))
    return moved


def free(connection: Connection, event: str, seats: int) -> int:
    """How many of an event's published `seats` nobody has taken."""
    taken = connection.execute(_ALL, {"wanted": event}).scalar() or 0
    return max(0, seats - taken)


def is_waiting(connection: Connection, code_hash: bytes) -> bool | None:
    """Whether the holder of an access code still waits for seats; None without any."""
    found = (
        select(place.c.waiting)
        .join(submission, submission.c.id == place.c.submission)
        .where(submission.c.code_hash == code_hash)
    )
    held: bool | None = connection.execute(found).scalar()
    return held
