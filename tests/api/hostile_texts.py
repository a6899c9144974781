"""Texts that cost a naive pattern or folding seconds, as long as a body may be."""

from __future__ import annotations

from functools import cache
from typing import Final

LENGTH: Final = 64 * 1024

_PIECES: Final = {
    "one letter": "a",
    "one digit": "1",
    "digits one by one": "3 ",
    "a year and blanks": " ",
    "line ends": "\r\n",
    "tabs": "\t",
    "no-break blanks": "\u00a0",
    "marks out of order": "\u0301\u0316",
    "enclosing marks": "1\u20e3",
    "what NFKC makes longer": "\ufdfa",
    "nothing to see": "\u200b",
    "joiners": "\u200d\u200c",
    "directions": "\u202e\u2066",
    "opening brackets": "(",
    "brackets": "()[]（）",
    "signs at": "@",
    "a chain of addresses": "a@b.",
    "dots": ".",
    "labels": "b.",
    "one long label": "ü",
    "plus signs": "+",
    "numbers abroad": "+1(",
    "mobile numbers": "13800138000 ",
    "mobile numbers in pieces": "1/3/8/",
    "cards": "6222 0212 ",
    "birth dates": "110101199003",
    "numerals": "一、",
    "letters for digits": "O1l",
    "an X after each digit": "1x",
    "years and months": "年1月",
    "days": "2025-3-1 ",
    "dashes": "-–—",
    "outside the first plane": "\U00020000",
    "not assigned": "\U0003fffd",
    "emoji": "👩\u200d🌾",
    "half a pair": "\ud800",
    "links": "http://www.",
    "accounts": "微信号",
    "names": "我叫",
    "surnames": "王",
    "passports": "护照E",
    "underscores": "a_1",
    "capitals": "TY-7QK4",
    "access codes": "wq3f ",
    "streets": "路1号",
}
_BEFORE: Final = {"a year and blanks": "2020", "one long label": "a@", "labels": "a@"}


@cache
def texts(length: int = LENGTH) -> dict[str, str]:
    """By name; the same one a little damaged at its end, where patterns give up."""
    found = {}
    for name, piece in _PIECES.items():
        text = _BEFORE.get(name, "") + piece * (length // len(piece) + 1)
        found[name] = text[: length - 1] + "\u0378"
    mixed = "".join(_PIECES.values())
    found["some of all"] = (mixed * (length // len(mixed) + 1))[:length]
    return found
