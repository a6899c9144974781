"""Many rows in one statement: what waits together is written together.

SQLite's driver lets the other threads run at every call and for every row that comes back, and a
busy process's writer would wait its turn each time. SQLAlchemy sends many rows at once only where
something is returned for each, so the text is put together here; values are always parameters.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Table


def insert(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], ending: str = ""
) -> Sequence[Row[Any]]:
    """Rows with the same columns; `ending` stands behind the values. What comes back, if any."""
    if not rows:
        return []
    columns = tuple(rows[0])
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    text = _text(table.name, columns, mark, len(rows))
    values = tuple(row[name] for row in rows for name in columns)
    done = connection.exec_driver_sql(f"{text} {ending}", values)
    return done.all() if done.returns_rows else []


@lru_cache(maxsize=1024)
def _text(table: str, columns: tuple[str, ...], mark: str, rows: int) -> str:
    one = f"({', '.join([mark] * len(columns))})"
    # Names of our own tables and columns; no value is part of the text.
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([one] * rows)}"  # noqa: S608
