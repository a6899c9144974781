"""One row of the spreadsheet and the checks of its single cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from scripts.directory.columns import BY_NAME, COLUMNS, PAIRS, Column
from scripts.directory.faults import told_at
from scripts.directory.private_numbers import private_number
from scripts.directory.schema import Taxonomies, Text
from scripts.problems import Problem

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PHONE = re.compile(r"[0-9]{3,5}(?:[- ]?[0-9]{2,8}){0,3}(?: ?(?:转|ext) ?[0-9]{1,6})?")
_EXTENSION = re.compile(r" ?(?:转|ext) ?[0-9]+$")
_COUNTRY = re.compile(r"^(?:\+|00)86[ -]?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
#: By column: the texts that were found without fault on this day, with these lists.
Sound = dict[str, set[str]]
_HALVES = tuple((f"{name}_zh", f"{name}_en") for name in PAIRS)
_PLAIN_MAILBOX = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_MAILBOX_LENGTH = 64
_MOBILE_LENGTH = 11
_YES = {"yes", "true", "1", "是"}
_NO = {"no", "false", "0", "否"}
_FORMULA_SIGNS = ("=", "+", "-", "@")
#: What people write where there is nothing to write.
_NOTHING = frozenset(
    [
        *("无", "暂无", "没有", "空", "不详", "未知", "/", "\\", "—", "——", "-", "--", "0"),
        *("n/a", "na", "none", "null", "nil", "nan", "unknown"),
    ]
)
_EARLIEST_YEAR = 1921


@dataclass
class Row:
    """`row["phone"]` is the cell's text, "" where there is none. Faults gather in `problems`.

    A column that the file does not have is missing in `letters`, though it may have a value.
    """

    file: str
    number: int
    cells: Mapping[str, str]
    letters: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def report(self, column: str, code: str, /, **blanks: object) -> None:
        there = self.letters.get(column, "")
        message = told_at(self.number, there, BY_NAME[column].label, code, **blanks)
        self.problems.append(Problem(self.file, self.number, code, message, there))

    def list(self, column: str) -> tuple[str, ...]:
        """Parts between ";" (or the full-width one that Chinese keyboards type)."""
        parts = self[column].replace("；", ";").split(";")
        return tuple(part.strip() for part in parts if part.strip())

    def yes(self, column: str) -> bool | None:
        value = self[column].lower()
        return True if value in _YES else False if value in _NO else None

    def pair(self, name: str) -> Text | None:
        return self.named(name) if self[f"{name}_zh"] else None

    def named(self, name: str) -> Text:
        return Text(self[f"{name}_zh"], self[f"{name}_en"], self[f"{name}_zh_hant"])

    def check_all_cells(self, taxonomies: Taxonomies, today: date, sound: Sound) -> None:
        """`sound` remembers from row to row: most cells say what another row has said before."""
        cells = self.cells
        for column in COLUMNS:
            value = cells.get(column.name, "")
            if value:
                seen = sound[column.name]
                if value not in seen:
                    faults = len(self.problems)
                    self._check_cell(column, value, taxonomies, today)
                    if len(self.problems) == faults:
                        seen.add(value)
            elif column.required and column.kind != "pair":
                self.report(column.name, "required")
        for zh, en in _HALVES:
            if not (cells.get(zh) and cells.get(en)):
                self._check_pair(zh, en)

    def _check_cell(self, column: Column, value: str, taxonomies: Taxonomies, today: date) -> None:
        if len(value) > column.limit:
            self.report(column.name, "too_long", n=len(value), limit=column.limit)
        if column.kind not in ("yes_no", "term", "terms") and value.casefold() in _NOTHING:
            self.report(column.name, "placeholder", value=value)
        elif value.startswith(_FORMULA_SIGNS) and not (column.kind == "phone" and len(value) > 1):
            self.report(column.name, "formula", sign=value[0])
        elif code := private_number(_number(value) if column.kind == "phone" else value):
            self.report(column.name, code)
        elif column.kind in ("term", "terms"):
            self._check_terms(column.name, taxonomies)
        elif (check := _CHECKS.get(column.kind)) and (code := check(value, today)):
            self.report(column.name, code, value=value)

    def _check_terms(self, name: str, taxonomies: Taxonomies) -> None:
        known = taxonomies.get(name, {})
        for value in self.list(name) if BY_NAME[name].kind == "terms" else (self[name],):
            if value not in known:
                labels = "、".join(f"{term.value}（{term.label.zh}）" for term in known.values())
                blanks = {"value": value, "known_zh": labels, "known_en": ", ".join(known)}
                self.report(name, "unknown_value", **blanks)

    def _check_pair(self, zh: str, en: str) -> None:
        if bool(self[zh]) != bool(self[en]):
            self.report(en if self[zh] else zh, "language_half")
        elif BY_NAME[zh].required and not self[zh]:
            self.report(zh, "required")


def _yes_no(value: str, today: date) -> str | None:
    return None if value.lower() in _YES | _NO else "bad_yes_no"


def _id(value: str, today: date) -> str | None:
    return None if _ID.fullmatch(value) else "bad_id"


def _date(value: str, today: date) -> str | None:
    try:
        there = date.fromisoformat(value) if _DATE.fullmatch(value) else None
    except ValueError:
        there = None
    if there is None:
        return "bad_date"
    return "future_date" if there > today else None


def _year(value: str, today: date) -> str | None:
    sound = re.fullmatch(r"\d{4}", value) and _EARLIEST_YEAR <= int(value) <= today.year
    return None if sound else "bad_year"


def _phone(value: str, today: date) -> str | None:
    if _is_lost_zero(value):
        return "lost_zero"
    if not _PHONE.fullmatch(value):
        return "bad_phone"
    digits = re.sub(r"\D", "", _EXTENSION.sub("", value)).lstrip("0").removeprefix("86")
    if len(digits) != _MOBILE_LENGTH or digits[0] != "1":
        return None  # no mobile of any network, which is the only thing to find out
    number = phonenumbers.parse(digits, "CN")
    mobile = phonenumbers.PhoneNumberType.MOBILE
    return "personal_mobile" if phonenumbers.number_type(number) == mobile else None


def _number(phone: str) -> str:
    """Without extension and country code, which make it no longer than other numbers are."""
    return _COUNTRY.sub("", _EXTENSION.sub("", phone))


def _is_lost_zero(value: str) -> bool:
    """Nine to eleven digits in one piece that no number of a mobile, 400 or 800 begins with: a
    number cell cannot hold the 0 in front, whatever type the cell has by now.
    """
    digits = _EXTENSION.sub("", value)
    if not (digits.isascii() and digits.isdigit() and 9 <= len(digits) <= _MOBILE_LENGTH):
        return False
    if digits[0] == "1":
        return len(digits) == 10 and digits.startswith("10")  # 10-8555 1234 is Beijing
    return digits[0] != "0" and not digits.startswith(("400", "800"))


def _email(value: str, today: date) -> str | None:
    mailbox, _, domain = value.partition("@")
    if len(mailbox) <= _MAILBOX_LENGTH and _PLAIN_MAILBOX.fullmatch(mailbox):
        mailbox = "a"  # nothing can be wrong with it, and domains are few
    return None if _reachable(f"{mailbox}@{domain}") else "bad_email"


@lru_cache(4096)
def _reachable(address: str) -> bool:
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


_CHECKS: dict[str, Callable[[str, date], str | None]] = {
    "yes_no": _yes_no,
    "id": _id,
    "date": _date,
    "year": _year,
    "phone": _phone,
    "email": _email,
}
