"""Forgetting: what each form's retention rule makes due, taken out a little at a time."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine

from forms_api import alerts, clock, retention, workdays
from forms_api.forms import Form
from forms_api.heartbeat import Heartbeat, Verdict
from forms_api.keeping import REPLAY
from forms_api.store import forgetting
from forms_api.store import heartbeat as beats
from forms_api.store.engine import begin_writing, clear_log
from forms_api.store.forgetting import Candidate, Due

BATCH: Final = 50  # submissions a transaction, so that nobody waits long
TOMBSTONE_DAYS: Final = 400  # no older backup may be restored
ALERT_DAYS: Final = 90
FEW: Final = 20  # as many may always go at once; of more, no more than this share of all
SHARE: Final = 0.1
# Does a piece of work in one writing transaction: a writer's, or `directly`.
Write = Callable[[Callable[[Connection], Any]], Any]


@dataclass(frozen=True, slots=True)
class Purged:
    """`forms`: submissions by form. `codes`: receipts that may no longer be shown again."""

    forms: Mapping[str, int]
    codes: int = 0


class TooMany(Exception):
    """So many are due at once that a person should look at the clock first; nothing was deleted."""


def directly(engine: Engine) -> Write:
    """For a process without a writer thread: one short transaction a piece."""

    def write(work: Callable[[Connection], Any]) -> Any:
        with engine.begin() as connection:
            begin_writing(connection)
            return work(connection)

    return write


def due(engine: Engine, forms: Mapping[str, Form], today: date) -> list[Candidate]:
    """What has to go by its form's present rule, or by the date promised when it came.

    The promised date never moves back. A form whose definition is gone keeps the promised date.
    """
    with engine.connect() as connection:
        return due_in(connection, forms, today)


def due_in(connection: Connection, forms: Mapping[str, Form], today: date) -> list[Candidate]:
    found = forgetting.candidates(connection, today.isoformat())
    return [one for one in found if last_day(one, forms) < today]


def beat(pulse: Heartbeat, connection: Connection, forms: Mapping[str, Form]) -> Verdict:
    """One beat of a process that keeps house; what stops is told to the operator, once a day."""
    verdict = pulse.beat(connection, lambda now: is_due(connection, forms, now))
    alerts.stopped(connection, verdict)
    return verdict


def is_due(connection: Connection, forms: Mapping[str, Form], now: datetime) -> bool:
    return bool(due_in(connection, forms, now.astimezone(clock.ZONE).date()))


def purge(
    engine: Engine,
    write: Write,
    forms: Mapping[str, Form],
    now: datetime,
    *,
    bounded: bool = True,
) -> Purged:
    """Removes what is due by this moment, for good; safe to repeat and to run in several processes.

    `now` is one that may be trusted: a verdict's, or a person's. Raises TooMany if `bounded`; the
    database then knows it, until a person says that the clock is right or fewer are due.
    """
    today = now.astimezone(clock.ZONE).date()
    found = due(engine, forms, today)
    if bounded:
        _refuse_too_many(engine, write, len(found), now)
    for start in range(0, len(found), BATCH):
        wanted = {one.id for one in found[start : start + BATCH]}

        def work(connection: Connection, wanted: set[int] = wanted) -> None:
            still = forgetting.candidates(connection, today.isoformat())
            mine = [_counted(one) for one in still if one.id in wanted]
            forgetting.forget(connection, mine, today.isoformat())

        write(work)
    codes = write(lambda connection: _tidy(connection, today))
    clear_log(engine)  # each time: an earlier erasure may have met a reader
    return Purged(dict(Counter(one.form for one in found)), codes)


def too_many(due: int, total: int) -> bool:
    return due > max(FEW, SHARE * total)


def _refuse_too_many(engine: Engine, write: Write, count: int, now: datetime) -> None:
    with engine.connect() as connection:
        known, total = beats.read(connection), forgetting.present(connection)
    many = too_many(count, total)
    if many or (known and known.too_many_since):
        since = (known and known.too_many_since) or clock.utc(now)
        write(lambda c: beats.write(c, too_many_since=since if many else None))
    if many:
        raise TooMany(f"{count} of {total} are due")


def _tidy(connection: Connection, today: date) -> int:
    forgetting.drop_old(
        connection,
        (today - timedelta(TOMBSTONE_DAYS)).isoformat(),
        clock.utc(clock.start(today - timedelta(ALERT_DAYS))),
    )
    return forgetting.hide_codes(connection, (today - REPLAY).isoformat())


def last_day(one: Candidate, forms: Mapping[str, Form]) -> date:
    """By its form's present rule or the date promised, whichever is earlier."""
    promised = date.fromisoformat(one.retain_until)
    form = forms.get(one.form)
    if form is None or form.retention.after == "event":
        return promised
    answered, closed = (
        date.fromisoformat(day) if day else None for day in (one.answered_on, one.closed_on)
    )
    days = {"answer": answered or closed, "handover": answered or closed, "closing": closed}
    return min(promised, retention.last_day(form.retention, _received(one), days))


def _counted(one: Candidate) -> Due:
    received = _received(one)
    answered = date.fromisoformat(one.answered_on) if one.answered_on else None
    took = workdays.between(received, answered) if answered else None
    return Due(one, one.received_on[:7], took)


def _received(one: Candidate) -> date:
    return date.fromisoformat(one.received_on)
