"""Numbers of passports, permits, military and Party papers: never needed, and asked about.

They have no checksum, so a text is not refused for one: the read-back asks whether it is meant.
A word for the paper and a number of its shape must stand together.
"""

import re
from collections.abc import Iterator
from typing import Final

from forms_api.skeleton import skeleton

_APART: Final = r"[^0-9A-Za-z]{0,12}(?:\b(?:no|number|is|number is|nr)\b[^0-9A-Za-z]{0,6})?"
_SHAPES: Final = {
    "passport": (
        r"护照|護照|passport",
        r"(?:[A-Za-z]{1,2}[ -]?[0-9]{7,8}|1[45][0-9]{7}|[0-9]{9})",
    ),
    "permit": (
        r"回乡证|回鄉證|台胞证|臺胞證|台胞證|通行证|通行證|居住证|居住證|来往内地|往来港澳|往来台湾"
        r"|香港身份证|香港身份證|澳门身份证|台湾身份证|永久居留|permit",
        r"(?:[A-Za-z]{1,3}[ -]?[0-9]{6,14}(?:\([0-9A]\))?|[0-9]{8}(?:[0-9]{2})?(?:\([0-9A-Z]\))?)",
    ),
    "military": (
        r"军官证|軍官證|士兵证|士兵證|军人证|军人保障卡|文职|警官证|武警|军字|士官证|military id",
        r"(?:字?第?[^0-9A-Za-z]{0,3})[0-9]{6,11}",
    ),
    "party": (
        r"党员编号|党员证|党员号|党籍|党费证|黨員編號|黨員證|党证"
        r"|member(?:ship)? (?:no|number|card)",
        r"[A-Za-z]{0,3}[0-9]{5,18}",
    ),
}
#: Shapes that are nothing else, without a word: an e-passport of China, a card of Hong Kong.
_ALONE: Final = {
    "passport": r"(?<![A-Za-z0-9])(?:E[0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|G[0-9]{8})(?![A-Za-z0-9])",
    "permit": r"(?<![A-Za-z0-9])(?:[A-Z]{1,2}[0-9]{6}\([0-9A]\)|[HM][0-9]{10})(?![A-Za-z0-9])",
}
_PATTERNS: Final = {
    name: re.compile(
        rf"(?:{words}){_APART}(?P<after>{shape})(?![0-9A-Za-z])"
        rf"|(?<![0-9A-Za-z])(?P<before>{shape})[^0-9A-Za-z]{{0,4}}(?:{words})"
        + (rf"|(?P<alone>(?-i:{_ALONE[name]}))" if name in _ALONE else ""),
        re.IGNORECASE,
    )
    for name, (words, shape) in _SHAPES.items()
}
QUESTIONS: Final = tuple(_SHAPES)


def questions(text: str) -> Iterator[str]:
    """Those of QUESTIONS that have to be asked."""
    plain = skeleton(text)
    for name, pattern in _PATTERNS.items():
        if pattern.search(plain):
            yield name
