"""Restoring a backup into a database, empty or not; what was erased since stays erased."""

import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from forms_api import clock
from forms_api.backup import archive, forgotten, making, snapshots
from forms_api.backup.archive import Manifest
from forms_api.backup.faults import BackupError
from forms_api.privacy import TOMBSTONE_DAYS
from forms_api.store import answers, fence, submissions
from forms_api.store.engine import begin_writing, clear_log, is_known, migrate
from forms_api.store.forgetting import tombstone_days
from forms_api.store.tables import submission

_MANY = 500  # references a statement


@dataclass(frozen=True, slots=True)
class Restored:
    """`erased_again`: submissions of the backup that had been erased or purged since.

    `known_until`: the newest erasure that was known; what was erased later has come back.
    `newer_lost`: submissions of the replaced database that the backup does not have; they are in
    `saved_as`, the backup made of it first.
    """

    manifest: Manifest
    rows: Mapping[str, int]
    erased_again: int
    known_until: str
    newer_lost: int = 0
    saved_as: Path | None = None


def restore(
    engine: Engine,
    path: Path,
    identities: list[str],
    lists: Iterable[Path] = (),
    *,
    recipients: tuple[str, ...] = (),
    confirm: Callable[[int, int], bool] | None = None,
) -> Restored:
    """Put a backup's rows into the database; all in one transaction, or nothing.

    Without `confirm` only an empty database is taken. With it, `confirm(there, newer)` is asked
    first: how many submissions are there and how many of them the backup lacks; then what is
    there is backed up beside `path`, sealed to `recipients`. Raises BackupError.
    """
    stones = _stones(path, lists)
    with tempfile.TemporaryDirectory(prefix="jinqiao-restore-") as place:
        snapshot = Path(place) / "snapshot.sqlite"
        about = archive.unseal(path, identities, snapshot)
        _refuse_unfit(about, path)
        with snapshots.opened(snapshot) as copy:
            with copy.begin() as connection:
                begin_writing(connection)
                fence.take_down(connection)  # a backup made while its database was moving
            migrate(copy)
            migrate(engine)
            with engine.connect() as connection:
                stones |= tombstone_days(connection)
                there, newer, empty = _compare(connection, copy, stones)
            saved = None
            if not empty:
                if confirm is None:
                    raise BackupError(
                        f"数据库里已有 {there} 份，没有动它：要换掉，请加 --replace。",
                        f"the database holds {there} submissions and was left alone: "
                        "give --replace to replace it.",
                    )
                if not confirm(there, newer):
                    raise BackupError("没有确认，什么也没改。", "not confirmed, nothing changed.")
                saved, _ = making.make(engine, path.parent, recipients)
            erased = _replay(copy, stones)
            with copy.connect() as source, engine.begin() as target:
                begin_writing(target)
                if _compare(target, copy, stones)[:2] != (there, newer):
                    raise BackupError(
                        "这期间数据库又有变动，什么也没改：请先停下服务，再运行一次。",
                        "the database changed meanwhile and nothing was replaced: "
                        "stop the service and run this again.",
                    )
                snapshots.pour(source, target)
                rows = snapshots.counted(target)
        clear_log(engine)
    until = max([about.created_at, *stones.values()])
    return Restored(about, rows, erased, until, newer, saved)


def _stones(path: Path, lists: Iterable[Path]) -> dict[str, str]:
    """Of the list beside the backup and of those that are named."""
    beside = path.parent / forgotten.NAME
    stones: dict[str, str] = {}
    for one in [*([beside] if beside.exists() else []), *lists]:
        try:
            stones |= forgotten.read(one)
        except OSError as error:
            raise BackupError(f"打不开 {one}。", f"{one} cannot be read.") from error
    return stones


def _refuse_unfit(about: Manifest, path: Path) -> None:
    if not is_known(about.schema):
        raise BackupError(
            f"{path.name} 的表结构（{about.schema}）比程序新：请先更新程序。",
            f"the schema of {path.name} ({about.schema}) is newer than the program: "
            "bring that up to date first.",
        )
    age = clock.now() - datetime.fromisoformat(about.created_at)
    if age > timedelta(TOMBSTONE_DAYS):
        raise BackupError(
            f"{path.name} 已超过 {TOMBSTONE_DAYS} 天：此后删除过什么已查不到，不能恢复。",
            f"{path.name} is older than {TOMBSTONE_DAYS} days: what was erased since is no longer "
            "known, so it may not be restored.",
        )


def _compare(
    connection: Connection, copy: Engine, stones: Mapping[str, str]
) -> tuple[int, int, bool]:
    """Submissions there, how many of them the backup lacks, and whether there is nothing at all."""
    rows = snapshots.counted(connection)
    there = set(connection.execute(select(submission.c.reference)).scalars())
    with copy.connect() as mine:
        kept = set(mine.execute(select(submission.c.reference)).scalars())
    return len(there), len(there - kept - stones.keys()), not any(rows.values())


def _replay(copy: Engine, stones: Mapping[str, str]) -> int:
    """Erase again in the snapshot, so that what is gone never reaches the database."""
    names, erased = sorted(stones), 0
    with copy.begin() as connection:
        begin_writing(connection)
        for start in range(0, len(names), _MANY):
            some = names[start : start + _MANY]
            erased += submissions.erase_again(connection, some, clock.today().isoformat())
            answers.withdraw_again(connection, some)
            for name in some:
                submissions.bury(connection, name, stones[name], "asked")
    return erased
