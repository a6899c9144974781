"""Promised dates: Chinese working days, with the weekends that are worked in exchange."""

from datetime import date

import holidays


def after(received: date, working_days: int) -> date:
    """The n-th working day after the day of receipt, which itself does not count."""
    years = range(received.year, received.year + 2 + working_days // 200)
    calendar = holidays.country_holidays("CN", years=years)
    due: date = calendar.get_nth_working_day(received, working_days)
    return due
