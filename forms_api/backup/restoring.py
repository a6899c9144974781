"""Restoring a backup into a database, empty or not; what was erased since stays erased."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, select

from forms_api import clock
from forms_api.backup import archive, forgotten, making, snapshots
from forms_api.backup.archive import Manifest
from forms_api.backup.faults import BackupError
from forms_api.forms import load_all
from forms_api.privacy import TOMBSTONE_DAYS, last_day
from forms_api.store import answers, fence, forgetting, submissions
from forms_api.store.engine import begin_writing, clear_log, is_known, migrate, revision_of
from forms_api.store.forgetting import Candidate, Stone
from forms_api.store.tables import submission

_MANY: Final = 500  # references a statement
_ZONES: Final = timedelta(hours=14)  # a day may be one of another zone
_NEVER: Final = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Restored:
    """`erased_again`: submissions of the backup that somebody erased since.

    `due_again`: those that were deleted at their date since. They are there, with that date or
    their own, whichever is earlier, and go when the service next looks, by a clock it can trust.
    `not_obeyed`: references whose line in the list cannot be right, so that they stay: see
    `_cannot_be`. `known_until`: the newest erasure that was known; what was erased later has come
    back. `newer_lost`: submissions of the replaced database that the backup does not have; they
    are in `saved_as`, the backup made of it first.
    """

    manifest: Manifest
    rows: Mapping[str, int]
    erased_again: int
    known_until: str
    newer_lost: int = 0
    saved_as: Path | None = None
    due_again: int = 0
    not_obeyed: tuple[str, ...] = ()


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
    now = clock.now()
    stones = _stones(path, lists)
    with snapshots.anonymous() as snapshot:
        about = archive.unseal(path, identities, snapshot.file)
        _refuse_unfit(about, path)
        snapshot.settle()
        copy = snapshot.engine
        with copy.begin() as connection:
            begin_writing(connection)
            fence.take_down(connection)  # a backup made while its database was moving
        migrate(copy)
        _refuse_newer(engine)
        migrate(engine)
        with engine.connect() as connection:
            stones = forgotten.merged(stones, forgetting.stones(connection))
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
        replayed = _replay(copy, stones, now)
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
    past = [one.day for one in stones.values() if one.day <= now.date().isoformat()]
    until = max([about.created_at, *past])
    return Restored(
        about,
        rows,
        len(replayed.erased),
        until,
        newer,
        saved,
        len(replayed.due),
        tuple(sorted(replayed.not_obeyed)),
    )


def _stones(path: Path, lists: Iterable[Path]) -> dict[str, Stone]:
    """Of the list beside the backup and of those that are named.

    Lines without a reason that lie after their own file's last change are marked so.
    """
    beside = path.parent / forgotten.NAME
    found: dict[str, Stone] = {}
    for one in [*([beside] if beside.exists() else []), *lists]:
        try:
            read = forgotten.read(one)
            written = datetime.fromtimestamp(one.stat().st_mtime, clock.ZONE)
        except OSError as error:
            raise BackupError(f"打不开 {one}。", f"{one} cannot be read.") from error
        found = forgotten.merged(found, {name: _dated(it, written) for name, it in read.items()})
    return found


def _dated(stone: Stone, written: datetime) -> Stone:
    ahead = not stone.why and date.fromisoformat(stone.day) > (written + _ZONES).date()
    return Stone(_NEVER, "") if ahead else stone


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


def _refuse_newer(engine: Engine) -> None:
    schema = revision_of(engine)
    if schema is not None and not is_known(schema):
        raise BackupError(
            f"数据库的表结构（{schema}）比程序新：请先更新程序。",
            f"the schema of the database ({schema}) is newer than the program: "
            "bring that up to date first.",
        )


def _compare(
    connection: Connection, copy: Engine, stones: Mapping[str, Stone]
) -> tuple[int, int, bool]:
    """Submissions there, how many of them the backup lacks, and whether there is nothing at all."""
    rows = snapshots.counted(connection)
    there = set(connection.execute(select(submission.c.reference)).scalars())
    with copy.connect() as mine:
        kept = set(mine.execute(select(submission.c.reference)).scalars())
    return len(there), len(there - kept - stones.keys()), not any(rows.values())


@dataclass(frozen=True, slots=True)
class _Replayed:
    erased: list[str]
    due: list[str]
    not_obeyed: list[str]


def _replay(copy: Engine, stones: Mapping[str, Stone], now: datetime) -> _Replayed:
    """Forget again in the snapshot, so that what was erased never reaches the database."""
    names, forms = sorted(stones), load_all()
    done = _Replayed([], [], [])
    with copy.begin() as connection:
        begin_writing(connection)
        for start in range(0, len(names), _MANY):
            some = {name: stones[name] for name in names[start : start + _MANY]}
            there = {one.reference: one for one in forgetting.with_content(connection, list(some))}
            for name, row in there.items():
                last = last_day(row, forms)
                if some[name].why == "retention":
                    _end(connection, row, some[name])
                    done.due.append(name)
                elif not _cannot_be(some[name], last, now):
                    done.erased.append(name)
                elif last < now.date():
                    done.due.append(name)
                else:
                    done.not_obeyed.append(name)
            gone = [name for name in some if name not in {*done.due, *done.not_obeyed}]
            for name in gone:
                submissions.bury(connection, name, some[name].day, some[name].why or "asked")
            submissions.erase_again(connection, gone, now.date().isoformat())
            answers.withdraw_again(connection, gone)
    return done


def _end(connection: Connection, row: Candidate, stone: Stone) -> None:
    """It was deleted at its date, by the clock of that day. Whether it is due is not for a restore
    to say: that day becomes its last, unless its own is earlier."""
    until = date.fromisoformat(stone.day) - timedelta(days=1)
    forgetting.shorten(connection, row.id, until.isoformat())


def _cannot_be(stone: Stone, last_day: date, now: datetime) -> bool:
    """Whether a line without a reason is not obeyed.

    It lies ahead; or it is later than the day on which its submission would have gone by itself,
    and so is no erasure that somebody asked for, but a deletion by a clock that ran ahead. What
    somebody asked for is obeyed whatever the clock said then.
    """
    ahead = date.fromisoformat(stone.day) > (now + _ZONES).date()
    return not stone.why and (ahead or date.fromisoformat(stone.day) > last_day + timedelta(days=1))
