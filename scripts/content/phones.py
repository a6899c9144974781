"""Public telephone numbers in running text become links that a phone can call."""

from __future__ import annotations

import re

from scripts.content import running_text

#: The lines that pages speak of; three digits are links only where the words say so.
LINES = ("12371", "12345", "12333", "12348", "12380", "12388")
EMERGENCY = ("110", "119", "120")

_CLOSED_CLASSES = re.compile(r"""\bclass=["'][^"']*\bjq-(when|rules|button|reach|sources)\b""")
#: Not within a longer number, a date, an amount, a range, an address or a Latin word.
_BEFORE = r"(?<![\w.,:/¥$€£%+-])(?<![0-9][ –—−~～])"
_AFTER = r"(?![\w%‰])(?!\.\w)(?![,:/–—−~～-][0-9])"
#: After a number of three digits these make it a count: 120 人, 110 people, 119 %.
_COUNTED = (
    r"(?! ?[多余几]?[个名人家户元万亿条次年月日天周岁公米吨斤%号页项处种位])"
    r"(?! (?:people|members|branches|households|yuan|days|times|years|places|per|km|million)\b)"
)
_NUMBER = re.compile(
    rf"{_BEFORE}(?:{'|'.join(LINES)}){_AFTER}|{_BEFORE}(?:{'|'.join(EMERGENCY)}){_AFTER}{_COUNTED}",
    re.ASCII,
)


def link(article: str) -> str:
    """An article's HTML with `tel:` links; headings, links, code and controls stay as they are."""
    pieces = running_text.cut(article)
    for position in running_text.open_to_links(pieces, _CLOSED_CLASSES):
        pieces[position] = _NUMBER.sub(r'<a href="tel:\g<0>">\g<0></a>', pieces[position])
    return "".join(pieces)
