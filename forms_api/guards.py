"""What every typed text goes through: cleaning, folding, and the numbers we refuse to hold."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, pairwise
from operator import mul
from typing import Final, Literal

from forms_api import clock
from forms_api.skeleton import CHECK_SIGNS, JOINT, skeleton

Refusal = Literal["id-number", "bank-number"]

# What no answer keeps: control characters (but line ends and tabs), the 66 code points that will
# never be characters, halves of surrogate pairs, and what turns or hides text without being seen.
# Never "what this Python does not know": its Unicode is older than people's names.
_CONTROL = {*range(0x20), *range(0x7F, 0xA0)} - {ord("\n"), ord("\t")}
_NONCHARACTERS = {
    *range(0xFDD0, 0xFDF0),
    *(plane + last for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)),
}
_SURROGATES = range(0xD800, 0xE000)
_DIRECTION = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
_ZERO_WIDTH = {0x00AD, 0x200B, 0x2060, 0xFEFF}  # not U+200C and U+200D: scripts and emoji use them
_DROPPED = dict.fromkeys((*_CONTROL, *_NONCHARACTERS, *_SURROGATES, *_DIRECTION, *_ZERO_WIDTH))
_PROVINCES: Final = frozenset(
    map(str, (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55),
              *range(61, 66), 71, 81, 82, 83))
)  # fmt: skip
_WEIGHTS: Final = tuple(2**place % 11 for place in range(17, 0, -1))
_RUN = re.compile(
    rf"(?P<digits>[0-9](?:{JOINT}{{0,5}}[0-9])*)(?:{JOINT}{{0,5}}(?P<sign>[{CHECK_SIGNS}]))?"
)
_PARTS = re.compile(rf"([0-9]+)({JOINT}*)")
#: First digits from and to, and lengths: UnionPay, Visa, Mastercard, JCB, American Express, Diners,
#: and the older cards of ICBC and ABC. Others only beside a word for a card.
_CARDS: Final = (
    ("62", "62", (16, 17, 18, 19)),
    ("4", "4", (16,)),
    ("51", "55", (16,)),
    ("2221", "2720", (16,)),
    ("3528", "3589", (16,)),
    ("34", "34", (15,)),
    ("37", "37", (15,)),
    ("36", "36", (14,)),
    ("9558", "9559", (19,)),
)
_CARD_GROUPS: Final = {
    *((6, rest) for rest in (10, 12, 13)),
    *((6, 4, 4, rest) for rest in (2, 3, 4, 5)),
    *((4, 4, 4, rest) for rest in (5, 6, 7)),
    *((4, 6, 5), (4, 6, 4), (6, 4, 4, 4, 1), (6, 6, 7), (6, 6, 4)),
}
_CARD_JOINT = re.compile(r"[^\w、，,;；/。\n年月日]{0,3}|\s{1,5}|_|\n")
_CARD_WORDS = re.compile(r"卡|[账帐賬帳][号號户戶]|银行|銀行|card|account", re.IGNORECASE)
_OTHER_NUMBERS = re.compile(
    r"订单|訂單|单号|單號|运单|快递|快遞|流水|发票|合同|案号|编号|編號|代码|代碼|order|tracking|invoice",
    re.IGNORECASE,
)
_AMOUNT_WORDS = re.compile(
    r"工[资钱資錢]|[应應实實][发發]|欠|薪|元|[发發]了|wage|salar|paid|pay", re.IGNORECASE
)
_MOBILE = re.compile(r"1[3-9][0-9]{9}")


def clean(text: str) -> str:
    """As typed, without control and invisible characters; line ends are \\n; outer space gone.

    One pass, so that a text of any length may be cleaned before its length is looked at.
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_DROPPED).strip()


def fold(text: str) -> str:
    """Full-width digits and letters as plain ones (NFKC)."""
    return unicodedata.normalize("NFKC", text)


def refused_number(text: str) -> Refusal | None:
    """Whether a text holds an identity or a bank card number, however it is written (skeleton.py).

    An identity number has a province, a birth date that is possible and the right check digit, and
    may then be glued to other digits; with a wrong check digit it must stand alone, 18 digits or
    the 15 of before 1999. A bank card number has a bank's first digits, Luhn's sum and the groups
    in which cards are written. Nothing is refused for its length.
    """
    for run in number_runs(text):
        if len(run.digits) < 14:
            continue
        if _holds_identity(run):
            return "id-number"
        if _holds_card(run):
            return "bank-number"
    return None


@dataclass(frozen=True, slots=True)
class Run:
    """Digits that may be one number: `starts` are where its groups begin, `joints` what stands
    between them; `before` are some characters in front of it, `signed` that an X follows.
    """

    digits: str
    starts: tuple[int, ...]
    joints: tuple[str, ...]
    before: str
    signed: bool

    @property
    def groups(self) -> list[str]:
        ends = (*self.starts[1:], len(self.digits))
        return [self.digits[start:end] for start, end in zip(self.starts, ends, strict=True)]


def number_runs(text: str) -> Iterator[Run]:
    folded = skeleton(text)
    for found in _RUN.finditer(folded):
        parts = _PARTS.findall(found["digits"])
        groups = _padded([digits for digits, _ in parts], [joint for _, joint in parts])
        starts = tuple(accumulate(map(len, groups[:-1]), initial=0))
        yield Run(
            "".join(groups),
            starts,
            tuple(joint for _, joint in parts[:-1]),
            folded[max(0, found.start() - 12) : found.start()],
            found["sign"] is not None,
        )


