"""Words that our own prose does not use, though readers may search by them.

docs/data/discouraged.tsv: variant, use_instead, lang, why; a variant may end in "*" for any ending.
Keywords, front matter, quotations, titles of documents, code and addresses may hold them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts import source_text
from scripts.content.pages import LANGUAGES, SourcePage
from scripts.problems import Problem

FILE = "docs/data/discouraged.tsv"
#: Words of forms and shell, in both languages beside each other; their comments are no prose.
OTHER_PROSE = (
    "docs/data/*words.yml",
    "docs/data/then_now.yml",
    "forms_api/definitions/*.yml",
    "forms_api/strings/*.yml",
)
_NOT_OURS = re.compile(
    r"`[^`]*`|“[^”]*”|‘[^’]*’(?!\w)|《[^》]*》|\]\([^)]*\)|\{#?[\w-]+\}|<[^>]*>|\[\[.*?\]\]"
    r"|[\w-]+(?:/[\w-]+)+"
)
_COMMENT = re.compile(r"(^|\s)#.*")


@dataclass(frozen=True)
class Variant:
    words: str
    instead: str
    lang: str
    why: str

    @property
    def expression(self) -> str:
        words = re.escape(self.words.removesuffix("*"))
        if self.lang == "zh":
            return words
        ending = r"\w*" if self.words.endswith("*") else ""
        return rf"\b{words}{ending}\b"


def load_variants(root: Path) -> list[Variant]:
    text = source_text.read(root / FILE)
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [Variant(row["variant"], row["use_instead"], row["lang"], row["why"]) for row in rows]


def check(root: Path, pages: Iterable[SourcePage]) -> Iterator[Problem]:
    """Discouraged words in pages, in the words of the shell and in form definitions."""
    variants = load_variants(root)
    find = {lang: finder([v for v in variants if v.lang == lang]) for lang in LANGUAGES}
    for page in pages:
        for line, text in page.lines():
            for message in find[page.lang](text):
                yield Problem(page.file, line, "variant", message)
    either = finder(variants)
    for pattern in OTHER_PROSE:
        for path in sorted(root.glob(pattern)):
            lines = source_text.read(path).splitlines()
            for number, text in enumerate(lines, 1):
                for message in either(_COMMENT.sub("", text)):
                    yield Problem(path.relative_to(root).as_posix(), number, "variant", message)


def finder(variants: Iterable[Variant]) -> Callable[[str], Iterator[str]]:
    """A function from a line of prose to what is wrong with it, in words."""
    known = sorted(variants, key=lambda variant: -len(variant.words))
    pattern = re.compile(
        "|".join(f"({variant.expression})" for variant in known) or r"(?!)", re.IGNORECASE
    )

    def find(line: str) -> Iterator[str]:
        ours = _NOT_OURS.sub(lambda match: " " * len(match[0]), line)
        for match in pattern.finditer(ours):
            if not _is_name(ours, match):
                variant = known[(match.lastindex or 1) - 1]
                yield f"write “{variant.instead}” instead of “{match[0]}”: {variant.why}"

    return find


def _is_name(line: str, match: re.Match[str]) -> bool:
    """A capitalised word beside another, such as World Health Organization."""
    before = re.search(r"[A-Z]\w* $", line[: match.start()])
    after = re.match(r" [A-Z]", line[match.end() :])
    return match[0][0].isupper() and bool(before or after)
