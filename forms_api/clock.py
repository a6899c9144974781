"""The one source of dates. JINQIAO_TODAY=2026-11-21 fixes the day; the time still runs."""

import os
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Aware, in Asia/Shanghai, on the fixed day if one is set."""
    moment = datetime.now(ZONE)
    fixed = os.environ.get("JINQIAO_TODAY")
    return datetime.combine(date.fromisoformat(fixed), moment.timetz()) if fixed else moment


def today() -> date:
    """Raises ValueError when JINQIAO_TODAY is set and is not an ISO date."""
    return now().date()


def start(day: date) -> datetime:
    """The moment at which a day begins in the office's zone."""
    return datetime.combine(day, time(), ZONE)


def utc(moment: datetime) -> str:
    """A moment as text: 2026-11-21T13:40:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
