"""Forgetting: what each form's retention rule makes due, taken out a little at a time."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine

from forms_api import clock, retention, workdays
from forms_api.forms import Form
from forms_api.keeping import REPLAY
from forms_api.store import forgetting
from forms_api.store.engine import begin_writing, clear_log
from forms_api.store.forgetting import Candidate, Due

BATCH: Final = 50  # submissions a transaction, so that nobody waits long
TOMBSTONE_DAYS: Final = 400  # no older backup may be restored
ALERT_DAYS: Final = 90
# Does a piece of work in one writing transaction: a writer's, or `directly`.
Write = Callable[[Callable[[Connection], Any]], Any]


@dataclass(frozen=True, slots=True)
class Purged:
    """`forms`: submissions by form. `codes`: receipts that may no longer be shown again."""

    forms: Mapping[str, int]
    codes: int = 0


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
        found = forgetting.candidates(connection, today.isoformat())
    return [one for one in found if _last_day(one, forms) < today]


def purge(engine: Engine, write: Write, forms: Mapping[str, Form]) -> Purged:
    """Removes what is due, for good; safe to repeat and to run in several processes."""
    today = clock.today()
    found = due(engine, forms, today)
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


def _tidy(connection: Connection, today: date) -> int:
    forgetting.drop_old(
        connection,
        (today - timedelta(TOMBSTONE_DAYS)).isoformat(),
        clock.utc(clock.start(today - timedelta(ALERT_DAYS))),
    )
    return forgetting.hide_codes(connection, (today - REPLAY).isoformat())


def _last_day(one: Candidate, forms: Mapping[str, Form]) -> date:
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
