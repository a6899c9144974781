"""Dates as they are read in each language (LOOK.md, voice 7 and 20); alike in both scripts."""

from datetime import date, datetime

from forms_api.languages import Edition

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")  # fmt: skip


def day(value: date, lang: Edition) -> str:
    """2026 年 11 月 28 日 / 28 November 2026"""
    if lang == "en":
        return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
    return f"{value.year} 年 {value.month} 月 {value.day} 日"


def day_of_year(value: date, lang: Edition) -> str:
    """11 月 28 日 / 28 November: for a date at most weeks away."""
    if lang == "en":
        return f"{value.day} {_MONTHS[value.month - 1]}"
    return f"{value.month} 月 {value.day} 日"


def minute(value: datetime, lang: Edition) -> str:
    """2026 年 11 月 21 日 21:40 / 21 November 2026, 21:40"""
    join = ", " if lang == "en" else " "
    return f"{day(value, lang)}{join}{value:%H:%M}"