def _padded(groups: list[str], joints: list[str]) -> list[str]:
    """1990年3月7日 and 1990-3-7 as 1990, 03, 07."""
    for place in range(2, len(groups)):
        year, month, day = groups[place - 2 : place + 1]
        if len(year) == 4 and len(month) <= 2 and len(day) <= 2:
            groups[place - 1 : place + 1] = month.zfill(2), day.zfill(2)
    return groups


def _holds_identity(run: Run) -> bool:
    digits, edges = run.digits, {*run.starts, len(run.digits)}
    labelled = _OTHER_NUMBERS.search(run.before) is not None
    for start in range(len(digits) - 16):
        born = digits[start + 6 : start + 14]
        if digits[start : start + 2] not in _PROVINCES or not _is_birth(born):
            continue
        end, check = start + 18, digits[start + 17 : start + 18]
        if run.signed and start + 17 == len(digits):
            end, check = start + 17, "X"
        if not check:
            continue
        inside = [edge - start for edge in run.starts if start < edge < end]
        aligned = start in edges and end in edges
        usual = {*inside} <= {6, 10, 12, 14} or _are_even(inside)
        if (not inside or (aligned and (usual or len(inside) < 3))) and (
            check == _check_sign(digits[start : start + 17])
        ):
            return True
        if aligned and usual and not labelled and "1920" <= born[:4] <= "2012":
            return True
    return not labelled and (
        any(_is_old_identity(group) for group in run.groups if len(group) == 15)
        or ([len(group) for group in run.groups] == [6, 6, 3] and _is_old_identity(digits))
    )


def _are_even(edges: list[int]) -> bool:
    """Groups of one size, up to six digits."""
    sizes = {after - before for before, after in pairwise([0, *edges])}
    return len(sizes) == 1 and sizes <= {1, 2, 3, 4, 5, 6}


def _is_old_identity(digits: str) -> bool:
    return digits[:2] in _PROVINCES and digits[6:8] >= "20" and _is_date("19" + digits[6:12])


def _is_birth(digits: str) -> bool:
    """A day on which somebody was born who has a card; what is newer is the day of an event."""
    if not "1900" <= digits[:4] <= "2099" or not "01" <= digits[4:6] <= "12":
        return False
    return _is_date(digits) and int(digits[:4]) < clock.today().year - 1


def _is_date(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return True


def _check_sign(digits: str) -> str:
    """The eighteenth sign of an identity number (GB 11643, ISO 7064 MOD 11-2)."""
    return "10X98765432"[sum(map(mul, map(int, digits), _WEIGHTS)) % 11]


def _holds_card(run: Run) -> bool:
    called = bool(_CARD_WORDS.search(run.before))
    if _OTHER_NUMBERS.search(run.before) and not called:
        return False
    groups = run.groups
    for first, start in enumerate(run.starts):
        # A part of a longer row of such groups: twelve months' wages, not a card.
        size = len(groups[first])
        if first and len(groups[first - 1]) == size and not (called and size >= 4):
            continue
        digits = ""
        for last in range(first, min(first + 19, len(groups))):
            if last > first and not (called or _CARD_JOINT.fullmatch(run.joints[last - 1])):
                break
            digits = run.digits[start : run.starts[last] + len(groups[last])]
            if len(digits) > 19:
                break
            if (
                len(digits) >= 14
                and _is_card(digits, called)
                and _is_written_as_card(groups, first, last, called, run.before)
            ):
                return True
        if _is_card_beside_mobile(groups[first], called):
            return True
    return False


def _is_card(digits: str, called: bool) -> bool:
    """A number that a bank gives out: first digits and length, and Luhn's sum."""
    known = any(
        len(digits) in lengths and first <= digits[: len(first)] <= last
        for first, last, lengths in _CARDS
    )
    by_name = called and len(digits) >= 16 and digits[0] in "34569"
    return (known or by_name) and _luhn(digits)


def _is_card_beside_mobile(group: str, called: bool) -> bool:
    if not 27 <= len(group) <= 30:
        return False
    return (_MOBILE.fullmatch(group[-11:]) is not None and _is_card(group[:-11], called)) or (
        _MOBILE.fullmatch(group[:11]) is not None and _is_card(group[11:], called)
    )


def _is_written_as_card(
    groups: list[str], first: int, last: int, called: bool, before: str
) -> bool:
    """In the groups of a card, which are not those of amounts, dates or telephone numbers."""
    sizes = tuple(map(len, groups[first : last + 1]))
    if len(sizes) == 1 or sizes in _CARD_GROUPS:
        return True
    size = sizes[0]
    if size > 6 or {*sizes[:-1]} != {size} or sizes[-1] > size:
        return False
    if sizes[-1] == size and last + 1 < len(groups) and len(groups[last + 1]) == size:
        return called
    if not called and _AMOUNT_WORDS.search(before):
        return False
    amounts = sorted(map(int, groups[first : last + 1]))
    alike = len({*sizes}) == 1 and size >= 3 and amounts[-1] * 4 < amounts[0] * 5
    return called or not (alike or all(one.endswith("0") for one in groups[first : last + 1]))


def _luhn(number: str) -> bool:
    total = 0
    for position, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
