"""Opening the database: SQLite in WAL mode with full sync, or PostgreSQL; then migrating it."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Literal

import pysqlite3  # type: ignore[import-untyped]
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url

from forms_api.store import fence, turns
from forms_api.store.file_guard import DatabaseGone, FileGuard

_BUSY_MS: Final = 5000
# Tables that an erasure takes ciphertext or hashes out of.
_ERASED: Final = (
    *("submission", "reply", "note", "reading", "proposal"),
    *("outbox", "idempotency", "aggregate"),
)
_WRITERS: Final = 0x4A51  # the advisory lock of those who write
# The first releases with the fix of the WAL corruption, by their line.
_FIXED: Final = {(3, 44): 6, (3, 50): 7, (3, 51): 3}


class DatabaseUnusable(Exception):
    """Missing, empty, or of a newer program: the sentence in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")


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

    An SQLite file and its folder are made, for this user alone, if they are missing at the first
    connection, and never later. Where that may not be, ask `refuse_missing` before.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return _open_server(url)
    engine = create_engine(
        url, module=pysqlite3, pool_size=8, max_overflow=64, hide_parameters=True
    )
    database = parsed.database
    if not database or database == ":memory:":
        event.listen(engine, "connect", lambda connection, _record: _prepare(connection))
        return engine
    guard = FileGuard(database, turns.lock_path(database))

    def do_connect(*_: object) -> None:
        if not guard.is_open and not guard.lost.is_set():
            _make_private(Path(database))
        elif not Path(database).exists():  # SQLite would make an empty one
            guard.see()

    def connect(connection: Any, _record: object) -> None:
        try:
            guard.open(lambda: _prepare(connection))
        except BaseException:
            connection.close()
            raise

    event.listen(engine, "do_connect", do_connect)
    event.listen(engine, "connect", connect)
    event.listen(engine, "close", lambda connection, _record: guard.closing(connection.close))
    turns.follow(engine, guard)
    return engine


def _open_server(url: str) -> Engine:
    """PostgreSQL; a database of the same name that was made anew is not taken for the old one."""
    engine = create_engine(
        url,
        pool_pre_ping=True,
        pool_size=8,
        max_overflow=64,
        hide_parameters=True,
        # Whatever the server's default is: acknowledged means on its disk.
        connect_args={"options": "-c synchronous_commit=on"},
    )
    first: list[object] = []

    def connect(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
            number = cursor.fetchone()
        connection.rollback()
        first[:] = first or [number]
        if number != first[0]:
            raise DatabaseGone("the database was made anew while it was in use")

    event.listen(engine, "connect", connect)
    return engine


def refuse_missing(url: str) -> None:
    """Raises DatabaseUnusable where opening an SQLite file would make a new one."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        raise DatabaseUnusable(
            f"没有 {parsed.database} 这个数据库：请看 FORMS_DATABASE_URL 写的是哪一个；"
            "丢了就用 restore 恢复，从未有过就用 database new 新建。",
            f"there is no database {parsed.database}: see FORMS_DATABASE_URL; if it was lost, "
            "restore it; if there never was one, make it with database new.",
        )


def refuse_empty(engine: Engine) -> None:
    """Raises DatabaseUnusable for a database without any table of ours."""
    if revision_of(engine) is None:
        raise DatabaseUnusable(
            f"数据库 {_name(engine)} 是空的：丢了就用 restore 恢复，"
            "从未有过就用 database new 新建。",
            f"the database {_name(engine)} is empty: if its content was lost, restore it; "
            "if there never was any, make it with database new.",
        )


def _name(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)


def _make_private(file: Path) -> None:
    """Before SQLite does, with the rights of everybody; its WAL then gets the same as the file."""
    for folder in reversed([one for one in file.parents if not one.exists()]):
        folder.mkdir(mode=0o700, exist_ok=True)
    if not file.exists():
        with suppress(FileExistsError):
            os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def _prepare(connection: Any) -> None:
    # The driver must not open transactions of its own: write() and read() below say BEGIN.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA secure_delete=ON")
    # At the end of a turn instead: see file_guard.py. The read opens the WAL.
    connection.execute("PRAGMA wal_autocheckpoint=0")
    connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchall()


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
    """After an erasure: nothing of it stays in SQLite's files.

    PostgreSQL may use the space anew from now on; until it does, old bytes (sealed ones) stay in
    the tables' files, and in its log until the server recycles that. Only VACUUM FULL takes them
    away at once, and it would hold up whoever sends for seconds: the handbook leaves it to a night.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "sqlite":
            turns.take(connection)
            turns.checkpoint(connection)
        else:
            connection.exec_driver_sql(f"VACUUM {', '.join(_ERASED)}")


def migrate(engine: Engine, to: str = "head") -> None:
    """Brings the schema up to date; several processes may do so at once.

    Raises DatabaseUnusable for one that a newer version of the program made.
    """
    revision = revision_of(engine)
    if revision is not None and not is_known(revision):
        raise DatabaseUnusable(
            f"数据库（{revision}）是更新版本的程序建的：请先更新这里的程序。",
            f"the database ({revision}) belongs to a newer version of the program: "
            "update this one first.",
        )
    if revision not in (None, head()):
        _refuse_fenced(engine)
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


def _refuse_fenced(engine: Engine) -> None:
    """A database that moves or has moved takes no change, of its schema either."""
    with engine.connect() as connection:
        standing = fence.found(connection)
    if standing:
        raise DatabaseUnusable(
            "这个数据库在搬或者已经搬走，是旧版本的：请用那一版程序搬完（migrate-database），"
            "或者把 FORMS_DATABASE_URL 换成新地址。",
            "this database moves or has moved and is of an older version: finish the move with "
            "that version (migrate-database), or set FORMS_DATABASE_URL to the new address.",
        )


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
