"""The fence around a database that moves to another one: from then on nothing is written into it.

Triggers are the fence, so that it holds for every process and every program, whichever version,
and costs nothing where there is none. Only SQLite needs one: that is what an office moves from.
"""

import secrets
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    String,
    Table,
    delete,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from forms_api.store.tables import metadata

State = Literal["moving", "moved"]
_REASON: Final = "jinqiao: this database moves or has moved"
_NAME: Final = "moved"
# Outside the service's tables: only a database that moves has it.
_moved: Final = Table(
    _NAME,
    MetaData(),
    Column("token", String(16), nullable=False),
    Column("state", String(10), nullable=False),
    Column("at", String(20), nullable=False),
)


class Moved(Exception):
    """Nothing was written: the database moves or has moved to another one."""


@dataclass(frozen=True, slots=True)
class Fence:
    """`token` names this move; the database that rows arrive in keeps it too."""

    token: str
    state: State
    at: str


def found(connection: Connection) -> Fence | None:
    """The fence of this database, if it has one."""
    if not inspect(connection).has_table(_NAME):
        return None
    row = connection.execute(select(_moved)).first()
    return Fence(*row) if row else None


def put_up(connection: Connection, at: str) -> Fence:
    """In a writing transaction. Where one stands already, that one."""
    if standing := found(connection):
        return standing
    _moved.create(connection, checkfirst=True)
    fence = Fence(secrets.token_hex(8), "moving", at)
    row = {"token": fence.token, "state": fence.state, "at": at}
    connection.execute(insert(_moved).values(row))
    for name, action, table in _triggers():
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name} BEFORE {action} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{_REASON}'); END"
        )
    return fence


def finish(connection: Connection, at: str) -> None:
    """All has arrived: the fence stays for good."""
    connection.execute(update(_moved).values(state="moved", at=at))


def take_down(connection: Connection) -> None:
    """In a writing transaction; as if there had never been one."""
    if found(connection) is None:
        return
    for name, _, _ in _triggers():
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
    connection.execute(delete(_moved))
    _moved.drop(connection)


def refused(error: BaseException) -> bool:
    """Whether a statement failed at the fence."""
    return isinstance(error, IntegrityError) and _REASON in str(error.orig)


def _triggers() -> list[tuple[str, str, str]]:
    return [
        (f"moved_{table}_{action.lower()}", action, table)
        for table in metadata.tables
        for action in ("INSERT", "UPDATE", "DELETE")
    ]
