"""Which desks opened a submission and on which days: sealed, one list for each submission.

Once for a desk and day, so that neither hours nor habits can be read from it; it goes with the
submission.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine, RowMapping

from forms_api import clock
from forms_api.inbox.shelf import Entry, Shelf
from forms_api.privacy import Write
from forms_api.sealing import Sealer
from forms_api.store import desk

_TRIES: Final = 5


class Seen(NamedTuple):
    """`on` is an ISO date."""

    desk: str
    on: str


def seen_by(engine: Engine, shelf: Shelf, entry: Entry) -> list[Seen]:
    """The latest first."""
    with engine.connect() as connection:
        rows = desk.readings(connection, entry.number)
    found = {seen for row in rows for seen in _opened(shelf, row) or ()}
    return sorted(found, key=lambda one: (one.on, one.desk), reverse=True)


def record(
    engine: Engine, write: Write, shelf: Shelf, entry: Entry, sealer: Sealer, at: str
) -> None:
    """That the desk `at` has opened it today, unless that stands there already."""
    now = Seen(at, clock.today().isoformat())
    for _ in range(_TRIES):
        with engine.connect() as connection:
            rows = desk.readings(connection, entry.number)
        lists = [(row, known) for row in rows if (known := _opened(shelf, row)) is not None]
        if any(now in known for _, known in lists):
            return
        old, known = lists[-1] if lists else (None, [])
        new = sealer.seal({"seen": [*known, now]})

        def put(connection: Connection, old: RowMapping | None = old, new: bytes = new) -> bool:
            return desk.put_reading(connection, entry.number, old, new)

        if write(put):
            return


def _opened(shelf: Shelf, row: RowMapping) -> Sequence[Seen] | None:
    """None where this key does not open it."""
    payload = shelf.unsealed(bytes(row["sealed"]))
    return [Seen(*one) for one in payload["seen"]] if payload is not None else None
