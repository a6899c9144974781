"""Chinese typography: full-width marks, a space between Han and Latin, by autocorrect's rules."""

from __future__ import annotations

import re
from collections.abc import Iterator

import autocorrect_py

from scripts.content.pages import SourcePage
from scripts.problems import Problem

#: What is markup and not words: code, links' targets, attribute lists, marks, blanks, embeds.
_MARKUP = re.compile(r"(?<=\])\([^)]*\)|\{#[^}]*\}|</?fact[^>]*>|<[^>]+>|\[\[[^\]]*\]\]|[*_#>\[\]]")
#: Code is judged as a Latin word, a blank of the identity as a Han one.
_CODE = re.compile(r"`[^`]*`")
_BLANK = re.compile(r"\{\w+\}")


def check(page: SourcePage) -> Iterator[Problem]:
    """Lines of a Chinese page that the rules would write otherwise."""
    if page.lang != "zh":
        return
    for key in ("title", "description"):
        yield from _line(page, page.line_of(key), str(page.meta.get(key, "")))
    for number, line in page.lines():
        words = _BLANK.sub("某", _CODE.sub("x", _MARKUP.sub("", line)))
        for cell in words.split("|"):
            yield from _line(page, number, cell)


def _line(page: SourcePage, number: int, words: str) -> Iterator[Problem]:
    words = words.strip()
    better = autocorrect_py.format(words)
    if better != words:
        yield Problem(page.file, number, "typography", f"write “{better}” instead of “{words}”")
