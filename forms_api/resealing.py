"""Sealing everything anew: what is stored opens with the keys of now, and with no other.

Each piece is opened with a key that is given, sealed to the present recipients, and put in the
place of the old one if that has not changed meanwhile. Not a sign of what was sealed changes, so
that desks' signatures hold, and nonsense that somebody put there stops nothing. Backups made before
stay as they are.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import pyrage  # type: ignore[import-untyped]
from sqlalchemy import Column, Connection, Engine, Table, func, select, update

from forms_api import clock, payloads
from forms_api.payloads import Unreadable
from forms_api.privacy import Write
from forms_api.sealing import Sealer
from forms_api.store import submissions
from forms_api.store.desk import octets
from forms_api.store.engine import clear_log
from forms_api.store.tables import aggregate, note, outbox, proposal, reading, reply, submission

_BATCH: Final = 50  # pieces a transaction, so that nobody waits long
_SEALED: Final[Sequence[tuple[Table, Column[Any]]]] = (
    (submission, submission.c.ciphertext),
    (note, note.c.sealed),
    (reply, reply.c.kept),
    (reading, reading.c.sealed),
    (proposal, proposal.c.sealed),
    (outbox, outbox.c.sealed),
    (aggregate, aggregate.c.sealed),
)


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many pieces were sealed anew, and how many no given key opens."""

    done: int
    closed: int


def reseal(
    engine: Engine,
    write: Write,
    sealer: Sealer,
    identities: Sequence[str],
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Resealed:
    """Everything, in short transactions; safe to break off and to repeat. `tell` gets the count.

    What the database says of the keys that a piece is sealed to is not asked: whoever writes to it
    could keep a piece for the key that is revoked.
    """
    keys = [pyrage.x25519.Identity.from_str(text) for text in identities]
    pieces = [
        (table, column, numbers[start : start + _BATCH])
        for table, column in _SEALED
        for numbers in [_numbers(engine, table, column)]
        for start in range(0, len(numbers), _BATCH)
    ]
    total = sum(len(numbers) for _, _, numbers in pieces)
    done = closed = 0
    for table, column, numbers in pieces:
        new, failed = _sealed_anew(engine, table, column, numbers, sealer, keys)
        write(partial(_put, table=table, column=column, pieces=new, sealer=sealer))
        done, closed = done + len(new), closed + failed
        tell(done + closed, total)
    if done:
        today = clock.today().isoformat()
        write(lambda c: submissions.note(c, None, today, "system", f"resealed:{done}"))
        clear_log(engine)
    return Resealed(done, closed)


def _numbers(engine: Engine, table: Table, column: Column[Any]) -> list[int]:
    found = select(table.c.id).where(column.is_not(None)).order_by(table.c.id)
    with engine.connect() as connection:
        return list(connection.execute(found).scalars())


def _sealed_anew(
    engine: Engine,
    table: Table,
    column: Column[Any],
    numbers: Sequence[int],
    sealer: Sealer,
    keys: Sequence[Any],
) -> tuple[list[tuple[int, bytes, bytes]], int]:
    """Number, old and new ciphertext of those that open, and how many do not."""
    wanted = (table.c.id.in_(numbers), func.length(column) <= payloads.LARGEST)
    with engine.connect() as connection:
        rows = connection.execute(select(table.c.id, column).where(*wanted)).all()
    found = []
    for number, old in rows:
        with suppress(Unreadable):
            document = payloads.unsealed(octets(old), keys)
            found.append((number, old, sealer.seal_document(document)))
    return found, len(numbers) - len(found)


def _put(
    connection: Connection,
    table: Table,
    column: Column[Any],
    pieces: Sequence[tuple[int, bytes, bytes]],
    sealer: Sealer,
) -> None:
    for number, old, new in pieces:
        values: dict[str, Any] = {column.name: new}
        if table is submission:
            values["key_ids"] = json.dumps(sealer.key_ids)
        same = (table.c.id == number, column == old)
        connection.execute(update(table).where(*same).values(values))
