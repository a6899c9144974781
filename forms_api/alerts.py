"""Letters to the operator: far more arrives than usual, more of it is spam, a published answer was
taken back and must leave the site, or nothing is deleted any more since the clock may be wrong.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, select

from forms_api import heartbeat
from forms_api.clock import utc
from forms_api.heartbeat import Verdict
from forms_api.store import answers, letters
from forms_api.store.answers import PublishedAnswer
from forms_api.store.tables import submission

JUMP: Final = 5  # times the usual of an hour
LEAST: Final = 30  # submissions an hour below which nothing is said
LEAST_SPAM: Final = 10
DESK: Final = "operator"
_USUAL: Final = timedelta(days=7)


def look(connection: Connection, now: datetime) -> list[str]:
    """Puts an alert into the outbox for each jump, at most one of a kind an hour; their kinds."""
    said = []
    for kind, least, spam in (("volume", LEAST, False), ("spam", LEAST_SPAM, True)):
        hour = timedelta(hours=1)
        last = _count(connection, now - hour, now, spam)
        usual = _count(connection, now - hour - _USUAL, now - hour, spam) / (_USUAL / hour)
        dedupe = f"alert:{kind}:{now.astimezone(UTC):%Y%m%d%H}"
        if last < max(least, JUMP * usual) or letters.is_known(connection, dedupe):
            continue
        zh = f"过去一小时收到 {last} 份{'疑似垃圾' if spam else ''}表单，平时约 {usual:.1f} 份"
        what = "likely spam" if spam else "forms"
        en = f"{last} {what} in the past hour, usually about {usual:.1f}"
        letters.put(connection, dedupe, "alert", DESK, {"zh": zh, "en": en}, utc(now))
        said.append(kind)
    return said


def take_back(connection: Connection, taken: PublishedAnswer, actor: str, at: str) -> None:
    """Withdraws a published answer; the site shows it until somebody pulls and publishes."""
    answers.withdraw_answer(connection, taken.slug, actor=actor)
    if taken.state != answers.PULLED and taken.version == 1:
        return  # it never stood there
    slug = taken.slug
    zh = f"有人撤回了公开的问答 {slug}：请运行 answers pull，提交以后发布"
    en = f"the published answer {slug} was taken back: run answers pull, commit and publish"
    letters.put(connection, f"alert:{slug}", "alert", DESK, {"zh": zh, "en": en}, at)


def stopped(connection: Connection, verdict: Verdict) -> None:
    """Nothing goes by date: one letter a day and reason, by the time that can be trusted."""
    if not verdict.why:
        return
    dedupe = f"alert:clock:{verdict.why}:{utc(verdict.now)[:10]}"
    if letters.is_known(connection, dedupe):
        return
    (zh, en), (do_zh, do_en) = heartbeat.REASONS[verdict.why], heartbeat.REMEDY
    facts = {"zh": f"到期的没有删：{zh}。请{do_zh}", "en": f"nothing due is deleted: {en}; {do_en}"}
    letters.put(connection, dedupe, "alert", DESK, facts, utc(verdict.now))


def _count(connection: Connection, after: datetime, until: datetime, spam: bool) -> int:
    c = submission.c
    found = select(func.count()).where(c.received_at > utc(after), c.received_at <= utc(until))
    return int(connection.execute(found.where(c.spam_score > 0) if spam else found).scalar_one())
