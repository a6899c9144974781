"""What a desk reads and changes, each in the caller's connection; sealed columns stay sealed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    LargeBinary,
    RowMapping,
    Table,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from forms_api.payloads import LARGEST
from forms_api.store import letters, submissions
from forms_api.store.tables import (
    consent,
    event,
    note,
    outbox,
    place,
    proposal,
    reading,
    reply,
    submission,
)

_MANY: Final = 500  # rows a statement
MOST: Final = 300  # letters, notes or answers that are looked at together
_CLEAR = [
    column
    for column in submission.c
    if column.name not in {"ciphertext", "code_hash", "public_key", "version"}
]
_ROWS = select(*_CLEAR).order_by(submission.c.id)
_SOME = _ROWS.where(submission.c.id.in_(bindparam("wanted", expanding=True)))
_THERE = (
    submission.c.id.in_(bindparam("wanted", expanding=True)),
    submission.c.ciphertext.is_not(None),
)
_SEALED = select(
    submission.c.id, submission.c.reference, submission.c.public_key, submission.c.ciphertext
).where(*_THERE)
_SIZES = select(submission.c.id, func.length(submission.c.ciphertext)).where(*_THERE)


def newest_event(connection: Connection) -> int:
    """Every change adds to the record, so that this number tells whether there was one."""
    return int(connection.execute(select(func.max(event.c.id))).scalar() or 0)


def changed(connection: Connection, after: int) -> tuple[set[int], bool]:
    """Submissions with later events, and whether some event is of one that is gone."""
    found = set(connection.execute(select(event.c.submission).where(event.c.id > after)).scalars())
    return {number for number in found if isinstance(number, int)}, None in found


def rows(connection: Connection, numbers: Sequence[int] | None = None) -> list[RowMapping]:
    """All that stands in the clear: of every submission, or of these."""
    if numbers is None:
        return list(connection.execute(_ROWS).mappings())
    return [
        row
        for start in range(0, len(numbers), _MANY)
        for row in connection.execute(_SOME, {"wanted": numbers[start : start + _MANY]}).mappings()
    ]


def references(connection: Connection) -> dict[int, object]:
    """Of every submission that is there, by its number, as it is stored."""
    found = connection.execute(select(submission.c.id, submission.c.reference)).all()
    return {row.id: row.reference for row in found}


def sizes(connection: Connection, numbers: Sequence[int]) -> dict[int, int]:
    """How long the ciphertext is of those that still have one."""
    found = connection.execute(_SIZES, {"wanted": numbers}).all()
    return {number: int(size or 0) for number, size in found}


def sealed(
    connection: Connection, numbers: Sequence[int]
) -> Iterator[tuple[int, str, bytes, bytes]]:
    """Number, reference, the holder's public key and ciphertext of those that still have one."""
    for row in connection.execute(_SEALED, {"wanted": numbers}).all():
        yield row.id, str(row.reference), octets(row.public_key), octets(row.ciphertext)


def octets(value: object) -> bytes:
    """Of a column of bytes, whatever stands in it."""
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def public_key(connection: Connection, number: int) -> bytes:
    """To it an answer is sealed for the holder of the access code."""
    found = select(submission.c.public_key).where(submission.c.id == number)
    return bytes(connection.execute(found).scalar_one())


def history(connection: Connection, number: int) -> list[RowMapping]:
    c = event.c
    found = select(c.id, c.day, c.actor, c.action).where(c.submission == number).order_by(c.id)
    return list(connection.execute(found).mappings())


def consents(connection: Connection, number: int) -> list[RowMapping]:
    found = select(consent).where(consent.c.submission == number).order_by(consent.c.id)
    return list(connection.execute(found).mappings())


def notes(connection: Connection, number: int) -> list[RowMapping]:
    """`sealed` is None where it is too large to be looked at."""
    return _pieces(connection, note, note.c.sealed, number)


def replies(connection: Connection, number: int) -> list[RowMapping]:
    """`kept` is None where it is too large to be looked at."""
    return _pieces(connection, reply, reply.c.kept, number)


def _pieces(
    connection: Connection, table: Table, column: Column[Any], number: int
) -> list[RowMapping]:
    others = [one for one in table.c if not isinstance(one.type, LargeBinary)]
    sealed = case((func.length(column) <= LARGEST, column)).label(column.name)
    found = (
        select(*others, sealed, func.length(column).label("size"))
        .where(table.c.submission == number)
        .order_by(table.c.id)
    )
    return list(connection.execute(found.limit(MOST)).mappings())


def readings(connection: Connection, number: int) -> list[RowMapping]:
    """Sealed lists of who opened it; more than one only where a key did not open the one before."""
    mine = (reading.c.submission == number, func.length(reading.c.sealed) <= LARGEST)
    found = select(reading).where(*mine).order_by(reading.c.id).limit(MOST)
    return list(connection.execute(found).mappings())


