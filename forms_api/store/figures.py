"""What the service's figures are made of: counts by form and month, never a single submission."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, func, select

from forms_api import workdays
from forms_api.store.forgetting import ALL, SPAM, TOOK
from forms_api.store.tables import submission, tally


@dataclass(frozen=True, slots=True)
class Counts:
    """Without spam. `received`: by (form, month of receipt as 2026-11); `took`: by (form, month of
    the answer, working days until it). Those already purged are among them.
    """

    received: Counter[tuple[str, str]] = field(default_factory=Counter)
    took: Counter[tuple[str, str, int]] = field(default_factory=Counter)


def counts(connection: Connection) -> Counts:
    found = Counts()
    c = submission.c
    rows = select(c.form, c.received_on, c.answered_on).where(c.spam_score == 0)
    for form, received_on, answered_on in connection.execute(rows):
        found.received[form, received_on[:7]] += 1
        if answered_on:
            received = date.fromisoformat(received_on)
            days = workdays.between(received, date.fromisoformat(answered_on))
            found.took[form, answered_on[:7], days] += 1
    t = tally.c
    purged = select(t.form, t.choice, t.month, t.count).where(t.field == ALL[0])
    for form, choice, month, number in connection.execute(purged):
        if choice == ALL[1]:
            found.received[form, month] += number
        elif choice == SPAM[1]:
            found.received[form, month] -= number
        elif choice.startswith(TOOK):
            found.took[form, month, int(choice.removeprefix(TOOK))] += number
    return found


def choices(
    connection: Connection, form: str, until: str, after: str = ""
) -> Mapping[str, Mapping[str, int]]:
    """Counts by choice of each field that the host counts, of the months behind `after`, up to
    `until`. A choice that is counted for each page (slug:yes) is added up over the pages.
    """
    t = tally.c
    rows = (
        select(t.field, t.choice, func.sum(t.count))
        .where(t.form == form, t.field != "", t.month <= until, t.month > after)
        .group_by(t.field, t.choice)
    )
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for name, choice, number in connection.execute(rows):
        found[name][choice.rpartition(":")[2]] += int(number)
    return found
