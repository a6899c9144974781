"""The heartbeat: which moment can be trusted to delete by.

A clock that runs ahead makes everything due. So nothing is deleted by this host's clock alone, but
by the earliest of three: this clock, the clock of the database's server, and the heartbeat: a
moment kept in the database that moves at the pace of the kernel's count of seconds, which no change
of the date touches. Over a time in which no process beat, it follows the clock by 48 hours at most;
over more only when a person says that the clock is right.

With two hosts that disagree, the heartbeat stays with the one that is there already: the other sees
it move by itself and follows it instead of its own clock.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from forms_api import clock
from forms_api.store import heartbeat as store
from forms_api.store.heartbeat import Beat

GAP: Final = timedelta(hours=48)  # for so long may nobody have kept house
SLACK: Final = timedelta(hours=1)  # clocks may differ by that much
QUIET: Final = 180.0  # seconds without another host's beat, before a gap is believed
EVERY: Final = 60.0  # seconds between beats

#: Why nothing is deleted by date, in Chinese and English. Whoever counts finds `many` (privacy.py).
REASONS: Final = {
    "ahead": (
        "本机时钟比数据库里的心跳快了 48 小时以上",
        "this clock is more than 48 hours ahead of the heartbeat in the database",
    ),
    "behind": (
        "本机时钟比数据库里的时间慢",
        "this clock is behind the time in the database",
    ),
    "new": (
        "数据库里还没有心跳，不知道时间对不对，却有到期的",
        "something is due, but the database has no heartbeat yet to tell the time by",
    ),
    "many": (
        "一次到期的太多：超过 20 份，而且超过总数的十分之一",
        "too many are due at once: more than 20, and more than a tenth of all",
    ),
}
#: The same for each.
REMEDY: Final = (
    "看日期和时间对不对。不对，就校时（timedatectl set-ntp true）；"
    "对，就运行 manage.py purge --clock-is-right。在那以前什么也不删。",
    "see whether date and time are right. If not, set them (timedatectl set-ntp true); if they "
    "are, run manage.py purge --clock-is-right. Until then nothing is deleted.",
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`now`: the moment to delete by. `why` nothing may be deleted: a key of REASONS, or ""."""

    now: datetime
    why: str = ""


def _ticks() -> float:
    """Seconds of real time, those of a sleeping machine included."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class Heartbeat:
    """What one process knows of it; `now` is this host's clock, `ticks` its count of seconds."""

    def __init__(
        self, now: Callable[[], datetime] = clock.now, ticks: Callable[[], float] = _ticks
    ) -> None:
        self._now = now
        self._ticks = ticks
        self._anchor: tuple[datetime, float] | None = None  # a heartbeat and when we saw it
        self._seen: tuple[datetime, float] | None = None  # what it was last, and since when
        self._level = False  # it has been level with our clock, and we have moved it

    def beat(self, connection: Connection, is_due: Callable[[datetime], bool]) -> Verdict:
        """Moves the heartbeat as far as it may; about each minute, in a writing transaction.

        `is_due(now)`: whether anything would go; asked where there is no heartbeat yet.
        """
        now, known = earliest(connection, self._now()), store.read(connection)
        if known is None:
            verdict = _first(connection, now, is_due)
            at = None if verdict.why else now
        else:
            verdict, at = self.follow(known.at, now)
        if at is not None:
            store.write(connection, at=clock.utc(at))
        if known and known.too_many_since and not verdict.why:
            return Verdict(verdict.now, "many")
        return verdict

    def follow(self, at: datetime, now: datetime) -> tuple[Verdict, datetime | None]:
        """What a heartbeat says about a clock, and where to it moves, if it does."""
        ticks = self._ticks()
        if self._seen is None or self._seen[0] != at:  # another host's, or our first look
            self._seen = at, ticks
            if self._anchor is None or at > self._reached(ticks):
                self._anchor = at, ticks
        reached = self._reached(ticks)
        if now < at - SLACK:
            return Verdict(now, "behind"), None
        quiet = not self._level and ticks - self._seen[1] >= QUIET
        if now <= reached + SLACK or (quiet and now <= reached + GAP):
            moved = max(at, now).replace(microsecond=0)  # as it is kept
            self._anchor, self._seen, self._level = (max(at, now), ticks), (moved, ticks), True
            return Verdict(now), moved
        why = "ahead" if now > reached + GAP else ""
        if not self._level:
            return Verdict(reached, why), None
        moved = max(at, reached).replace(microsecond=0)
        self._seen = moved, ticks
        return Verdict(reached, why), moved

    def _reached(self, ticks: float) -> datetime:
        """The heartbeat that we saw, and the real time since."""
        assert self._anchor is not None
        at, since = self._anchor
        return at + timedelta(seconds=ticks - since)


def once(connection: Connection, now: datetime, is_due: Callable[[datetime], bool]) -> Verdict:
    """For a command, which does not stay to see whether the heartbeat moves by itself."""
    now, known = earliest(connection, now), store.read(connection)
    verdict = _first(connection, now, is_due) if known is None else _judged(known, now)
    if not verdict.why and (known is None or now > known.at):
        store.write(connection, at=clock.utc(now))
    return verdict


def confirm(connection: Connection, now: datetime) -> None:
    """A person says that this is the time, and that what is due may go."""
    said = clock.utc(now)
    store.write(connection, at=said, confirmed_at=said, too_many_since=None)


def look(
    connection: Connection, now: datetime, is_due: Callable[[datetime], bool] | None = None
) -> Verdict:
    """Whether this host's clock can be trusted, by a process that does not keep house.

    Without `is_due` a database that has no heartbeat yet is not trusted.
    """
    now, known = earliest(connection, now), store.read(connection)
    if known is None:
        new = is_due is None or _first(connection, now, is_due).why == "new"
        return Verdict(now, "new" if new else "")
    verdict = _judged(known, now)
    return verdict if verdict.why else Verdict(min(now, known.at))


def earliest(connection: Connection, now: datetime) -> datetime:
    """This host's clock or that of the database's server."""
    server = store.server_clock(connection)
    return now if server is None else min(now, server)


def _judged(known: Beat, now: datetime) -> Verdict:
    if now < known.at - SLACK:
        return Verdict(now, "behind")
    if now > known.at + GAP:
        return Verdict(known.at, "ahead")
    return Verdict(now, "many" if known.too_many_since else "")


def _first(connection: Connection, now: datetime, is_due: Callable[[datetime], bool]) -> Verdict:
    """Without a heartbeat the newest record stands for it."""
    newest = store.newest_record(connection)
    if newest and now < newest - SLACK:
        return Verdict(now, "behind")
    if newest and now > newest + GAP and is_due(now):
        return Verdict(newest, "new")
    return Verdict(now)
