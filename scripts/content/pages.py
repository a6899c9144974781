"""Source pages as they lie in docs/zh and docs/en: front matter, body, where each line stands."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from forms_api import yaml_text
from scripts import source_text

LANGUAGES = ("zh", "en")
#: Pages that stand outside the catalogue: not counted, not required to carry a label.
OUTSIDE = ("index", "search", "about/upkeep")
#: So do the page for whoever has no network and the sheets made for paper; these are translated
#: like a page of the catalogue.
OFFLINE = "offline"
PAPER = "print/"

_FRONT = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.*?)[ \t]*$")
_ANCHOR = re.compile(r"\{[^}]*#([\w-]+)[^}]*\}\s*$")


@dataclass(frozen=True)
class CatalogueRow:
    """One row of docs/data/pages.tsv: a page that exists or is planned."""

    slug: str
    title: dict[str, str]
    audience: str
    kind: str
    label: str
    own_facts: tuple[str, ...]

    @property
    def url(self) -> str:
        """Path below the language prefix, with its closing slash."""
        return url_of(self.slug)


def url_of(slug: str) -> str:
    """`away/index` → `away/`, `away/register` → `away/register/`, `index` → empty."""
    if slug == "index":
        return ""
    return slug.removesuffix("index") if slug.endswith("/index") else f"{slug}/"


def is_outside(slug: str) -> bool:
    """Does the page stand beside the catalogue of pages.tsv?"""
    return slug in OUTSIDE or slug == OFFLINE or slug.startswith(PAPER)


def catalogue(root: Path) -> dict[str, CatalogueRow]:
    """Every page that is meant to exist, in the order of pages.tsv."""
    text = source_text.read(root / "docs/data/pages.tsv")
    rows = {}
    for row in csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        rows[row["slug"]] = CatalogueRow(
            slug=row["slug"],
            title={"zh": row["title_zh"], "en": row["title_en"]},
            audience=row["audience"],
            kind=row["type"],
            label=row["label"],
            own_facts=tuple(filter(None, row["own_facts"].split(";"))),
        )
    return rows


@dataclass
class SourcePage:
    """A Markdown file; `meta` is its front matter, `body` starts after it."""

    path: Path
    file: str
    lang: str
    slug: str
    text: str
    meta: dict[str, Any]
    body: str
    body_line: int
    broken: str = ""
    used_words: set[str] = field(default_factory=set)

    def line_of(self, key: str) -> int:
        """The line of a front matter key, or 1 when it is missing."""
        for number, line in enumerate(self.text.splitlines(), 1):
            if line.startswith(f"{key}:"):
                return number
        return 1

    def lines(self) -> Iterator[tuple[int, str]]:
        """Lines of the body with their number in the file, without those inside code fences."""
        fenced = False
        for number, line in enumerate(self.body.splitlines(), self.body_line):
            if line.lstrip().startswith("```"):
                fenced = not fenced
            elif not fenced:
                yield number, line

    @cached_property
    def headings(self) -> list[tuple[int, int, str, str]]:
        """(line, level, text, anchor) of each heading; the anchor is empty when none is given."""
        found = []
        for number, line in self.lines():
            if match := _HEADING.match(line):
                text = match[2]
                anchor = _ANCHOR.search(text)
                found.append(
                    (
                        number,
                        len(match[1]),
                        _ANCHOR.sub("", text).strip(),
                        anchor[1] if anchor else "",
                    )
                )
        return found


def read_page(root: Path, path: Path, lang: str) -> SourcePage:
    """Read one file. A front matter that YAML refuses is kept in `broken`, not raised."""
    return page_of(root, path, lang, source_text.read(path))


def page_of(root: Path, path: Path, lang: str, text: str) -> SourcePage:
    """The page that `text` makes at `path`, whatever lies there now."""
    slug = path.relative_to(root / "docs" / lang).with_suffix("").as_posix()
    meta: dict[str, Any] = {}
    body, body_line, broken = text, 1, ""
    if match := _FRONT.match(text):
        body = text[match.end() :]
        body_line = text[: match.end()].count("\n") + 1
        try:
            loaded = yaml_text.load(match[1])
            meta = loaded if isinstance(loaded, dict) else {}
        except yaml.YAMLError as error:
            broken = " ".join(str(error).split())
    else:
        broken = "there is no front matter between two lines of ---"
    return SourcePage(
        path, path.relative_to(root).as_posix(), lang, slug, text, meta, body, body_line, broken
    )


def source_pages(root: Path) -> list[SourcePage]:
    """All pages of both languages without the shells, sorted by slug, zh before en."""
    pages = [
        read_page(root, path, lang)
        for lang in LANGUAGES
        for path in sorted((root / "docs" / lang).rglob("*.md"))
        if "_shell" not in path.parts and path.is_file()
    ]
    return sorted(pages, key=lambda page: (page.slug, LANGUAGES.index(page.lang)))
