"""From SQLite to PostgreSQL: close the old database, copy, compare, open the new one.

Everything arrives in one transaction, and the token of the old database's fence with it. So the
new database has all rows or none, whenever the power goes, and whoever runs this again learns from
the token which of the two it was. A service that is started on the new database too early waits
for that transaction.
"""

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Engine, inspect, select
from sqlalchemy.exc import DBAPIError

from forms_api import clock
from forms_api.backup import snapshots
from forms_api.backup.faults import BackupError
from forms_api.store import fence, submissions
from forms_api.store.engine import begin_writing, head, migrate, revision_of
from forms_api.store.fence import Fence
from forms_api.store.tables import event, metadata

_MANY: Final = 500  # rows in memory
_RANGE: Final = 1 << 256


@dataclass(frozen=True, slots=True)
class Compared:
    """Rows of a table on both sides, and the checksum of each side (see `checksums`)."""

    rows: int
    arrived: int
    checksum: str
    arrived_checksum: str

    @property
    def equal(self) -> bool:
        return (self.rows, self.checksum) == (self.arrived, self.arrived_checksum)


class Differs(Exception):
    """What arrived is not what was sent; the new database was left as it was."""

    def __init__(self, tables: Mapping[str, Compared]) -> None:
        super().__init__()
        self.tables = tables


def move(
    source: Engine, target: Engine, tell: Callable[[str, int], None] = lambda table, rows: None
) -> Mapping[str, Compared]:
    """Every table as it arrived; empty when an earlier run had brought everything already.

    `tell(table, rows)` is called as rows go over. Raises BackupError and Differs; then the old
    database takes forms again, unless only the new one's server knows whether it has committed.
    """
    _refuse_unfit_source(source)
    _refuse_foreign_tables(target)
    migrate(target)
    with target.connect() as arriving:
        begun = arriving.begin()
        begin_writing(arriving)
        with source.connect() as reading:
            standing = fence.found(reading)
        if standing and has_arrived(arriving, standing):
            begun.rollback()
            _finish(source)
            return {}
        if any(snapshots.counted(arriving).values()):
            raise BackupError(
                "新数据库里已有别的内容，没有动它：请用一个空的。",
                "the new database holds something else and was left alone: give an empty one.",
            )
        with source.begin() as closing:
            begin_writing(closing)
            mine = fence.put_up(closing, clock.utc(clock.now()))
        try:
            tables = _copy(source, arriving, mine, tell)
        except BaseException as error:
            reopen(source)  # before the lock on the new database goes: see `give_up`
            with suppress(DBAPIError):
                begun.rollback()
            if isinstance(error, DBAPIError):
                raise _not_copied(error) from error
            raise
        begun.commit()
    _finish(source)
    return tables


def give_up(source: Engine, target: Engine) -> None:
    """Open the old database again after an interrupted move. Raises BackupError if all arrived.

    Waits for a move that is under way just now.
    """
    with source.connect() as reading:
        standing = fence.found(reading)
    if standing is None:
        return
    with target.begin() as there:
        begin_writing(there)
        if standing.state == "moved" or has_arrived(there, standing):
            raise BackupError(
                "已经搬完，旧数据库不能再打开：要回去，请备份新的，再恢复到一个新文件。",
                "the move is complete and the old database stays closed: to go back, back up the "
                "new one and restore that into a new file.",
            )
        reopen(source)


def reopen(source: Engine) -> None:
    with source.begin() as connection:
        begin_writing(connection)
        fence.take_down(connection)


def has_arrived(connection: Connection, mine: Fence) -> bool:
    """Whether the rows of the database behind this fence are here."""
    if not inspect(connection).has_table(event.name):
        return False
    wanted = select(event.c.id).where(event.c.action == _action(mine))
    return connection.execute(wanted).first() is not None


def checksums(connection: Connection) -> dict[str, tuple[int, str]]:
    """Rows and checksum by table: the sum of the rows' SHA-256, so that no order counts."""
    found = {}
    for table in snapshots.TABLES:
        rows, total = 0, 0
        for row in connection.execute(select(table).execution_options(yield_per=_MANY)):
            rows += 1
            total += int.from_bytes(hashlib.sha256(repr(tuple(row)).encode()).digest())
        found[table.name] = rows, f"{total % _RANGE:064x}"
    return found


def _copy(
    source: Engine, arriving: Connection, mine: Fence, tell: Callable[[str, int], None]
) -> dict[str, Compared]:
    with source.connect() as reading:
        snapshots.pour(reading, arriving, tell)
        sent, there = checksums(reading), checksums(arriving)
        still = fence.found(reading)
    tables = {
        name: Compared(rows, there[name][0], checksum, there[name][1])
        for name, (rows, checksum) in sent.items()
    }
    if still != mine or not all(one.equal for one in tables.values()):
        raise Differs(tables)
    submissions.note(arriving, None, clock.today().isoformat(), "system", _action(mine))
    return tables


def _finish(source: Engine) -> None:
    with source.begin() as connection:
        begin_writing(connection)
        fence.finish(connection, clock.utc(clock.now()))


def _action(mine: Fence) -> str:
    return f"moved in {mine.token}"


def _refuse_unfit_source(source: Engine) -> None:
    schema = revision_of(source)
    if schema is None:
        raise BackupError(
            "旧数据库是空的：请看 FORMS_DATABASE_URL 写的是哪一个。",
            "the old database is empty: see FORMS_DATABASE_URL.",
        )
    if schema != head():
        raise BackupError(
            "旧数据库和程序的版本不同：请先用这一版程序启动一次服务。",
            "the old database and the program are of different versions: start the service once "
            "with this version.",
        )


def _refuse_foreign_tables(target: Engine) -> None:
    with target.connect() as connection:
        foreign = set(inspect(connection).get_table_names()) - set(metadata.tables)
    if foreign - {"alembic_version"}:
        name = min(foreign)
        raise BackupError(
            f"新数据库里有别的表（{name}），没有动它：请用一个空的。",
            f"the new database holds other tables ({name}) and was left alone: give an empty one.",
        )


def _not_copied(error: DBAPIError) -> BackupError:
    reason = str(error.orig).splitlines()[0]
    return BackupError(
        f"没有搬成：{reason}。新数据库里什么也没留下，旧数据库照常收表单。",
        f"not moved: {reason}. Nothing is left in the new database, the old one takes forms again.",
    )
