"""HTML cut into pieces that put together are the page again, to the character.

The rules are those of the HTML standard's tokens, as far as finished pages need them: quoted values
may hold ">", scripts and text areas hold no tags, a comment ends where it says. Nothing is mended.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["text", "open", "close", "raw", "other"]
Piece: TypeAlias = tuple[Kind, str, str]  # kind, lower-case name of the element, the piece itself

#: What stands in these is no markup; of these alone a title may hold character references.
_RAW_NAMES = "script style textarea title xmp iframe noembed noframes"
_RAW: Final = frozenset(_RAW_NAMES.split())
_VOID_NAMES = "area base br col embed hr img input link meta source track wbr"
#: They have no content and so no end.
VOID: Final = frozenset(_VOID_NAMES.split())

_VALUE = r"""(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)"""
_TAG = re.compile(
    rf"""<!--(?:-?>|.*?(?:--!?>|\Z))
    |<(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*+)
      (?:[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+{_VALUE}?)?)*+>
    |<[!?/][^>]*>?""",
    re.DOTALL | re.VERBOSE,
)
_ATTRIBUTE = re.compile(
    rf"(?P<name>[^\s/>][^\s/>=]*+)(?P<between>\s*+=\s*+)(?P<value>{_VALUE})", re.DOTALL
)
_NAME = re.compile(r"</?[a-zA-Z][^\s/>]*+")
_REFERENCE = re.compile(r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);")


def pieces(page: str) -> Iterator[Piece]:
    """In order; a "raw" piece is what an element of scripts, styles and the like holds."""
    position, length = 0, len(page)
    while position < length:
        tag = _TAG.search(page, position)
        if tag is None:
            yield "text", "", page[position:]
            return
        if tag.start() > position:
            yield "text", "", page[position : tag.start()]
        position, name = tag.end(), (tag["name"] or "").lower()
        if not name:
            yield "other", "", tag[0]
        elif tag["end"]:
            yield "close", name, tag[0]
        else:
            yield "open", name, tag[0]
            if name in _RAW:
                end = _end_of(name).search(page, position)
                stop = end.start() if end else length
                if stop > position:
                    yield "raw", name, page[position:stop]
                position = stop


_ENDS = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in _RAW}


def _end_of(name: str) -> re.Pattern[str]:
    return _ENDS[name]


def attributes(tag: str) -> dict[str, str]:
    """Names in lower case → values as a reader of the page sees them; of two alike the first."""
    found: dict[str, str] = {}
    for one in _ATTRIBUTE.finditer(tag, _begin(tag)):
        found.setdefault(one["name"].lower(), _plain(one["value"]))
    return found


def with_attributes(tag: str, change: Callable[[str, str], str]) -> str:
    """The tag with each value that `change` (name, value) gives otherwise; all else as it stood."""

    def one(found: re.Match[str]) -> str:
        value = _plain(found["value"])
        changed = change(found["name"].lower(), value)
        if changed == value:
            return found[0]
        return f'{found["name"]}{found["between"]}"{html.escape(changed)}"'

    begin = _begin(tag)
    return tag[:begin] + _ATTRIBUTE.sub(one, tag[begin:])


def _begin(tag: str) -> int:
    name = _NAME.match(tag)
    return name.end() if name else 0


def _plain(value: str) -> str:
    if value[:1] in "\"'":
        value = value[1:-1]
    return html.unescape(value) if "&" in value else value


def spelt_out(text: str) -> str:
    """With each character of another alphabet itself instead of a reference: 中 for &#20013;."""
    if "&" not in text:
        return text

    def one(found: re.Match[str]) -> str:
        plain = html.unescape(found[0])
        return plain if plain != found[0] and min(plain) > "\x7f" else found[0]

    return _REFERENCE.sub(one, text)
