"""What a reader can see of a page's source, and whatever in it hides something from them.

Pages are plain Markdown: the only tag is `<fact …>`, the only attribute a heading's anchor. All
other HTML can hide words (comments, `hidden`, styles), so none is allowed and none is counted.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from scripts.content.pages import SourcePage
from scripts.problems import Problem

#: Characters without a shape: soft hyphen, zero-width blanks and joiners, marks of direction.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
_CODE = re.compile(r"`[^`]*`")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HIDING = r"""(?:\bhidden\b|aria-hidden|\bstyle\s*=|\bclass\s*=)"""
_HIDDEN = re.compile(
    rf"<(?P<tag>[a-z][\w-]*)\b[^>]*{_HIDING}[^>]*>.*?(?:</(?P=tag)>|\Z)"
    r"|<(?P<mute>script|style|template|noscript|title|datalist|select|textarea)\b.*?"
    r"(?:</(?P=mute)>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(r"<(?!/?fact\b)[/!?]?[A-Za-z!-][^>]*>?")
_ATTRIBUTES = re.compile(
    r"\{:?\s*(?![#\w-]+\})[^{}]*[=.#:\s][^{}]*\}|\{:[^{}]*\}|(?<=[*_`)\]])\{\w+\}"
)
_REFERENCE = re.compile(r"^ {0,3}\[[^\]]+\]:\s*\S")


def of(text: str) -> str:
    """Blank out what no reader sees: comments, and elements that are hidden or say nothing."""
    for pattern in (_COMMENT, _HIDDEN):
        text = pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    return text


def lines(page: SourcePage) -> Iterator[tuple[int, str]]:
    """`page.lines()` with only what a reader sees of each."""
    shown = of(page.body).splitlines()
    for number, _ in page.lines():
        yield number, _CODE.sub("", shown[number - page.body_line])


def check(page: SourcePage) -> Iterator[Problem]:
    """Everything that could hide words, named where it stands."""
    for number, line in page.lines():
        source = _CODE.sub("", line)
        for match in _TAG.finditer(source):
            message = f"{match[0]} is HTML: pages are plain Markdown, with <fact …> as the only tag"
            yield Problem(page.file, number, "html", message)
        for match in _ATTRIBUTES.finditer(source):
            message = f"{match[0]}: only headings carry an attribute, their {{#anchor}}"
            yield Problem(page.file, number, "html", message)
        if _REFERENCE.match(source):
            message = (
                "words that lead to no text: write the link where it is used, [words](page.md)"
            )
            yield Problem(page.file, number, "hidden-text", message)
        if unseen := INVISIBLE.search(html.unescape(line)):
            message = f"U+{ord(unseen[0]):04X} cannot be seen: delete it"
            yield Problem(page.file, number, "hidden-text", message)
