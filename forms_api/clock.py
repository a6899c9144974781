"""The one source of dates. JINQIAO_TODAY=2026-11-21 fixes the day; the time still runs."""

import os
from datetime import UTC, date, datetime
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


def utc(moment: datetime) -> str:
    """As moments stand in the database: 2026-11-21T13:40:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
