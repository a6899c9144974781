"""Lead the first use of a term on a page to the glossary, in the finished HTML of its article.

Names are found inside unspaced Chinese, so a list of plain words (docs/data/plain_words.tsv) holds
what is never linked: words that every reader knows, and longer words that merely contain a term.
"""

from __future__ import annotations

import csv
import html
import re
import string
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts import source_text
from scripts.content import running_text
from scripts.content.glossary import Term

PLAIN = "docs/data/plain_words.tsv"
#: So that the text stays calm: no more links than this on a page, the most specific terms first.
MOST = 8
_CLOSED_CLASSES = re.compile(
    r"""\bclass=["'][^"']*\bjq-(phones|next|when|rules|button|reach|sources)\b"""
)
#: Makes texts comparable without changing their length.
_FOLD = {ord(c): ord(c.lower()) for c in string.ascii_uppercase} | {ord("’"): "'", ord("\n"): " "}
_AFTER_HEAD = re.compile(r"(.*?)(?:( (?:of|for|in|from|living|away|out|within|by|to|on) )(.*))?$")


@dataclass(frozen=True)
class _Use:
    piece: int  # which text between two tags
    start: int
    end: int
    term: Term


def load_plain_words(root: Path, lang: str) -> list[str]:
    """Words of one language that stay unlinked; the file says why of each."""
    text = source_text.read(root / PLAIN)
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [row["word"] for row in rows if row["lang"] == lang]


def linker(
    terms: Iterable[Term], plain: Iterable[str], lang: str, page: str
) -> Callable[[str], str]:
    """A function from an article's HTML to the same with its links to `page`, the glossary's
    address. It compiles one expression: make it once a language."""
    owners: dict[str, Term | None] = {
        form: term
        for term in terms
        for name in _linkable(term, lang)
        for form in _forms(name.translate(_FOLD), lang)
    }
    owners |= {form: None for word in plain for form in _forms(word.translate(_FOLD), lang)}
    pattern = _any_of(owners)

    def link(article: str) -> str:
        pieces = running_text.cut(article)
        uses = list(_first_uses(pieces, pattern, owners))
        chosen = sorted(uses, key=lambda use: (use.start - use.end, use.piece, use.start))[:MOST]
        for use in sorted(chosen, key=lambda use: (use.piece, use.start), reverse=True):
            text = pieces[use.piece]
            pieces[use.piece] = (
                f'{text[: use.start]}<a class="jq-term" href="{html.escape(page)}#'
                f'{use.term.anchor}">{text[use.start : use.end]}</a>{text[use.end :]}'
            )
        return "".join(pieces)

    return link


def _linkable(term: Term, lang: str) -> Iterator[str]:
    """Its own name always; of the others only those that can hardly mean something else."""
    code = "zh-Hans" if lang == "zh" else "en"
    yield term.name(code)
    for name in term.others(code):
        if len(name) > 2 if lang == "zh" else " " in name:
            yield name


def _forms(name: str, lang: str) -> Iterator[str]:
    """A folded name as it may stand in a text: in English with its nouns in the plural too."""
    yield name
    if lang == "en":
        head, preposition, rest = _AFTER_HEAD.match(name).groups("")  # type: ignore[union-attr]
        yield f"{_plural(head)}{preposition}{rest}"
        if rest:
            yield _plural(name)


def _plural(noun: str) -> str:
    if noun.endswith(("s", "x", "ch", "sh")):
        return f"{noun}es"
    return f"{noun[:-1]}ies" if re.search(r"[^aeiou]y$", noun) else f"{noun}s"


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    """The longest name at a place; Latin letters are never cut out of a longer word."""
    latin: list[str] = []
    han: list[str] = []
    for name in sorted(names, key=lambda name: (-len(name), name)):
        (latin if name[0].isascii() else han).append(re.escape(name))
    kinds = [f"(?<![a-z0-9])(?:{'|'.join(latin)})(?![a-z0-9])"] if latin else []
    return re.compile("|".join(kinds + han) or r"(?!)")


def _first_uses(
    pieces: list[str], pattern: re.Pattern[str], owners: dict[str, Term | None]
) -> Iterator[_Use]:
    """The first use of each term in running text. Where two names overlap the longer has it."""
    seen: set[str] = set()
    for piece in running_text.open_to_links(pieces, _CLOSED_CLASSES):
        for match in pattern.finditer(pieces[piece].translate(_FOLD)):
            term = owners[match[0]]
            if term is not None and term.slug not in seen:
                seen.add(term.slug)
                yield _Use(piece, match.start(), match.end(), term)
