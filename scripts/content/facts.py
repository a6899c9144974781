"""Fact marks: `<fact S4-C16>words</fact>` says where a page carries a fact of the essays.

Source: docs/data/facts.tsv, one row a fact, with the page that owns it.
"""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts import source_text
from scripts.content import visible
from scripts.content.numbers import numbers_in
from scripts.content.pages import SourcePage
from scripts.problems import Problem

MARK = re.compile(r"<fact\s+([^>]*?)\s*>(.*?)</fact>")
_LOOSE = re.compile(r"</?fact\b")
_ID = re.compile(r"^S\d-[A-Z]+\d+$")
_MARKUP = re.compile(r"!\[[^\]]*\]\([^)]*\)|<[^>]+>|\[([^\]]*)\]\([^)]*\)|[*_`]")
#: Words of a gist that look like a number but state none ("one-stop", "first").
_WORDS_ONLY = frozenset({0.0, 1.0})


@dataclass(frozen=True)
class Fact:
    id: str
    seed: int
    section: str
    gist: dict[str, str]
    page: str

    def numbers(self, lang: str) -> set[float]:
        """The numbers its gist states in that language; 0 and 1 are taken as plain words."""
        return numbers_in(self.gist[lang]) - _WORDS_ONLY


def load_facts(root: Path) -> dict[str, Fact]:
    path = root / "docs/data/facts.tsv"
    text = source_text.read(path)
    with source_text.understood(path):
        return {
            row["id"]: Fact(
                id=row["id"],
                seed=int(row["seed"]),
                section=row["section"],
                gist={"zh": row["gist_zh"], "en": row["gist_en"]},
                page=row["page_slug"],
            )
            for row in csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
        }


@dataclass(frozen=True)
class Mark:
    line: int
    ids: tuple[str, ...]
    text: str


def marks_in(page: SourcePage) -> list[Mark]:
    """The marks that a reader meets, in order; `text` is what there is to see of them."""
    return [
        Mark(line, tuple(ids.split()), _seen(words))
        for line, source in visible.lines(page)
        for ids, words in MARK.findall(source)
    ]


def has_words(mark: Mark) -> bool:
    """Is there a letter, a character or a digit to read?"""
    return bool(re.search(r"\w", mark.text))


def _seen(words: str) -> str:
    words = _MARKUP.sub(lambda match: match[1] or "", visible.of(words))
    return " ".join(visible.INVISIBLE.sub("", html.unescape(words)).split())


def to_html(markdown: str) -> str:
    """Marks as spans that Markdown leaves alone: they carry the ids to the built page."""
    return MARK.sub(lambda m: f'<span data-fact="{" ".join(m[1].split())}">{m[2]}</span>', markdown)


def check_marks(page: SourcePage, facts: dict[str, Fact]) -> Iterator[Problem]:
    """Marks that are malformed, unknown, empty, doubled, or lack a number of their fact."""
    first: dict[str, int] = {}
    for line, source in page.lines():
        if _LOOSE.search(MARK.sub("", source)):
            yield Problem(page.file, line, "fact-mark", "a fact mark must open and close on a line")
    for mark in marks_in(page):
        if not has_words(mark):
            names = " ".join(mark.ids)
            yield Problem(page.file, mark.line, "fact-mark", f"no visible words in {names}")
        for identifier in mark.ids:
            if identifier in first:
                before = f"is marked before, in line {first[identifier]}: keep one mark of it"
                yield Problem(page.file, mark.line, "fact-twice", f"{identifier} {before}")
            first.setdefault(identifier, mark.line)
            fact = facts.get(identifier)
            if fact is None:
                yield Problem(
                    page.file, mark.line, "fact-mark", f"facts.tsv has no fact {identifier}"
                )
                continue
            seen = numbers_in(mark.text)
            for number in sorted(fact.numbers(page.lang) - seen):
                yield Problem(
                    page.file,
                    mark.line,
                    "fact-number",
                    f"{identifier} states {number:g}, the marked words do not: {mark.text}",
                )


def carried(pages: list[SourcePage], facts: dict[str, Fact]) -> dict[str, set[str]]:
    """Per language the facts whose words and numbers stand on the page that owns them."""
    found: dict[str, set[str]] = {"zh": set(), "en": set()}
    for page in pages:
        for mark in marks_in(page):
            seen = numbers_in(mark.text)
            for fact in (facts[one] for one in mark.ids if one in facts):
                if fact.page == page.slug and has_words(mark) and fact.numbers(page.lang) <= seen:
                    found[page.lang].add(fact.id)
    return found
