"""200 people at once sign up for 5 seats: 5 seats are taken, the others wait their turn.

Afterwards those with seats withdraw one by one: each seat goes to whoever has waited longest.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import select

from forms_api.render import Receipt
from forms_api.services import Services
from forms_api.store.seats import Wish
from forms_api.store.tables import place, seat
from scripts.prove.instance import AGE, draft, folder, form, inside

SEATS = 5
WISH = Wish("proof-course", 1, SEATS)


def prove(quick: bool) -> dict[str, Any]:
    people = 60 if quick else 200
    with folder() as where, inside(where) as (mine, _):
        receipts, seconds = _rush(mine, people)
        taken = sum(receipt.place == "taken" for receipt in receipts)
        waiting = sum(receipt.place == "waiting" for receipt in receipts)
        counted = _taken(mine)
        moved_up = _withdraw(mine, [one for one in receipts if one.place == "taken"])
        holds = (taken, waiting, counted) == (SEATS, people - SEATS, SEATS)
        return {
            "holds": holds and moved_up and _taken(mine) == SEATS,
            "requests": people,
            "seats": SEATS,
            "taken": taken,
            "waiting": waiting,
            "moved_up": moved_up,
            "seconds": round(seconds, 2),
        }


def _rush(mine: Services, people: int) -> tuple[list[Receipt], float]:
    gate = threading.Barrier(people)
    drafts = [draft(f"Is there a seat for number {number}?") for number in range(people)]
    ours = form()

    def one(number: int) -> Receipt:
        gate.wait(60)
        return mine.keeping.keep(ours, drafts[number], AGE, WISH)

    with ThreadPoolExecutor(people) as pool:
        began = time.monotonic()
        return list(pool.map(one, range(people))), time.monotonic() - began


def _taken(mine: Services) -> int:
    with mine.engine.connect() as connection:
        count: int = connection.execute(select(seat.c.taken)).scalar_one()
        held = connection.execute(select(place.c.seats).where(place.c.waiting.is_(False))).all()
    return count if count == sum(row.seats for row in held) else -1


def _withdraw(mine: Services, lucky: list[Receipt]) -> bool:
    """Whether each seat given back went to the first of those who waited."""
    for receipt in lucky:
        with mine.engine.connect() as connection:
            queue = select(place.c.submission).where(place.c.waiting.is_(True))
            first = connection.execute(queue.order_by(place.c.submission)).scalars().first()
        mine.keeping.erase(receipt.access_code.replace(" ", ""))
        with mine.engine.connect() as connection:
            now = select(place.c.waiting).where(place.c.submission == first)
            if connection.execute(now).scalar_one():
                return False
    return True
