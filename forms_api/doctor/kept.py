"""The database and its backups: overdue, mail that failed, forgetting, the clock, their age."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from sqlalchemy import Connection, Engine, case, func, select
from sqlalchemy.exc import SQLAlchemyError

from forms_api import clock, heartbeat, privacy, smtp
from forms_api.backup import archive, making
from forms_api.backup.faults import BackupError
from forms_api.doctor.finding import Finding, finding, rising
from forms_api.doctor.machine import database_file
from forms_api.forms import Form
from forms_api.settings import Settings
from forms_api.store import fence, forgetting, letters
from forms_api.store import heartbeat as beats
from forms_api.store.engine import head, open_engine, revision_of
from forms_api.store.tables import event, outbox, submission

_OPEN: Final = ("received", "handling")
_COUNT_DAYS: Final = 5
_AHEAD: Final = timedelta(minutes=5)  # a clock may be that far off
_QUIET_DAYS: Final = 14  # without a record, of which nothing is said


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
        yield from _shrunk(settings, engine, now)
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
        yield from _uncounted(connection, forms, now.date())
        yield from _nonsense(connection)
        yield from _stopped(connection, forms, now)
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


def _nonsense(connection: Connection) -> Iterator[Finding]:
    if count := forgetting.nonsense(connection):
        yield finding(
            "error",
            "odd-rows",
            (
                f"{count} 份的日期不通，不会自己删除",
                f"{count} submissions have dates that are none, so that they are never deleted",
            ),
            (
                "请受理岗在收件箱里看这几份；不是自己改的，就照“被人闯入以后”做。",
                "let a desk look at them; if nobody here did that, see “After a break-in”.",
            ),
        )


def _mail(connection: Connection, now: datetime) -> Iterator[Finding]:
    c = outbox.c
    count, error = letters.stuck(connection)
    again = "python -m forms_api.cli outbox --retry"
    if count:
        zh, en = smtp.why(error)
        yield finding(
            "error",
            "mail-dead",
            (f"{count} 封邮件发不出去：{zh}", f"{count} letters were given up: {en}"),
            (f"修好邮件，再运行 {again}。", f"mend mail, then run {again}."),
        )
    several = select(func.count(), func.max(c.last_error))
    count, error = connection.execute(several.where(c.state == "waiting", c.attempts > 3)).one()
    if count:
        zh, en = smtp.why(error or "")
        yield finding(
            "warning",
            "mail-waiting",
            (f"{count} 封邮件多次没发出去：{zh}", f"{count} letters failed several times: {en}"),
            (
                "运行 python -m forms_api.cli doctor --mail，看邮件服务器。",
                "try the mail server: python -m forms_api.cli doctor --mail.",
            ),
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

    quiet, longest = quiet_days(beats.days(connection), now.date())
    if quiet > max(_QUIET_DAYS, 2 * longest):
        yield finding(
            "warning",
            "quiet",
            (
                f"时钟比最后一条记录晚 {quiet} 天，从来没有静过这么久",
                f"the clock is {quiet} days after the last record; it was never so quiet before",
            ),
            (
                "看日期对不对；对，就看表单是否还开着。",
                "see whether the date is right; if so, whether the forms are open.",
            ),
        )


def quiet_days(days: Sequence[str], today: date) -> tuple[int, int]:
    """Days since something was last written down, and the longest such time before."""
    found = [date.fromisoformat(day) for day in days]
    gaps = [(later - earlier).days for earlier, later in pairwise(found)]
    return ((today - found[-1]).days if found else 0), max(gaps, default=0)


def _stopped(connection: Connection, forms: Mapping[str, Form], now: datetime) -> Iterator[Finding]:
    """Nothing is deleted by date since the clock may be wrong."""
    why = heartbeat.look(connection, now, lambda at: privacy.is_due(connection, forms, at)).why
    if why:
        yield finding("error", f"clock-{why}", heartbeat.REASONS[why], heartbeat.REMEDY)


def _shrunk(settings: Settings, engine: Engine, now: datetime) -> Iterator[Finding]:
    """The newest backup has many more submissions than the database: were they lost?"""
    path = archive.newest(settings.backups, now)
    if path is None:
        return
    with suppress(BackupError):
        saved = archive.read_manifest(path).submissions
        with engine.connect() as connection:
            there = forgetting.present(connection)
        if privacy.too_many(saved - there, saved):
            yield finding(
                "error",
                "fewer-than-saved",
                (
                    f"数据库里有 {there} 份，最新的备份里有 {saved} 份",
                    f"the database holds {there} submissions, the newest backup {saved}",
                ),
                (
                    "没有人这样删过，就别动那份备份，查明原因以后 restore。",
                    "unless somebody deleted them, keep that backup, find out why, and restore.",
                ),
            )


def _uncounted(connection: Connection, forms: Mapping[str, Form], today: date) -> Iterator[Finding]:
    """Choices that only an inbox can count, and that are deleted within days."""
    c = submission.c
    read = [one.id for one in forms.values() if one.counts and not one.counted_by_host]
    soon = (c.retain_until >= today.isoformat()) & (
        c.retain_until < (today + timedelta(_COUNT_DAYS)).isoformat()
    )
    lost = (c.form.in_(read), soon, c.counted.is_(False), c.spam_score == 0)
    found = select(func.count()).where(*lost, c.status != "withdrawn")
    if count := connection.execute(found).scalar_one():
        yield finding(
            "warning",
            "uncounted",
            (
                f"{count} 份快要删除，选项还没有计数",
                f"{count} submissions are deleted soon and their choices not counted yet",
            ),
            (
                "请一个岗打开收件箱：计数只有打开了的收件箱能做。",
                "ask a desk to open its inbox: only an open inbox can count.",
            ),
        )


def backups(settings: Settings, now: datetime) -> Iterator[Finding]:
    """The newest one: that it is there, young, whole, and on another disk. Old ones, leftovers."""
    remedy = ("运行 backup，并让它每天自己运行。", "run backup, and let it run every day.")
    yield from _left(settings, now)
    path = archive.newest(settings.backups, now)
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


def _left(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Backups that should be gone, those of a moment that lies ahead, what a killed one left."""
    folder = settings.backups
    if not folder.is_dir():
        return
    listed = archive.listed(folder)
    if old := making.outdated(listed, now - timedelta(days=2), settings.backup_days):
        yield finding(
            "warning",
            "backup-kept",
            (
                f"{len(old)} 份备份超过 {settings.backup_days} 天还在，如 {old[-1].name}",
                f"{len(old)} backups are older than {settings.backup_days} days: {old[-1].name} …",
            ),
            (
                "运行 backup，它会删；不删就看时钟。隐私页写着这个期限。",
                "run backup, which deletes them unless the clock may be wrong; "
                "the privacy page promises it.",
            ),
        )
    ahead = [path.name for path, about in listed if about.created_at > clock.utc(now + _AHEAD)]
    if ahead:
        yield finding(
            "warning",
            "backup-ahead",
            (
                f"{ahead[0]} 的时间还没有到：做它的时候时钟快了",
                f"{ahead[0]} is of a moment that lies ahead: the clock ran ahead then",
            ),
            (
                "对一对时钟；已有更新的备份就把它删掉。",
                "see to the clock; delete it once there is a later backup.",
            ),
        )
    if not making.is_busy(folder) and (left := making.leftovers(folder)):
        yield finding(
            "warning",
            "backup-leftover",
            (f"中断的备份留下了 {left[0]}", f"a backup that broke off left {left[0]}"),
            ("运行 backup，它会清掉。", "run backup, which removes it."),
        )
