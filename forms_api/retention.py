"""Until when a submission is kept: its form's rule, applied to its dates. Pure Python."""

from collections.abc import Mapping
from datetime import date, timedelta

from forms_api.forms import Retention


def last_day(rule: Retention, received: date, days: Mapping[str, date | None]) -> date:
    """The last day on which it may still be there.

    `days` says when it was handed over, answered or closed, or when its event takes place, by the
    names of the rule's `after`; what has not happened is missing or None. The rule's `at_most`
    counts from receipt, for an event from its day.
    """
    began = {"receipt": received, **days}.get(rule.after)
    longest = began if rule.after == "event" and began else received
    latest = longest + timedelta(rule.at_most)
    return min(latest, began + timedelta(rule.days)) if began else latest
