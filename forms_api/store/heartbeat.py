"""The row of the heartbeat (forms_api/heartbeat.py), and what else in the database tells time."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, func, insert, select, text, update

from forms_api.store.tables import event, heartbeat, submission

_ID = 1


@dataclass(frozen=True, slots=True)
class Beat:
    """`at`: the last moment that was trusted. `too_many_since`: nothing is deleted since then."""

    at: datetime
    too_many_since: str | None = None
    confirmed_at: str | None = None


def read(connection: Connection) -> Beat | None:
    """None in a database that nobody has kept house in yet."""
    c = heartbeat.c
    row = connection.execute(select(c.at, c.too_many_since, c.confirmed_at)).first()
    return Beat(moment(row.at), row.too_many_since, row.confirmed_at) if row else None


def write(connection: Connection, **values: str | None) -> None:
    """Sets columns of the row, in a writing transaction; the first time `at` is among them."""
    if not connection.execute(update(heartbeat).values(values)).rowcount and "at" in values:
        connection.execute(insert(heartbeat).values(id=_ID, **values))


def newest_record(connection: Connection) -> datetime | None:
    """When something was last written down; the beginning of the day where only days are kept."""
    found = [
        connection.execute(select(func.max(column))).scalar_one()
        for column in (event.c.at, submission.c.received_at)
    ]
    return max((moment(at) for at in found if at), default=None)


def days(connection: Connection) -> list[str]:
    """The days on which something was written down, the earliest first."""
    day = func.substr(event.c.at, 1, 10).label("day")
    return list(connection.execute(select(day).distinct().order_by(day)).scalars())


def server_clock(connection: Connection) -> datetime | None:
    """What the database's own server takes the time to be; SQLite has no server."""
    if connection.dialect.name != "postgresql":
        return None
    now: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return now


def moment(stored: str) -> datetime:
    found = datetime.fromisoformat(stored)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
