"""An article's HTML cut into texts and tags, and which of the texts may be given links."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TAG = re.compile(r"(<!--.*?-->|<[^>]*>)", re.DOTALL)
_NAME_OF_TAG = re.compile(r"</?\s*([a-zA-Z0-9-]+)")
_VOID = re.compile("area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr")
#: Within these nothing is linked: what is a link or a control already, names a part, or is code.
_CLOSED = re.compile(
    "a|button|code|dt|figcaption|form|h[1-6]|kbd|label|legend|nav|option|pre|samp|script|select"
    "|style|summary|svg|textarea|th|thead|title"
)
_EMBED = re.compile(r"\s*\[\[")


def cut(article: str) -> list[str]:
    """Texts and tags by turns, beginning with a text; joined they are the article again."""
    return _TAG.split(article)


def open_to_links(pieces: list[str], closed_classes: re.Pattern[str]) -> Iterator[int]:
    """Positions of the texts that may hold links. `closed_classes` is searched in whole tags."""
    inside: list[bool] = []  # of each open element: is it closed to links?
    closed = 0
    for position, piece in enumerate(pieces):
        if position % 2 == 0:
            if piece and not closed and not _EMBED.match(piece):
                yield position
            continue
        named = _NAME_OF_TAG.match(piece)
        name = named[1].lower() if named else ""
        if not name or _VOID.fullmatch(name) or piece.endswith("/>"):
            continue
        if piece.startswith("</"):
            if inside:
                closed -= inside.pop()
        else:
            shut = bool(_CLOSED.fullmatch(name) or closed_classes.search(piece))
            inside.append(shut)
            closed += shut
