"""One folding of a text under which every spelling of a number is the same: its skeleton.

Only for looking: what is kept is what was typed. As the skeletons of UTS #39 (confusables), with
digits in mind: digits of all scripts, in circles and on keycaps, Chinese numerals in runs, letters
written for digits, and none of the marks that nobody sees.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

#: What may stand between two digits of one number: one to five signs or spaces, or 年, 月, 日.
JOINT: Final = r"(?:[^\w]|[_年月日号號])"
#: Written for the X at the end of an identity number.
CHECK_SIGNS: Final = "xX×✕✖⨯╳хХχΧ乂"

_NUMERALS: Final = {
    numeral: str(value)
    for value, numerals in enumerate(
        (
            "〇零○◯",
            "一壹弌幺",
            "二贰貳弍两兩",
            "三叁參叄弎",
            "四肆",
            "五伍",
            "六陆陸",
            "七柒",
            "八捌",
            "九玖",
        )
    )
    for numeral in numerals
} | {chr(0x3020 + value): str(value) for value in range(1, 10)}  # Suzhou numerals
_IN_WORDS: Final = "".join(_NUMERALS)
# Six and more numerals that follow one another are read out digit by digit; fewer are a word.
_READ_OUT = re.compile(rf"[0-9{_IN_WORDS}](?:{JOINT}{{0,5}}[0-9{_IN_WORDS}]){{5,}}")
_WRITTEN_O = "OoОоΟο"
_WRITTEN_I = "lIiІі"
_LETTERS_FOR_DIGITS = re.compile(rf"(?<![A-Za-zА-яΑ-ω])[0-9{_WRITTEN_O}{_WRITTEN_I}]{{6,}}")
_AS_DIGITS: Final = str.maketrans(
    _WRITTEN_O + _WRITTEN_I, "0" * len(_WRITTEN_O) + "1" * len(_WRITTEN_I)
)
# Characters that show nothing although Unicode calls them letters or symbols.
_BLANKS: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800\U0001d159")
_UNSEEN: Final = frozenset({"Cf", "Mn", "Me", "Co", "Cs"})


def skeleton(text: str) -> str:
    """For texts of bounded length; one pass a step."""
    plain = "".join(map(_plain, text))
    return _LETTERS_FOR_DIGITS.sub(_digits_for_letters, _READ_OUT.sub(_numerals, plain))


@lru_cache(maxsize=16384)
def _plain(character: str) -> str:
    if "\x20" <= character < "\x7f":
        return character
    if character in _BLANKS or _is_ignorable(ord(character)):
        return ""
    category = unicodedata.category(character)
    if category in _UNSEEN:
        return ""
    if category == "Cn":  # a letter that this Python does not know yet
        return "口"
    if category == "Cc":
        return " "
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    folded = unicodedata.normalize("NFKC", character)
    return folded if folded == character else "".join(map(_plain, folded))


def _is_ignorable(code: int) -> bool:
    """Default_Ignorable_Code_Point where nothing is assigned: no table of Python's has it."""
    return code == 0x2065 or 0xFFF0 <= code <= 0xFFF8 or 0xE0000 <= code <= 0xE0FFF


def _numerals(found: re.Match[str]) -> str:
    return "".join(_NUMERALS.get(one, one) for one in found[0])


def _digits_for_letters(found: re.Match[str]) -> str:
    """Of a word a third of which is digits: 11O1O1 is a number, LOLIOI is none."""
    word = found[0]
    few = 3 * sum(one.isdecimal() for one in word) < len(word)
    return word if few else word.translate(_AS_DIGITS)
