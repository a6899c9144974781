"""What every typed text goes through: cleaning, folding, and the numbers we refuse to hold."""

import re
import unicodedata
from datetime import date
from typing import Literal

Refusal = Literal["id-number", "bank-number"]

# Zero-width characters and direction marks: invisible, able to hide or turn text.
# U+200D stays, since emoji are joined with it.
_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x200B, 0x200C, 0x200E, 0x200F, 0x2060, 0xFEFF,
     *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)  # fmt: skip
_JOINTS = r"[\s\-_.·•,/‐‑‒–—―−、，。]"
_RUN = re.compile(rf"\d(?:{_JOINTS}{{0,2}}[\dX])*")
_SPLIT = re.compile(rf"{_JOINTS}+")
_PROVINCES = {11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46,
              50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83}  # fmt: skip


def clean(text: str) -> str:
    """As typed, without control and invisible characters; line ends are \\n; outer space gone."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_INVISIBLE)
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs", "Cn"})
    return "".join(kept).strip()


def fold(text: str) -> str:
    """Full-width digits and letters as plain ones (NFKC)."""
    return unicodedata.normalize("NFKC", text)


def refused_number(text: str) -> Refusal | None:
    """Whether a text holds what looks like an identity or a bank card number.

    Digits may be full-width, spaced or dashed. 18 digits in one piece are always taken for an
    identity number; in pieces, or 15 digits, the birth date inside must be possible. 16 to 19
    digits are a bank card when the Luhn sum fits.
    """
    for run in _RUN.findall(fold(text).upper().replace("\u200d", "")):
        groups = _SPLIT.split(run)
        for start in range(len(groups)):
            for end in range(start + 1, len(groups) + 1):
                chosen = groups[start:end]
                number = "".join(chosen)
                if len(number) > 19:
                    break
                if _is_identity(number, in_one_piece=len(chosen) == 1):
                    return "id-number"
                if _is_bank_card(number, chosen):
                    return "bank-number"
    return None


def _is_identity(number: str, *, in_one_piece: bool) -> bool:
    if re.fullmatch(r"\d{17}[\dX]", number):
        born = _is_date(number[6:10], number[10:12], number[12:14])
        return in_one_piece or (born and int(number[:2]) in _PROVINCES)
    if re.fullmatch(r"\d{15}", number):
        born = _is_date("19" + number[6:8], number[8:10], number[10:12])
        return born and int(number[:2]) in _PROVINCES
    return False


def _is_date(year: str, month: str, day: str) -> bool:
    try:
        return 1900 <= date(int(year), int(month), int(day)).year <= 2099
    except ValueError:
        return False


def _is_bank_card(number: str, groups: list[str]) -> bool:
    if not re.fullmatch(r"[34569]\d{15,18}", number):
        return False
    # Cards are written in short equal groups (6222 0212 …): two dates or phones in a row are not.
    if len(groups) > 1 and (len(groups[0]) > 6 or len({len(g) for g in groups[:-1]}) > 1):
        return False
    return _luhn(number)


def _luhn(number: str) -> bool:
    total = 0
    for position, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
