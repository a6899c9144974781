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

#: Zero-width characters, direction marks and variation selectors, as copied from web pages, PDF and
#: telephone books: nobody sees them, and no check could say what is wrong.
_INVISIBLE = dict.fromkeys(
    [
        *map(ord, "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\ufeff"),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xFE00, 0xFE10),
    ]
)
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
_EXTENSION = re.compile(r"\s*(?:转|分机号?|内线|ext\.?|extension|[#*×])[\s:]*(?=\d)", re.IGNORECASE)
#: 0755-88886666-801: what stands behind a whole number of seven or eight digits.
_BEHIND = re.compile(r"(0\d{2,3}-?\d{7,8})-(\d{1,6})")
_LABEL = re.compile(
    r"^(?:电话|座机|固话|办公电话|联系电话|tel|phone)[\s:：.]*|^['’‘]", re.IGNORECASE
)
_COUNTRY = re.compile(r"^(?:\+|00)\s*86[\s-]*(?:\(0\))?")


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
    """010-8555 1234, with an extension behind 转; +86 and 0086 give way to the 0 in front."""
    words = _AREA_CODE.sub(r"\1-", _DASHES.sub("-", _LABEL.sub("", _narrow(value))))
    if (national := _COUNTRY.sub("", words)) != words:
        words = national if national.startswith(_WITHOUT_ZERO) else f"0{national.lstrip('0')}"
    words = _EXTENSION.sub(" 转 ", words)
    return _BEHIND.sub(r"\1 转 \2", words) if _BEHIND.fullmatch(words) else words


def _bare(value: Value) -> str:
    """Codes and addresses of mail, in which no blank can stand."""
    return _narrow(value).replace(" ", "")


#: Mobiles and service numbers have no area code.
_WITHOUT_ZERO = ("13", "14", "15", "16", "17", "18", "19", "400", "800", "95", "12")

_KINDS: dict[str, Callable[[Value], str]] = {
    "id": _bare,
    "yes_no": _yes_no,
    "date": _date,
    "year": _year,
    "phone": _phone,
    "email": _bare,
    "place": _bare,
}
