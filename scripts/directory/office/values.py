"""What a cell of an office's sheet means, written the way branches.csv wants it.

Nothing is decided here: what cannot be understood stays as it is, for the row's checks to name.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping

from scripts.directory.columns import BY_NAME
from scripts.directory.office.table import Value, shown
from scripts.directory.schema import Taxonomies, Term

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
#: Full-width letters and digits become half-width; full-width punctuation is right in Chinese.
_WIDE = {
    sign: sign - 0xFEE0
    for first, last in ("０９", "ＡＺ", "ａｚ")
    for sign in range(ord(first), ord(last) + 1)
}
_TEXT = _INVISIBLE | _WIDE
_YES = {"是", "有", "对", "√", "✓", "✔", "y", "yes", "true", "1"}
_NO = {"否", "无", "没有", "不", "×", "✗", "✘", "n", "no", "false", "0"}
_DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s+0{1,2}:00(?::00)?)?"
)
_COMPACT_DATE = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_DASHES = re.compile(r"\s*[\u2010-\u2015\u2212－—–-]+\s*")
_AREA_CODE = re.compile(r"\((0\d{2,3})\)\s*")
_EXTENSION = re.compile(r"\s*(?:转|ext\.?|extension)\s*(?=\d)", re.IGNORECASE)


def text(value: Value) -> str:
    """Without invisible signs and stray blanks."""
    return " ".join(shown(value).translate(_TEXT).split())


class Reader:
    """Cells of a site with these lists."""

    def __init__(self, taxonomies: Taxonomies) -> None:
        self._values = {name: _names(terms) for name, terms in taxonomies.items()}
        self._known: dict[tuple[str, str], str] = {}  # the same words stand in many rows

    def read(self, value: Value, name: str) -> str:
        """The text for the column `name` of branches.csv."""
        if value == "":
            return ""
        if not isinstance(value, str):
            return self._read(value, name)
        found = self._known.get((name, value))
        if found is None:
            found = self._known[name, value] = self._read(value, name)
        return found

    def _read(self, value: Value, name: str) -> str:
        column = BY_NAME[name]
        if column.kind == "term":
            return self._term(name, text(value))
        if column.kind == "terms":
            parts = re.split(r"[;；、,，\n]", shown(value))
            return ";".join(self._term(name, text(part)) for part in parts if text(part))
        if column.kind == "list":
            parts = re.split(r"[;；\n、]" if name.endswith("_zh") else r"[;；\n]", shown(value))
            return ";".join(text(part) for part in parts if text(part))
        kind = _KINDS.get(column.kind)
        return kind(value) if kind else text(value)

    def _term(self, name: str, words: str) -> str:
        known = self._values.get(name, {})
        for candidate in (words, *words.split(" / ")):
            if value := known.get(_plain(candidate)):
                return value
        return words


def is_lost_zero(phone: Value) -> bool:
    """A number cell cannot hold the 0 that an area code begins with."""
    if isinstance(phone, (str, bool)):
        return False
    digits = shown(phone)
    begins_without = digits.startswith(("400", "800", "1"))  # service numbers, mobiles
    return digits.isdigit() and 9 <= len(digits) <= 11 and not begins_without


def _names(terms: Mapping[str, Term]) -> dict[str, str]:
    return {
        _plain(words): term.value
        for term in terms.values()
        for words in (term.label.zh, term.label.en, term.value)
    }


def _plain(words: str) -> str:
    folded = unicodedata.normalize("NFKC", words).replace("’", "'").casefold()
    return re.sub(r"\s+", "", folded)


def _narrow(value: Value) -> str:
    return unicodedata.normalize("NFKC", text(value)).strip()


def _yes_no(value: Value) -> str:
    words = _narrow(value)
    halves = {half.strip().lower() for half in words.split("/")}
    return "yes" if halves <= _YES else "no" if halves <= _NO else words


def _date(value: Value) -> str:
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    words = _narrow(value)
    if match := _DATE.fullmatch(words) or _COMPACT_DATE.fullmatch(words):
        year, month, day = map(int, match.groups())
        return f"{year:04}-{month:02}-{day:02}"
    return words


def _year(value: Value) -> str:
    return _narrow(value).removesuffix("年").strip()


def _phone(value: Value) -> str:
    words = _AREA_CODE.sub(r"\1-", _DASHES.sub("-", _narrow(value)))
    return _EXTENSION.sub(" 转 ", words)


def _bare(value: Value) -> str:
    """Codes and addresses of mail, in which no blank can stand."""
    return _narrow(value).replace(" ", "")


_KINDS: dict[str, Callable[[Value], str]] = {
    "id": _bare,
    "yes_no": _yes_no,
    "date": _date,
    "year": _year,
    "phone": _phone,
    "email": _bare,
    "place": _bare,
}
