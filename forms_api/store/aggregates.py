"""Counts of choices that desks made: sealed as a whole, in the clear what singles nobody out."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from forms_api.store.tables import aggregate, submission

_MANY: Final = 500  # numbers a statement


class Raced(Exception):
    """Somebody else counted meanwhile, or something was erased or set aside: nothing was done."""


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`released`: field → cells, as totals.renewed makes them. Edition 0: nothing is there yet."""

    edition: int = 0
    sealed: bytes | None = None
    released: Mapping[str, Mapping[str, int | None]] = field(default_factory=dict)


def find(connection: Connection, form: str) -> Aggregate:
    c = aggregate.c
    columns = select(c.edition, c.sealed, c.released).where(c.form == form)
    row = connection.execute(columns).first()
    return (
        Aggregate(row.edition, bytes(row.sealed), json.loads(row.released)) if row else Aggregate()
    )


def uncounted(connection: Connection) -> Iterator[int]:
    """Numbers of submissions that were neither counted nor erased nor set aside."""
    yield from connection.execute(select(submission.c.id).where(*_COUNTABLE)).scalars()


def put(connection: Connection, form: str, new: Aggregate, numbers: Sequence[int]) -> None:
    """In place of the edition before, with these submissions counted in it. In a writing
    transaction, which must fail with Raced: nothing is counted twice, and nothing that is gone.
    """
    if find(connection, form).edition != new.edition - 1:
        raise Raced
    values: dict[str, Any] = {
        "edition": new.edition,
        "sealed": new.sealed,
        "released": json.dumps(new.released, ensure_ascii=False, sort_keys=True),
    }
    if new.edition == 1:
        connection.execute(insert(aggregate).values(form=form, **values))
    else:
        connection.execute(update(aggregate).where(aggregate.c.form == form).values(values))
    marked = 0
    for start in range(0, len(numbers), _MANY):
        some = submission.c.id.in_(numbers[start : start + _MANY])
        counted = update(submission).where(some, *_COUNTABLE).values(counted=True)
        marked += connection.execute(counted).rowcount
    if marked != len(numbers):
        raise Raced


_COUNTABLE: Final = (
    submission.c.counted.is_(False),
    submission.c.status != "withdrawn",
    submission.c.spam_score == 0,
)
