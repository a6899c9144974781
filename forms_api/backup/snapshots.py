"""A database as one SQLite file, and back: the same for SQLite and PostgreSQL.

A snapshot is not sealed yet, or no longer. Its file has no name from before its first byte, so
that the kernel takes it away with the process, however that ends.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import pysqlite3  # type: ignore[import-untyped]
from sqlalchemy import (
    Connection,
    Engine,
    StaticPool,
    Table,
    bindparam,
    create_engine,
    func,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.exc import DatabaseError

from forms_api.backup.faults import BackupError
from forms_api.store import fence
from forms_api.store.engine import begin_writing, head, migrate, revision_of
from forms_api.store.tables import heartbeat, metadata

#: What is copied. The heartbeat tells of the clocks of one database and goes to no other.
TABLES: Final[tuple[Table, ...]] = tuple(t for t in metadata.sorted_tables if t is not heartbeat)
PREFIX: Final = ".snapshot-"
_MANY: Final = 500  # rows a statement
_FORMAT: Final = 18  # where an SQLite file says whether it has a log beside it; 1, 1: it has none


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`file`: its bytes. `engine`: the same as a database, on one connection; see `settle`."""

    file: IO[bytes]
    engine: Engine
    _sink: Any

    def settle(self) -> None:
        """After bytes came in and before the engine is used: nothing is written beside it."""
        self.file.flush()
        if os.fstat(self.file.fileno()).st_size > _FORMAT:
            os.pwrite(self.file.fileno(), b"\x01\x01", _FORMAT)


@contextmanager
def anonymous(folder: Path | None = None) -> Iterator[Snapshot]:
    """An empty one, on the disk of `folder` or of the temporary files."""
    handle, path = tempfile.mkstemp(prefix=PREFIX, dir=folder)
    try:
        with os.fdopen(handle, "r+b") as file, closing(_connect(path)) as sink:
            connection = _connect(path)
            Path(path).unlink()
            connection.execute("PRAGMA foreign_keys=ON")
            engine = create_engine(
                "sqlite://",
                module=pysqlite3,
                creator=lambda: connection,
                poolclass=StaticPool,
                hide_parameters=True,
            )
            try:
                yield Snapshot(file, engine, sink)
            finally:
                engine.dispose()
    finally:
        Path(path).unlink(missing_ok=True)


def _connect(path: str) -> Any:
    """It opens the file at once and reads nothing of it yet; its journal stays in memory."""
    connection = pysqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=MEMORY")
    return connection


def take(engine: Engine, snapshot: Snapshot) -> dict[str, Any]:
    """Copy everything as of one moment, while the service goes on writing; its schema and rows.

    Raises BackupError when the database is empty, damaged, or of another version of the program.
    """
    try:
        schema = revision_of(engine)
    except DatabaseError as error:
        if engine.dialect.name != "sqlite" or not isinstance(error.orig, pysqlite3.DatabaseError):
            raise
        if isinstance(error.orig, pysqlite3.OperationalError):
            raise
        raise _damaged() from error
    if schema is None:
        raise BackupError(
            "数据库还是空的，没有可以备份的：请看 FORMS_DATABASE_URL 写的是哪一个。",
            "the database is empty, there is nothing to back up: see FORMS_DATABASE_URL.",
        )
    with engine.connect() as connection:
        standing = fence.found(connection)
    if standing and standing.state == "moved":
        raise BackupError(
            "这个数据库已经搬走：请把 FORMS_DATABASE_URL 换成新地址。",
            "this database was moved: set FORMS_DATABASE_URL to the new address.",
        )
    if engine.dialect.name == "sqlite":
        _copy_file(engine, snapshot)
    else:
        _copy_rows(engine, schema, snapshot)
    _refuse_damaged(snapshot)
    with snapshot.engine.connect() as connection:
        rows = counted(connection)
    return {"schema": schema, "rows": rows, "source": engine.dialect.name}


def counted(connection: Connection) -> dict[str, int]:
    """Rows by table, of the tables that are there."""
    there = set(inspect(connection).get_table_names())
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in TABLES
        if table.name in there
    }


def pour(
    source: Connection,
    target: Connection,
    tell: Callable[[str, int], None] = lambda table, rows: None,
) -> None:
    """Put all rows into a target that has the same schema, in place of what it holds.

    `tell(table, rows)`: so many of a table's rows went over so far.
    """
    for table in reversed(TABLES):
        target.execute(table.delete())
    for table in TABLES:
        within = [
            c.name for c in table.c if any(key.column.table is table for key in c.foreign_keys)
        ]
        rows = source.execute(select(table).order_by(*table.primary_key)).mappings()
        over, later = 0, list[dict[str, Any]]()
        tell(table.name, over)
        for some in rows.partitions(_MANY):
            target.execute(insert(table), [{**row, **dict.fromkeys(within)} for row in some])
            later += [dict(row) for row in some if any(row[name] is not None for name in within)]
            over += len(some)
            tell(table.name, over)
        if later:  # rows that lead to rows of the same table, perhaps to later ones
            lead: dict[str, Any] = {name: bindparam(f"to_{name}") for name in within}
            one = update(table).where(table.c.id == bindparam("number")).values(lead)
            leading = [{f"to_{name}": row[name] for name in within} for row in later]
            numbers = [{"number": row["id"]} for row in later]
            target.execute(one, [a | b for a, b in zip(leading, numbers, strict=True)])
    if target.dialect.name == "postgresql":
        for table in TABLES:
            if "id" in table.c:
                _continue_numbers(target, table)


def _continue_numbers(target: Connection, table: Table) -> None:
    """New rows are numbered after those that came with a number of their own."""
    most = target.execute(select(func.max(table.c.id))).scalar_one()
    sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
    target.execute(
        sql(f"SELECT setval({sequence}, :most, :used)"),
        {"most": most or 1, "used": most is not None},
    )


def _copy_file(engine: Engine, snapshot: Snapshot) -> None:
    """By SQLite's online backup: writers are not held up, and what they add later is not in it."""
    with engine.connect() as connection:
        try:
            connection.connection.driver_connection.backup(snapshot._sink)  # type: ignore[union-attr]
        except pysqlite3.OperationalError as error:
            raise BackupError(
                f"没有备份：磁盘已满或不能写（{error}）。",
                f"no backup was made: the disk is full or cannot be written ({error}).",
            ) from error
        except pysqlite3.DatabaseError as error:
            raise _damaged() from error
    snapshot.settle()


def _copy_rows(engine: Engine, schema: str, snapshot: Snapshot) -> None:
    if schema != head():
        raise BackupError(
            "数据库和程序的版本不同：请用同一版程序备份，或先启动一次服务。",
            "database and program are of different versions: back up with the version that "
            "serves, or start the service once.",
        )
    migrate(snapshot.engine)
    one_moment = engine.connect().execution_options(isolation_level="REPEATABLE READ")
    with one_moment as source, snapshot.engine.begin() as target:
        begin_writing(target)
        pour(source, target)


def _refuse_damaged(snapshot: Snapshot) -> None:
    with snapshot.engine.connect() as copy:
        try:
            sound = copy.exec_driver_sql("PRAGMA integrity_check").fetchall() == [("ok",)]
            sound = sound and not copy.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        except DatabaseError:
            sound = False
    if not sound:
        raise _damaged()


def _damaged() -> BackupError:
    return BackupError(
        "数据库已损坏，没有备份：请从上一份备份恢复（restore）。",
        "the database is damaged and was not backed up: restore the last backup.",
    )
