"""Letters to the operator: far more arrives than usual, more of it is spam, a published answer was
taken back and must leave the site, or nothing is deleted any more since the clock may be wrong.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, select

from forms_api import heartbeat
from forms_api.heartbeat import Verdict
from forms_api.store import answers, letters
from forms_api.store.answers import PublishedAnswer
from forms_api.store.tables import submission

JUMP: Final = 5  # times the usual of an hour
LEAST: Final = 30  # submissions an hour below which nothing is said
LEAST_SPAM: Final = 10
DESK: Final = "operator"
_USUAL: Final = 7  # days
_HOUR: Final = 60  # minutes


class Arrivals:
    """How many submissions this process stored in the past hour, by minute, in memory alone: the
    database knows their days only. `now` never goes back.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._minutes: dict[int, tuple[int, int]] = {}

    def note(self, *, spam: bool) -> None:
        minute = int(self._now() // 60)
        with self._lock:
            self._drop(minute)
            every, flagged = self._minutes.get(minute, (0, 0))
            self._minutes[minute] = every + 1, flagged + spam

    def past_hour(self) -> tuple[int, int]:
        """All of them, and those that were flagged as spam."""
        with self._lock:
            self._drop(int(self._now() // 60))
            counted = list(self._minutes.values())
        return sum(one for one, _ in counted), sum(flagged for _, flagged in counted)

    def _drop(self, minute: int) -> None:
        for old in [one for one in self._minutes if one <= minute - _HOUR]:
            del self._minutes[old]


def look(connection: Connection, now: datetime, arrivals: Arrivals) -> list[str]:
    """Puts an alert into the outbox for each jump, at most one of a kind an hour; their kinds."""
    said = []
    every, flagged = arrivals.past_hour()
    for kind, last, least, spam in (
        ("volume", every, LEAST, False),
        ("spam", flagged, LEAST_SPAM, True),
    ):
        if last < least:
            continue
        usual = _usual(connection, now.date(), spam=spam)
        dedupe = f"alert:{kind}:{now.astimezone(UTC):%Y%m%d%H}"
        if last < JUMP * usual or letters.is_known(connection, dedupe):
            continue
        zh = f"过去一小时收到 {last} 份{'疑似垃圾' if spam else ''}表单，平时约 {usual:.1f} 份"
        what = "likely spam" if spam else "forms"
        en = f"{last} {what} in the past hour, usually about {usual:.1f}"
        letters.put(connection, dedupe, "alert", DESK, {"zh": zh, "en": en})
        said.append(kind)
    return said


def take_back(connection: Connection, taken: PublishedAnswer, actor: str) -> None:
    """Withdraws a published answer; the site shows it until somebody pulls and publishes."""
    answers.withdraw_answer(connection, taken.slug, actor=actor)
    if taken.state != answers.PULLED and taken.version == 1:
        return  # it never stood there
    slug = taken.slug
    zh = f"有人撤回了公开的问答 {slug}：请运行 answers pull，提交以后发布"
    en = f"the published answer {slug} was taken back: run answers pull, commit and publish"
    letters.put(connection, f"alert:{slug}", "alert", DESK, {"zh": zh, "en": en})


def stopped(connection: Connection, verdict: Verdict) -> None:
    """Nothing goes by date: one letter a day and reason, by the time that can be trusted."""
    if not verdict.why:
        return
    dedupe = f"alert:clock:{verdict.why}:{verdict.now.astimezone(UTC):%Y-%m-%d}"
    if letters.is_known(connection, dedupe):
        return
    (zh, en), (do_zh, do_en) = heartbeat.REASONS[verdict.why], heartbeat.REMEDY
    facts = {"zh": f"到期的没有删：{zh}。请{do_zh}", "en": f"nothing due is deleted: {en}; {do_en}"}
    letters.put(connection, dedupe, "alert", DESK, facts)


def _usual(connection: Connection, today: date, *, spam: bool) -> float:
    """In an hour of the past days, on average."""
    c = submission.c
    first = (today - timedelta(_USUAL)).isoformat()
    found = select(func.count()).where(c.received_on >= first, c.received_on < today.isoformat())
    wanted = found.where(c.spam_score > 0) if spam else found
    return float(connection.execute(wanted).scalar_one()) / (24 * _USUAL)