def put_reading(connection: Connection, number: int, old: RowMapping | None, new: bytes) -> bool:
    """In place of the list that was there; False when that has changed meanwhile.

    Nothing is written about a submission that was erased.
    """
    there = select(submission.c.id).where(submission.c.id == number)
    if connection.execute(there.where(submission.c.status != "withdrawn")).first() is None:
        return True
    if old is None:
        connection.execute(insert(reading).values(submission=number, sealed=new))
        return True
    same = (reading.c.id == old["id"], reading.c.sealed == old["sealed"])
    return connection.execute(update(reading).where(*same).values(sealed=new)).rowcount == 1


def proposals(connection: Connection) -> list[RowMapping]:
    """Of all submissions, the earliest first."""
    small = func.length(proposal.c.sealed) <= LARGEST
    found = select(proposal).where(small).order_by(proposal.c.id).limit(MOST)
    return list(connection.execute(found).mappings())


def proposal_of(connection: Connection, number: int) -> bytes | None:
    mine = (proposal.c.submission == number, func.length(proposal.c.sealed) <= LARGEST)
    sealed = connection.execute(select(proposal.c.sealed).where(*mine)).scalar()
    return None if sealed is None else octets(sealed)


def put_proposal(connection: Connection, number: int, ciphertext: bytes) -> None:
    drop_proposal(connection, number)
    connection.execute(insert(proposal).values(submission=number, sealed=ciphertext))


def drop_proposal(connection: Connection, number: int) -> None:
    connection.execute(delete(proposal).where(proposal.c.submission == number))


def letters_to_persons(connection: Connection, number: int | None = None) -> list[RowMapping]:
    """Sealed letters that wait or were given up, or all to the sender of one submission. `sealed`
    is None for one that is too large to be looked at.
    """
    c = outbox.c
    sealed = case((func.length(c.sealed) <= LARGEST, c.sealed)).label("sealed")
    columns = select(
        c.id, c.dedupe, c.submission, c.desk, c.state, c.attempts, c.next_at, c.sent_on,
        c.last_error, sealed, submission.c.reference,
    ).outerjoin(submission, submission.c.id == c.submission)  # fmt: skip
    mine = or_(c.kind == "reply", c.sealed.is_not(None))
    mine &= c.state != "sent" if number is None else c.submission == number
    return list(connection.execute(columns.where(mine).order_by(c.id).limit(MOST)).mappings())


def seats_of(connection: Connection, number: int) -> RowMapping | None:
    return connection.execute(select(place).where(place.c.submission == number)).mappings().first()


def change(connection: Connection, number: int, edition: int, values: Mapping[str, Any]) -> bool:
    """Sets these columns; False, and nothing done, when somebody changed it since that edition."""
    c = submission.c
    mine = update(submission).where(c.id == number, c.edition == edition)
    return connection.execute(mine.values(**values, edition=edition + 1)).rowcount == 1


def add_note(connection: Connection, number: int, day: str, desk: str, ciphertext: bytes) -> None:
    line = {"submission": number, "day": day, "desk": desk, "sealed": ciphertext}
    connection.execute(insert(note).values(line))


def add_reply(
    connection: Connection,
    number: int,
    day: str,
    desk: str,
    way: str,
    for_holder: bytes,
    for_desks: bytes,
) -> int:
    """The new answer's number."""
    line = {"submission": number, "day": day, "desk": desk, "way": way}
    sealed_both = {"sealed": for_holder, "kept": for_desks}
    new = insert(reply).values({**line, **sealed_both}).returning(reply.c.id)
    return int(connection.execute(new).scalar_one())


def add_letter(
    connection: Connection, number: int | None, dedupe: str, desk: str, ciphertext: bytes
) -> None:
    """A letter to a person; what it says and to whom is in the ciphertext alone."""
    line = letters.row(dedupe, "reply", desk, {}, number)
    connection.execute(insert(outbox).values({**line, "sealed": ciphertext}))


def sign_reply(
    connection: Connection, reply_number: int, day: str, desk: str, sealed: Mapping[str, bytes]
) -> None:
    """The same answer, signed by a desk that stands for it now; its old letter goes."""
    mine = update(reply).where(reply.c.id == reply_number)
    connection.execute(mine.values(day=day, desk=desk, **sealed))


def drop_letter(connection: Connection, names: Sequence[str]) -> bool:
    """Whether one of them was still to be sent."""
    c = outbox.c
    mine = delete(outbox).where(c.dedupe.in_(names), c.sealed.is_not(None), c.state != "sent")
    return connection.execute(mine).rowcount > 0


def letters_at_once(connection: Connection) -> None:
    """All that wait or were given up are due now, as if new: a person asked for it."""
    mine = update(outbox).where(outbox.c.sealed.is_not(None), outbox.c.state != "sent")
    connection.execute(mine.values(state="waiting", attempts=0, next_at=letters.due_now()))


def note_event(
    connection: Connection, number: int | None, day: str, desk: str, action: str
) -> None:
    """One line of the record; an action has at most forty characters."""
    submissions.note(connection, number, day, desk, action[:40])
