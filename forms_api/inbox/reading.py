"""Which desks opened a submission and on which days: one list for each submission, sealed, and
signed by the desk that wrote it last.

Once for a desk and day, so that neither hours nor habits can be read from it; it goes with the
submission.
"""

import json
from typing import Final, NamedTuple

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, Engine, RowMapping

from forms_api import clock
from forms_api.inbox.shelf import Entry, Shelf
from forms_api.inbox.vault import Vault
from forms_api.payloads import Unreadable
from forms_api.privacy import Write
from forms_api.sealing import Sealer
from forms_api.signatures import NotGenuine
from forms_api.store import desk

#: What such a list is among the pieces that desks sign.
KIND: Final = "reading"
_TRIES: Final = 5
_LIST: Final = TypeAdapter(list[tuple[str, str]])


class Seen(NamedTuple):
    """`on` is an ISO date."""

    desk: str
    on: str


def seen_by(engine: Engine, shelf: Shelf, entry: Entry) -> list[Seen]:
    """The latest first."""
    with engine.connect() as connection:
        rows = desk.readings(connection, entry.number)
    found = {seen for row in rows for seen in _opened(shelf, row, entry.reference) or ()}
    return sorted(found, key=lambda one: (one.on, one.desk), reverse=True)


def record(engine: Engine, write: Write, vault: Vault, entry: Entry, sealer: Sealer) -> None:
    """That this desk has opened it today, unless that stands there already."""
    now = Seen(vault.desk, clock.today().isoformat())
    for _ in range(_TRIES):
        with engine.connect() as connection:
            rows = desk.readings(connection, entry.number)
        lists = [
            (row, known)
            for row in rows
            if (known := _opened(vault.shelf, row, entry.reference)) is not None
        ]
        if any(now in known for _, known in lists):
            return
        old, known = lists[-1] if lists else (None, [])
        _, signed = vault.sign(KIND, entry.reference, text=json.dumps([*known, now]))

        def put(
            connection: Connection,
            old: RowMapping | None = old,
            new: bytes = sealer.seal(signed),
        ) -> bool:
            return desk.put_reading(connection, entry.number, old, new)

        if write(put):
            return


def _opened(shelf: Shelf, row: RowMapping, reference: str) -> list[Seen] | None:
    """None for what this key does not open, and for what no desk has signed."""
    try:
        piece = shelf.piece(desk.octets(row["sealed"]), KIND, reference)
        return [Seen(*one) for one in _LIST.validate_json(piece.text)]
    except (Unreadable, NotGenuine, ValidationError):
        return None
