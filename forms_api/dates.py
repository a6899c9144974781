"""Dates as they are read in each language (LOOK.md, voice 7 and 20)."""

from datetime import date, datetime

from forms_api.languages import Folder

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")  # fmt: skip


def day(value: date, lang: Folder) -> str:
    """2026 年 11 月 28 日 / 28 November 2026"""
    if lang == "zh":
        return f"{value.year} 年 {value.month} 月 {value.day} 日"
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def day_of_year(value: date, lang: Folder) -> str:
    """11 月 28 日 / 28 November: for a date at most weeks away."""
    if lang == "zh":
        return f"{value.month} 月 {value.day} 日"
    return f"{value.day} {_MONTHS[value.month - 1]}"


def minute(value: datetime, lang: Folder) -> str:
    """2026 年 11 月 21 日 21:40 / 21 November 2026, 21:40"""
    join = " " if lang == "zh" else ", "
    return f"{day(value, lang)}{join}{value:%H:%M}"
