"""Sealing everything anew: what is stored opens with the keys of now, and with no other.

Each piece is opened with a key that is given, sealed to the present recipients, and put in the
place of the old one if that has not changed meanwhile. Backups made before stay as they are.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import pyrage  # type: ignore[import-untyped]
from sqlalchemy import Column, Connection, Engine, Table, select, update

from forms_api import clock
from forms_api.privacy import Write
from forms_api.sealing import Sealer
from forms_api.store import submissions
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
    """Everything, in short transactions; safe to break off and to repeat. `tell` gets the count."""
    keys = [pyrage.x25519.Identity.from_str(text) for text in identities]
    pieces = [
        (table, column, numbers[start : start + _BATCH])
        for table, column in _SEALED
        for numbers in [_numbers(engine, table, column, sealer)]
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


def _numbers(engine: Engine, table: Table, column: Column[Any], sealer: Sealer) -> list[int]:
    """What is to be sealed: of submissions those that other keys than the present ones open."""
    found = select(table.c.id).where(column.is_not(None)).order_by(table.c.id)
    if table is submission:
        found = found.where(submission.c.key_ids != json.dumps(sealer.key_ids))
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
    with engine.connect() as connection:
        rows = connection.execute(select(table.c.id, column).where(table.c.id.in_(numbers))).all()
    found, failed = [], 0
    for number, old in rows:
        try:
            found.append((number, bytes(old), sealer.seal(json.loads(pyrage.decrypt(old, keys)))))
        except pyrage.DecryptError:
            failed += 1
    return found, failed


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
