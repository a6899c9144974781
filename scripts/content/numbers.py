"""Numbers in Chinese and English text as values, so that 4, 四 and four are one number."""

from __future__ import annotations

import re

_DIGITS = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_UNITS = {"十": 10, "百": 100, "千": 1000}
_BIG = {"万": 10_000, "亿": 100_000_000}
_HAN_NUMBER = re.compile(r"[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?")
_WESTERN = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS: dict[str, float] = {word: value for value, word in enumerate(_ONES)}
_WORDS |= {word: 10 * value for value, word in enumerate(_TENS, 2)}
_WORDS |= {"once": 1, "first": 1, "twice": 2, "second": 2, "third": 3, "both": 2, "half": 0.5}
_WORD = re.compile(r"[A-Za-z]+")


def han_value(text: str) -> float:
    """`八千六百一十八` → 8618, `七点七` → 7.7, `二〇〇六` → 2006."""
    whole, _, part = text.partition("点")
    if not any(sign in _UNITS or sign in _BIG for sign in whole):
        value = float("".join(str(_DIGITS[sign]) for sign in whole) or 0)
    else:
        total, section, digit = 0, 0, 0
        for sign in whole:
            if sign in _DIGITS:
                digit = _DIGITS[sign]
            elif sign in _UNITS:
                section += (digit or 1) * _UNITS[sign]
                digit = 0
            else:
                total += (section + digit or 1) * _BIG[sign]
                section = digit = 0
        value = float(total + section + digit)
    return value + (float("0." + "".join(str(_DIGITS[sign]) for sign in part)) if part else 0.0)


def _english_words(text: str) -> set[float]:
    found: set[float] = set()
    words = [word.lower() for word in _WORD.findall(text)]
    position = 0
    while position < len(words):
        word = words[position]
        if word in _WORDS:
            value = float(_WORDS[word])
            following = words[position + 1] if position + 1 < len(words) else ""
            if word in _TENS and following in _ONES[1:10]:
                found.add(value + _WORDS[following])
                position += 1
            elif following in ("hundred", "thousand"):
                found.add(value * (100 if following == "hundred" else 1000))
                position += 1
            else:
                found.add(value)
        position += 1
    return found


def numbers_in(text: str) -> set[float]:
    """Every number that a reader would see: digits, Chinese numerals, English number words."""
    text = text.replace("百分之", "")  # 百分之七点七 is 7.7, as 7.7% is
    found = {float(match.replace(",", "")) for match in _WESTERN.findall(text)}
    for match in _WESTERN.finditer(text):
        following = text[match.end() :].lstrip()[:1]
        if following and following in _BIG:
            found.add(float(match[0].replace(",", "")) * _BIG[following])
    found |= {han_value(match[0]) for match in _HAN_NUMBER.finditer(text) if match[0] not in "万亿"}
    return found | _english_words(text)
