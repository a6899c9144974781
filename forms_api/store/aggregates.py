"""Counts of choices that desks made: sealed as a whole, in the clear what singles nobody out."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from forms_api.store.tables import aggregate, submission

#: What `said` is among the texts that desks sign.
KIND: Final = "totals"
_MANY: Final = 500  # numbers a statement


class Raced(Exception):
    """Somebody else counted meanwhile, or something was erased or set aside: nothing was done."""


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`released`: field → cells, as totals.renewed makes them; `signature`: a desk's, of `said`.
    Edition 0: nothing is there yet.
    """

    edition: int = 0
    sealed: bytes | None = None
    released: Mapping[str, Mapping[str, int | None]] = field(default_factory=dict)
    signature: str | None = None


def said(form: str, released: Mapping[str, Mapping[str, int | None]]) -> dict[str, object]:
    """What is signed of the cells in the clear."""
    return {"form": form, "released": released}


def find(connection: Connection, form: str) -> Aggregate:
    c = aggregate.c
    columns = select(c.edition, c.sealed, c.released, c.signature).where(c.form == form)
    row = connection.execute(columns).first()
    if row is None:
        return Aggregate()
    return Aggregate(row.edition, bytes(row.sealed), json.loads(row.released), row.signature)


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
        "signature": new.signature,
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
