"""The database and its backups: overdue, mail that failed, forgetting, the clock, their age."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, case, func, select
from sqlalchemy.exc import SQLAlchemyError

from forms_api import privacy
from forms_api.backup import archive
from forms_api.backup.faults import BackupError
from forms_api.doctor.finding import Finding, finding, rising
from forms_api.doctor.machine import database_file
from forms_api.forms import Form
from forms_api.settings import Settings
from forms_api.store import fence
from forms_api.store.engine import head, open_engine, revision_of
from forms_api.store.tables import event, outbox, submission, tombstone

_OPEN: Final = ("received", "handling")
_AHEAD: Final = timedelta(minutes=5)  # a clock may be that far off


def check(settings: Settings, forms: Mapping[str, Form], now: datetime) -> Iterator[Finding]:
    file = database_file(settings)
    if file is not None and not file.is_file():
        yield finding(
            "error" if settings.production else "note",
            "no-database",
            (f"还没有数据库 {file}", f"there is no database {file} yet"),
            (
                "丢了就 restore，从未有过就 database new，写错了就改 FORMS_DATABASE_URL。",
                "restore it, make the first with database new, or mend FORMS_DATABASE_URL.",
            ),
        )
        return
    engine = open_engine(settings.database_url)
    try:
        yield from _database(engine, forms, now)
        yield from backups(settings, now)
        yield from _older(engine, settings)
    except SQLAlchemyError as error:
        why = type(error).__name__
        yield finding(
            "error",
            "database",
            (f"数据库用不了（{why}）", f"the database cannot be used ({why})"),
            ("看它是否在运行；坏了就 restore。", "see that it runs; if it is broken, restore."),
        )
    finally:
        engine.dispose()


def _older(engine: Engine, settings: Settings) -> Iterator[Finding]:
    """Each submission of the newest backup must be there still, or have a tombstone."""
    path = archive.newest(settings.backups)
    if path is None or revision_of(engine) != head():
        return
    try:
        before = archive.read_manifest(path).submissions
    except BackupError:  # told by `backups`
        return
    with engine.connect() as connection:
        there, gone = (
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (submission, tombstone)
        )
    if there + gone < before:
        yield finding(
            "error",
            "older-than-backup",
            (
                f"数据库里有 {there} 份，删过 {gone} 份，最新的备份里却有 {before} 份："
                "换成旧的了？",
                f"{there} submissions are there and {gone} were deleted, but the newest backup has "
                f"{before}: was an older database put in place?",
            ),
            (
                "核对 FORMS_DATABASE_URL；丢了就从备份恢复（restore）。",
                "see FORMS_DATABASE_URL; if it was lost, restore the backup.",
            ),
        )


def _database(engine: Engine, forms: Mapping[str, Form], now: datetime) -> Iterator[Finding]:
    if revision_of(engine) != head():
        yield finding(
            "error",
            "schema",
            ("数据库和程序的版本不同", "database and program are of different versions"),
            ("重启服务；还不行就更新程序。", "restart the service, or update the program."),
        )
        return
    with engine.connect() as connection:
        yield from _fence(connection)
        yield from _overdue(connection, now.date())
        yield from _mail(connection, now)
        yield from _clock(connection, now)
    late = [one for one in privacy.due(engine, forms, now.date() - timedelta(1))]
    if late:
        count = len(late)
        yield finding(
            "error",
            "purge-late",
            (f"{count} 份早该删除，还在", f"{count} submissions should be gone already"),
            ("运行 purge；看 FORMS_HOUSEKEEPING。", "run purge; look at FORMS_HOUSEKEEPING."),
        )


def _fence(connection: Connection) -> Iterator[Finding]:
    standing = fence.found(connection)
    if standing is None:
        return
    if standing.state == "moving":
        yield finding(
            "error",
            "moving",
            (
                f"搬数据库中断于 {standing.at}，不收表单",
                f"a move begun {standing.at} stopped halfway",
            ),
            (
                "再运行一次 migrate-database；不搬了就加 --reopen。",
                "run migrate-database again, or with --reopen to give it up.",
            ),
        )
    else:
        yield finding(
            "error",
            "moved",
            ("这是搬走以前的旧数据库", "this is the old database, from before the move"),
            (
                "把 FORMS_DATABASE_URL 换成新地址，重启服务。",
                "set FORMS_DATABASE_URL to the new address and restart the service.",
            ),
        )


def _overdue(connection: Connection, today: date) -> Iterator[Finding]:
    c = submission.c
    late = c.status.in_(_OPEN) & (c.due_on < today.isoformat())
    aside = func.sum(case((c.spam_score > 0, 1), else_=0))
    rows = connection.execute(
        select(c.desk, func.count(), func.min(c.due_on), aside).where(late).group_by(c.desk)
    )
    for desk, count, since, of_those in rows:
        yield finding(
            "warning",
            "overdue",
            (
                f"{desk} 有 {count} 份过期未答，最早应在 {since} 前"
                + (f"；其中 {of_those} 份待甄别" if of_those else ""),
                f"{desk} has {count} overdue, the oldest since {since}"
                + (f"; {of_those} of them set aside as spam" if of_those else ""),
            ),
            ("请这个岗打开收件箱。", "ask that desk to open its inbox."),
        )


def _mail(connection: Connection, now: datetime) -> Iterator[Finding]:
    c = outbox.c
    dead = select(func.count(), func.max(c.last_error)).where(c.state == "dead")
    count, why = connection.execute(dead).one()
    again = "python -m forms_api.cli outbox --retry"
    if count:
        yield finding(
            "error",
            "mail-dead",
            (f"{count} 封通知发不出去（{why}）", f"{count} notices were given up ({why})"),
            (f"修好邮件，再运行 {again}。", f"mend mail, then run {again}."),
        )
    waiting = select(func.count()).where(c.state == "waiting", c.attempts > 3)
    if count := connection.execute(waiting).scalar_one():
        yield finding(
            "warning",
            "mail-waiting",
            (f"{count} 封通知多次没发出去", f"{count} notices failed several times"),
            ("看邮件服务器和密码。", "look at the mail server and the password."),
        )


def _clock(connection: Connection, now: datetime) -> Iterator[Finding]:
    newest = connection.execute(select(func.max(event.c.day))).scalar_one()
    if newest and newest > (now + _AHEAD).date().isoformat():
        yield finding(
            "error",
            "clock",
            (f"时钟比记录慢（有 {newest} 的记录）", f"the clock is behind its records ({newest})"),
            ("打开时间同步（timedatectl set-ntp true）。", "switch on time synchronisation."),
        )


def backups(settings: Settings, now: datetime) -> Iterator[Finding]:
    """The newest one: that it is there, young, whole, and on another disk."""
    remedy = ("运行 backup，并让它每天自己运行。", "run backup, and let it run every day.")
    path = archive.newest(settings.backups)
    if path is None:
        words = (f"{settings.backups} 里没有备份", f"there is no backup in {settings.backups}")
        yield finding("error" if settings.production else "note", "no-backup", words, remedy)
        return
    try:
        about = archive.verify(path)
    except BackupError as error:
        yield Finding("error", "backup-broken", str(error), " / ".join(remedy))
        return
    age = now - datetime.fromisoformat(about.created_at)
    if level := rising(age / timedelta(days=1), 2, 7):
        words = (f"最新的备份已有 {age.days} 天", f"the newest backup is {age.days} days old")
        yield finding(level, "backup-old", words, remedy)
    file = database_file(settings)
    same = file is not None and file.stat().st_dev == path.stat().st_dev
    if settings.production and same:
        yield finding(
            "warning",
            "backup-same-disk",
            ("备份和数据库在同一块磁盘上", "backups lie on the database's own disk"),
            ("每天再复制到另一台机器。", "copy them to another machine every day."),
        )
