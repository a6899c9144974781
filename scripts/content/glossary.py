"""The terms of docs/data/glossary.tsv: read, checked, ordered for a page, written as a feed.

One row a term; a cell of other names holds them parted by ";". A term's address is
`about/glossary/#term-<slug>` in both languages, its slug made from the English name.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import autocorrect_py

from scripts import source_text
from scripts.problems import Problem

FILE = "docs/data/glossary.tsv"
PAGE = "about/glossary"
COLUMNS = (
    "zh_hans",
    "zh_hant",
    "pinyin",
    "en",
    "aliases_zh_hans",
    "aliases_zh_hant",
    "aliases_en",
    "def_zh",
    "def_en",
)
_MAY_BE_EMPTY = frozenset(COLUMNS[4:7])
_HALF_WIDTH = re.compile(r"[,;:!?()]")
#: Stands for every term whose name begins with a figure.
FIGURES = "0–9"


@dataclass(frozen=True)
class Term:
    """A term with its names per public language code (zh-Hans, zh-Hant, en), the first its own."""

    slug: str
    pinyin: str
    names: dict[str, tuple[str, ...]]
    definition: dict[str, str]  # "zh" and "en"

    @property
    def anchor(self) -> str:
        return f"term-{self.slug}"

    def name(self, code: str) -> str:
        return self.names[code][0]

    def others(self, code: str) -> tuple[str, ...]:
        return self.names[code][1:]

    def key(self, lang: str) -> str:
        """What the term is sorted by on the page of that language: plain Latin letters."""
        return plain(self.pinyin if lang == "zh" else self.name("en"))


def plain(text: str) -> str:
    """Without tone marks and other accents, in lower case: `Zǔzhī` → `zuzhi`."""
    apart = unicodedata.normalize("NFD", text)
    return "".join(c for c in apart if not unicodedata.combining(c)).lower()


def slug_of(english: str) -> str:
    """Letters and figures joined by "-": `Party members’ hotline` → `party-members-hotline`."""
    return "-".join(re.findall(r"[a-z0-9]+", re.sub("['’]", "", plain(english))))


def load_terms(root: Path) -> list[Term]:
    """Every term in the order of the file. `check` finds faults before: here all rows are sound."""
    return [_term(row) for _, row in _rows(source_text.read(root / FILE))]


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    for row in reader:
        yield reader.line_num, {column: (row.get(column) or "").strip() for column in COLUMNS}


def _term(row: dict[str, str]) -> Term:
    def names(column: str) -> tuple[str, ...]:
        others = (name.strip() for name in row[f"aliases_{column}"].split(";"))
        return tuple(dict.fromkeys([row[column], *filter(None, others)]))

    return Term(
        slug=slug_of(row["en"]),
        pinyin=row["pinyin"],
        names={"zh-Hans": names("zh_hans"), "zh-Hant": names("zh_hant"), "en": names("en")},
        definition={"zh": row["def_zh"], "en": row["def_en"]},
    )


def check(root: Path) -> Iterator[Problem]:
    """Empty cells, half-width marks in Chinese definitions, two terms with one address or name."""
    anchors: dict[str, int] = {}
    named: dict[str, int] = {}
    for line, row in _rows(source_text.read(root / FILE)):
        for column in COLUMNS:
            if not row[column] and column not in _MAY_BE_EMPTY:
                yield Problem(FILE, line, "glossary", f"{column} is empty")
        if _HALF_WIDTH.search(row["def_zh"]):
            better = autocorrect_py.format(row["def_zh"])
            yield Problem(FILE, line, "typography", f"def_zh has half-width marks: {better}")
        slug = slug_of(row["en"])
        if slug in anchors:
            yield Problem(FILE, line, "glossary", f"#term-{slug} is line {anchors[slug]} already")
        if row["zh_hans"] in named:
            first = named[row["zh_hans"]]
            yield Problem(FILE, line, "glossary", f"{row['zh_hans']} is line {first} already")
        anchors.setdefault(slug, line)
        named.setdefault(row["zh_hans"], line)


def by_letter(terms: Iterable[Term], lang: str) -> list[tuple[str, list[Term]]]:
    """(capital letter, its terms) in order: by pinyin for zh, by the English name for en."""

    def letter(term: Term) -> str:
        first = term.key(lang)[:1].upper()
        return first if first.isalpha() else FIGURES

    ordered = sorted(terms, key=lambda term: (letter(term), term.key(lang)))
    return [(initial, list(group)) for initial, group in groupby(ordered, key=letter)]


def feed(terms: Iterable[Term], page: dict[str, str]) -> dict[str, Any]:
    """/data/glossary.json: {"count": n, "terms": [term]}, in the order of the file.

    A term is {"id", "name", "pinyin", "aliases", "definition", "url"}: `name` and `aliases` per
    zh-Hans, zh-Hant and en, `definition` and `url` per zh-Hans and en. `page` holds the addresses
    of the glossary pages by zh and en; an empty one (no such page yet) leaves the url empty.
    """
    public = {"zh-Hans": "zh", "en": "en"}
    listed = [
        {
            "id": term.slug,
            "name": {code: term.name(code) for code in term.names},
            "pinyin": term.pinyin,
            "aliases": {code: list(term.others(code)) for code in term.names},
            "definition": {code: term.definition[lang] for code, lang in public.items()},
            "url": {
                code: page[lang] and f"{page[lang]}#{term.anchor}" for code, lang in public.items()
            },
        }
        for term in terms
    ]
    return {"count": len(listed), "terms": listed}
