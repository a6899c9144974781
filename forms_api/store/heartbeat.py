"""The row of the heartbeat (forms_api/heartbeat.py), and what else in the database tells time."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, insert, select, text, update

from forms_api import clock
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
    return (
        Beat(datetime.fromisoformat(row.at), row.too_many_since, row.confirmed_at) if row else None
    )


def write(connection: Connection, **values: str | None) -> None:
    """Sets columns of the row, in a writing transaction; the first time `at` is among them."""
    if not connection.execute(update(heartbeat).values(values)).rowcount and "at" in values:
        connection.execute(insert(heartbeat).values(id=_ID, **values))


def newest_record(connection: Connection) -> datetime | None:
    """The beginning of the day on which something was last written down."""
    found = [
        connection.execute(select(func.max(column))).scalar_one()
        for column in (event.c.day, submission.c.received_on)
    ]
    day = max((day for day in found if day), default=None)
    return clock.start(date.fromisoformat(day)) if day else None


def days(connection: Connection) -> list[str]:
    """The days on which something was written down, the earliest first."""
    day = event.c.day
    return list(connection.execute(select(day).distinct().order_by(day)).scalars())


def server_clock(connection: Connection) -> datetime | None:
    """What the database's own server takes the time to be; SQLite has no server."""
    if connection.dialect.name != "postgresql":
        return None
    now: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return now
