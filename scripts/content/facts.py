"""Fact marks: `<fact S4-C16>words</fact>` says where a page carries a fact of the essays.

Source: docs/data/facts.tsv, one row a fact, with the page that owns it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.content.numbers import numbers_in
from scripts.content.pages import SourcePage
from scripts.problems import Problem

MARK = re.compile(r"<fact\s+([^>]*?)\s*>(.*?)</fact>")
_LOOSE = re.compile(r"</?fact\b")
_ID = re.compile(r"^S\d-[A-Z]+\d+$")
_MARKUP = re.compile(r"<[^>]+>|\[([^\]]*)\]\([^)]*\)|[*_`]")
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
    text = (root / "docs/data/facts.tsv").read_text(encoding="utf-8")
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
    """The marks of a page in order; `text` is what a reader sees of them."""
    return [
        Mark(line, tuple(ids.split()), _MARKUP.sub(lambda m: m[1] or "", words).strip())
        for line, source in page.lines()
        for ids, words in MARK.findall(source)
    ]


def to_html(markdown: str) -> str:
    """Marks as spans that Markdown leaves alone: they carry the ids to the built page."""
    return MARK.sub(lambda m: f'<span data-fact="{" ".join(m[1].split())}">{m[2]}</span>', markdown)


def check_marks(page: SourcePage, facts: dict[str, Fact]) -> Iterator[Problem]:
    """Marks that are malformed, unknown, empty, or lack a number of their fact."""
    for line, source in page.lines():
        if _LOOSE.search(MARK.sub("", source)):
            yield Problem(page.file, line, "fact-mark", "a fact mark must open and close on a line")
    for mark in marks_in(page):
        if not mark.text:
            yield Problem(page.file, mark.line, "fact-mark", f"no visible words in {mark.ids}")
        for identifier in mark.ids:
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
    """Per language the facts that are marked on the page that owns them."""
    found: dict[str, set[str]] = {"zh": set(), "en": set()}
    for page in pages:
        for mark in marks_in(page):
            found[page.lang] |= {i for i in mark.ids if i in facts and facts[i].page == page.slug}
    return found
