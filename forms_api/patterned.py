"""Kinds of field whose answer has a shape of its own: numbers, months, days, codes, pages."""

import re
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field as Setting

from forms_api import codes
from forms_api.answers import Context, Fault, Field, Schema, Value
from forms_api.guards import fold
from forms_api.languages import Edition
from forms_api.options import Catalogue

_BREAK = r"\s*[-/.‐‑–—−]\s*"


class Number(Field):
    """A whole number within limits; full-width and Chinese unit words (3 人) are understood."""

    kind = "number"
    codes = frozenset({"number", "number-range"})
    _written: ClassVar[re.Pattern[str]] = re.compile(r"(\d{1,6})\s*[人个個位]?", re.ASCII)

    min: int = Setting(default=1, ge=0)
    max: int = Setting(ge=1, le=999_999)

    def judge(self, value: str, context: Context) -> tuple[Value, Fault | None]:
        found = self._written.fullmatch(fold(value))
        if not found:
            return value, Fault("number")
        number = int(found[1])
        if not self.min <= number <= self.max:
            return value, Fault("number-range", {"min": self.min, "max": self.max})
        return str(number), None

    def limits(self) -> dict[str, int]:
        return {"min": self.min, "max": self.max}

    def json_schema(self, catalogue: Catalogue) -> Schema:
        return {"type": "string", "pattern": r"^\d{1,6}$"}


class Month(Field):
    """A month as YYYY-MM, never in the future; 2025年3月, 2025/3 and 2025.03 are understood."""

    kind = "month"
    codes = frozenset({"month", "month-future"})
    _written: ClassVar[re.Pattern[str]] = re.compile(
        r"(19\d\d|20\d\d)\s*(?:[-/.年‐‑–—−]\s*)?(0?[1-9]|1[0-2])\s*月?", re.ASCII
    )

    def judge(self, value: str, context: Context) -> tuple[Value, Fault | None]:
        found = self._written.fullmatch(fold(value))
        if not found:
            return value, Fault("month")
        year, month = int(found[1]), int(found[2])
        if (year, month) > (context.today.year, context.today.month):
            return value, Fault("month-future")
        return f"{year}-{month:02}", None

    def json_schema(self, catalogue: Catalogue) -> Schema:
        return {"type": "string", "pattern": r"^(19|20)\d\d-(0[1-9]|1[0-2])$"}


class Day(Field):
    """A day as YYYY-MM-DD; 2026年3月5日, 2026/3/5, 2026.03.05 and 20260305 are understood."""

    kind = "date"
    codes = frozenset({"date", "date-future", "date-past"})
    _written: ClassVar[tuple[re.Pattern[str], ...]] = tuple(
        re.compile(pattern, re.ASCII)
        for pattern in (
            rf"(\d{{4}}){_BREAK}(\d{{1,2}}){_BREAK}(\d{{1,2}})",
            r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号號]?",
            r"(\d{4})(\d{2})(\d{2})",
        )
    )

    only: Literal["past", "future"] | None = None

    def judge(self, value: str, context: Context) -> tuple[Value, Fault | None]:
        found = next((m for p in self._written if (m := p.fullmatch(fold(value)))), None)
        try:
            day = date(*map(int, found.groups())) if found else None
        except ValueError:
            day = None
        if day is None or not 1949 <= day.year <= 2099:
            return value, Fault("date")
        if self.only == "past" and day > context.today:
            return value, Fault("date-future")
        if self.only == "future" and day < context.today:
            return value, Fault("date-past")
        return day.isoformat(), None

    def json_schema(self, catalogue: Catalogue) -> Schema:
        return {"type": "string", "format": "date"}


class AccessCode(Field):
    """The access code of an earlier receipt. Whoever keeps the answers puts its reference here.

    Whether the code is known can only be said with the database: public.py does.
    """

    kind = "access-code"
    codes = frozenset({"code-malformed", "code-unknown"})

    def judge(self, value: str, context: Context) -> tuple[Value, Fault | None]:
        code = codes.parse_access_code(value)
        return (code, None) if code else (value, Fault("code-malformed"))

    def shown(self, value: Value, lang: Edition, catalogue: Catalogue) -> str:
        """The last four characters: the code opens things, and read-backs get printed."""
        return f"···· {str(value)[-4:]}"

    def typed(self, value: Value, lang: Edition, catalogue: Catalogue) -> str:
        return codes.grouped(str(value)) if codes.parse_access_code(str(value)) else str(value)

    def json_schema(self, catalogue: Catalogue) -> Schema:
        return {"type": "string", "maxLength": self.longest}


class Reference(Field):
    """The reference of an earlier receipt, to be quoted; nobody checks whether it exists."""

    kind = "reference"
    codes = frozenset({"reference"})

    def judge(self, value: str, context: Context) -> tuple[Value, Fault | None]:
        reference = codes.parse_reference(value)
        return (reference, None) if reference else (value, Fault("reference"))

    def json_schema(self, catalogue: Catalogue) -> Schema:
        return {"type": "string", "maxLength": 20}


class Page(Field):
    """The slug of one of the site's pages, filled in by the page itself and not shown."""

    kind = "page"
    codes = frozenset({"unknown-page"})

    @property
    def longest(self) -> int:
        return 120

    def judge(self, value: str, context: Context) -> tuple[Value, Fault | None]:
        known = value in context.catalogue.get("pages", ())
        return (value, None) if known else ("", Fault("unknown-page"))

    def json_schema(self, catalogue: Catalogue) -> Schema:
        return {"type": "string", "maxLength": self.longest}
