"""Numbers that must not be in a public directory: identity cards, bank cards, personal mobiles."""

from __future__ import annotations

import re
import unicodedata

_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s\-\u2010-\u2015.·]+(?=[\dXx])")
_ID_CARD = re.compile(
    r"(?<!\d)[1-8]\d{5}(?:(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
    r"|\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})(?!\d)"
)
_LONG_NUMBER = re.compile(r"(?<!\d)\d{13,19}(?!\d)")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86|0086|0)?1[3-9]\d{9}(?!\d)")
_SUSPICIOUS = re.compile(r"(?:\d[\s\-\u2010-\u2015.·]*){11}")


def private_number(text: str) -> str | None:
    """The code of the fault ("id_like", "bank_like", "personal_mobile"), or None."""
    folded = unicodedata.normalize("NFKC", text)
    if not _SUSPICIOUS.search(folded):
        return None
    joined = _BETWEEN_DIGITS.sub("", folded)
    if _ID_CARD.search(joined):
        return "id_like"
    if _MOBILE.search(joined):
        return "personal_mobile"
    if _LONG_NUMBER.search(joined):
        return "bank_like"
    return None
