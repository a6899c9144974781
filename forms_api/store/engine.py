"""Opening the database: SQLite in WAL mode with full sync, or PostgreSQL; then migrating it."""

from pathlib import Path
from typing import Any, Final, Literal

import pysqlite3  # type: ignore[import-untyped]
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url

from forms_api.store import turns

_BUSY_MS: Final = 5000
_WRITERS: Final = 0x4A51  # the advisory lock of those who write
# The first releases with the fix of the WAL corruption, by their line.
_FIXED: Final = {(3, 44): 6, (3, 50): 7, (3, 51): 3}


def address(given: str) -> str:
    """A file's path, or postgresql:// without its driver, as the settings write them."""
    if given.startswith("postgresql://"):
        return given.replace("postgresql://", "postgresql+psycopg://", 1)
    if "://" not in given:
        return f"sqlite:///{Path(given).absolute()}"
    return given


def is_vulnerable(version: tuple[int, ...]) -> bool:
    """Whether this SQLite (3, 51, 2) can corrupt a WAL database under two connections."""
    line, patch = (version[0], version[1]), version[2]
    if line in _FIXED:
        return patch < _FIXED[line]
    return line < max(_FIXED)


def sqlite_version() -> tuple[int, ...]:
    return tuple(pysqlite3.sqlite_version_info)


def open_engine(url: str) -> Engine:
    """`begin()` on it takes SQLite's write lock at once (BEGIN IMMEDIATE); `connect()` only reads.

    The folder of an SQLite file is made if it is missing.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            url,
            pool_pre_ping=True,
            pool_size=8,
            max_overflow=64,
            hide_parameters=True,
            # Whatever the server's default is: acknowledged means on its disk.
            connect_args={"options": "-c synchronous_commit=on"},
        )
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(
        url, module=pysqlite3, pool_size=8, max_overflow=64, hide_parameters=True
    )
    event.listen(engine, "connect", _prepare)
    turns.follow(engine)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    # The driver must not open transactions of its own: write() and read() below say BEGIN.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA secure_delete=ON")


def begin_writing(connection: Connection) -> None:
    """The write lock now and in turn, instead of a failure at the first write.

    On PostgreSQL an advisory lock until the end of the transaction does what SQLite's does: one
    transaction at a time writes, whichever process it is in. With grouped commits that costs no
    throughput, and keys, references, counts and seats are safe without a retry.
    """
    if connection.dialect.name == "sqlite":
        turns.take(connection)
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")


def clear_log(engine: Engine) -> None:
    """After an erasure: nothing of the old pages stays in SQLite's log or PostgreSQL's tables.

    PostgreSQL's own log is recycled by its server later.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "sqlite":
            turns.take(connection)
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            connection.exec_driver_sql("VACUUM submission, reply, note, outbox, idempotency")


def migrate(engine: Engine, to: str = "head") -> None:
    """Brings the schema up to date; several processes may do so at once."""
    config = _config()
    with engine.connect() as connection:
        _hold_foreign_keys(connection, "OFF")  # SQLite makes a changed table anew
        try:
            with connection.begin():
                begin_writing(connection)
                config.attributes["connection"] = connection
                command.upgrade(config, to)
        finally:
            _hold_foreign_keys(connection, "ON")


def _hold_foreign_keys(connection: Connection, state: Literal["ON", "OFF"]) -> None:
    """Outside a transaction: inside one SQLite does not listen."""
    if connection.dialect.name == "sqlite":
        connection.connection.driver_connection.execute(f"PRAGMA foreign_keys={state}")  # type: ignore[union-attr]


def revision_of(engine: Engine) -> str | None:
    """The version of the database's schema; None when it has none of our tables."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """The version of the schema that this program works with."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def is_known(revision: str) -> bool:
    """Whether `migrate` can bring a database of this version up to date."""
    known = ScriptDirectory.from_config(_config()).walk_revisions()
    return any(one.revision == revision for one in known)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config
