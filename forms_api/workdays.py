"""Promised dates: Chinese working days, with the weekends that are worked in exchange."""

from datetime import date, timedelta
from functools import lru_cache

import holidays


@lru_cache(maxsize=64)
def after(received: date, working_days: int) -> date:
    """The n-th working day after the day of receipt, which itself does not count."""
    due: date = _calendar(received.year).get_nth_working_day(received, working_days)
    return due


def between(received: date, answered: date) -> int:
    """How many working days it took, as `after` counts them: 0 on the day of receipt."""
    if answered <= received:
        return 0
    from_next_day = received + timedelta(days=1)
    return int(_calendar(received.year).get_working_days_count(from_next_day, answered))


def is_known(year: int) -> bool:
    """Whether the State Council's arrangement of that year is in the library.

    Each one moves some working days to weekends; without any it is only guessed from the law.
    """
    moved: set[date] = holidays.country_holidays("CN", years=year).weekend_workdays
    return any(day.year == year for day in moved)


@lru_cache(maxsize=4)
def _calendar(year: int) -> holidays.HolidayBase:
    """That year's and the next one's holidays: sixty working days reach no further."""
    return holidays.country_holidays("CN", years=(year, year + 1))


@lru_cache(maxsize=4096)
def until(today: date, due: date) -> int:
    """Working days left after today, the due day counted; below zero: working days too late."""
    if due < today:
        return -_between(due, today)
    return _between(today, due)


def _between(first: date, last: date) -> int:
    """Working days after the first day, up to and with the last."""
    calendar = _calendar(first.year)
    days = (last - first).days
    return sum(calendar.is_working_day(first + timedelta(n)) for n in range(1, days + 1))
