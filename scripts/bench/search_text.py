"""The text of a tree as queries are made from it and judged by it."""

import random
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from pypinyin.phrases_dict import phrases_dict

from scripts.search.corpus import Article
from scripts.search.tables import simplify
from scripts.search.tokens import HAN

RUN = re.compile(f"[{HAN}]+")
LETTER = "A-Za-z0-9\u00c0-\u024f\u1e00-\u1eff"  # with accents, as pinyin has them
MIXED = re.compile(
    rf"(?:(?<![{LETTER}])[A-Za-z0-9]{{2,}}[{HAN}]{{1,3}}"
    rf"|[{HAN}]{{1,3}}[A-Za-z0-9]{{2,}}(?![{LETTER}]))"
)
LATIN = re.compile(rf"(?<![{LETTER}])[A-Za-z][A-Za-z0-9]*(?:[._-][A-Za-z0-9]+)*(?![{LETTER}])")


@dataclass(frozen=True)
class Query:
    text: str
    lang: str
    right: frozenset[str]  # addresses of pages, without fragment


@dataclass
class Pages:
    """The text of one language, folded: address → blocks, headings → addresses."""

    lang: str
    blocks: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    headings: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, articles: Iterable[Article], lang: str) -> "Pages":
        pages, fold = cls(lang), simplify()
        for article in articles:
            url = article.url.split("#")[0]
            pages.blocks[url] += [fold(block) for block in article.blocks]
            for text in (article.title, *(section.heading for section in article.sections)):
                pages.headings[fold(text)].add(url)
        return pages

    def holding(self, text: str) -> frozenset[str]:
        return frozenset(
            url for url, blocks in self.blocks.items() if any(text in block for block in blocks)
        )

    def with_word(self, word: str) -> frozenset[str]:
        pattern = re.compile(rf"(?<![{LETTER}]){re.escape(word)}(?![{LETTER}])", re.IGNORECASE)
        return frozenset(
            url
            for url, blocks in self.blocks.items()
            if any(pattern.search(block) for block in blocks)
        )


def words(run: str) -> list[str]:
    """Dictionary words of two to four characters that stand in `run`."""
    return [
        run[i : i + n]
        for n in (2, 3, 4)
        for i in range(len(run) - n + 1)
        if run[i : i + n] in phrases_dict
    ]


def absent(articles: Iterable[Article], lang: str, size: int, seed: int) -> list[str]:
    """Strings of two to four characters of the pages (English: two words in one) that stand nowhere
    in them, nor in their titles, descriptions and keywords."""
    fold, chosen = simplify(), random.Random(seed)  # noqa: S311 - repeatable, not secret
    own = [article for article in articles if article.lang.startswith(lang)]
    text = "\n".join(
        fold("\n".join([*a.blocks, a.title, a.description, *a.keywords])).lower() for a in own
    )
    parts = sorted(set(re.findall("[a-z]{3,6}" if lang == "en" else f"[{HAN}]", text)))
    found: dict[str, None] = {}
    for _ in range(size * 40 if len(parts) > 1 else 0):
        count = 2 if lang == "en" else chosen.randint(2, 4)
        string = "".join(chosen.choice(parts) for _ in range(count))
        if string not in text:
            found[string] = None
        if len(found) == size:
            break
    return list(found)
