"""Queries for a search, made from the pages of a tree, with the pages that hold them.

A page is right when one of its blocks holds exactly the characters of the query (what Ctrl-F
finds), or when it has the heading that the query was made from. Everything follows a seed.
"""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

import opencc
from pypinyin import Style, lazy_pinyin

from scripts.bench.search_text import LATIN, MIXED, RUN, Pages, Query, words
from scripts.search.corpus import Article
from scripts.search.sounds import COMMON
from scripts.search.tables import simplify

SEED = 20261121
_QUESTION_WORD = re.compile(r"what|who|where|when|which|how|why|in short", re.IGNORECASE)
_ASKING = ("{}怎么办", "怎么{}", "什么是{}", "{}是什么意思", "请问{}在哪里", "{}需要什么")
_TRIES = 40  # for each query wanted, before a set is left short


def make_sets(articles: Sequence[Article], size: int) -> dict[str, list[Query]]:
    """Set → up to `size` queries; fewer where the tree gives no more, none without its language."""
    zh = Pages.of((a for a in articles if a.lang.startswith("zh")), "zh-Hans")
    en = Pages.of((a for a in articles if a.lang.startswith("en")), "en")
    makers: Mapping[str, Callable[[], Query | None]] = {
        **(_Chinese(zh).makers() if zh.blocks else {}),
        **(_English(en).makers() if en.blocks else {}),
    }
    sets: dict[str, list[Query]] = {}
    for name, make in makers.items():
        found: dict[str, Query] = {}
        for _ in range(size * _TRIES):
            if len(found) == size:
                break
            query = make()
            if query and query.right:
                found.setdefault(query.text, query)
        sets[name] = list(found.values())
    return sets


class _Chinese:
    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.random = random.Random(SEED)  # noqa: S311 - repeatable, not secret
        text = [block for blocks in pages.blocks.values() for block in blocks]
        self.runs = [run for block in text for run in RUN.findall(block) if len(run) > 1]
        self.headings = [h for h in pages.headings if len(RUN.sub("", h)) < len(h)]
        self.pure = [h for h in self.headings if RUN.fullmatch(h) and len(h) > 1]
        self.words = sorted({w for run in self.runs for w in words(run)})
        self.mixed = sorted({m for block in text for m in MIXED.findall(block)})
        self.latin = sorted({m for block in text for m in LATIN.findall(block) if len(m) > 1})
        self.to_traditional = opencc.OpenCC("s2t").convert
        self.to_taiwan = opencc.OpenCC("s2twp").convert
        self.to_taiwan_letters = opencc.OpenCC("s2tw").convert

    def makers(self) -> Mapping[str, Callable[[], Query | None]]:
        return {
            "heading": self.heading,
            "word": lambda: self.text(self.pick(self.words)),
            "compound": self.compound,
            "random2": lambda: self.text(self.piece(2)),
            "random3": lambda: self.text(self.piece(3)),
            "random4": lambda: self.text(self.piece(4)),
            "single_char": lambda: self.text(self.random.choice(self.pick(self.runs))),
            "latin_han": lambda: self.text(self.pick(self.mixed)),
            "latin": self.identifier,
            "traditional": self.traditional,
            "taiwan": self.taiwan,
            "question": self.question,
            "same_sound_typo": self.same_sound,
            "wrong_char_heading": self.wrong_character,
            "pinyin": self.pinyin,
        }

    def pick(self, choices: Sequence[str]) -> str:
        return self.random.choice(choices) if choices else ""

    def query(self, text: str, right: Iterable[str]) -> Query:
        return Query(text, self.pages.lang, frozenset(right))

    def text(self, text: str) -> Query | None:
        return self.query(text, self.pages.holding(text)) if text else None

    def piece(self, length: int) -> str:
        run = self.pick(self.runs)
        if len(run) < length:
            return ""
        at = self.random.randrange(len(run) - length + 1)
        return run[at : at + length]

    def heading(self) -> Query | None:
        text = self.pick(self.headings)
        return self.query(text, self.pages.headings[text]) if text else None

    def compound(self) -> Query | None:
        run = self.pick(self.runs)
        pairs = [
            first + second for first in words(run) for second in words(run) if first + second in run
        ]
        return self.text(self.pick(pairs))

    def identifier(self) -> Query | None:
        text = self.pick(self.latin)
        return self.query(text, self.pages.with_word(text)) if text else None

    def traditional(self) -> Query | None:
        source = self.pick([*self.words, *self.pure])
        text = self.to_traditional(source)
        return self.query(text, self.pages.holding(source)) if text != source else None

    def taiwan(self) -> Query | None:
        source = self.pick(self.words)
        text = self.to_taiwan(source)
        fresh = text != self.to_taiwan_letters(source)
        return self.query(text, self.pages.holding(source)) if fresh else None

    def question(self) -> Query | None:
        text = self.pick([h for h in self.pure if len(h) > 3 and not re.search("[么哪谁何]", h)])
        asked = self.pick(_ASKING).format(text)
        return self.query(asked, self.pages.headings[text]) if text else None

    def same_sound(self) -> Query | None:
        """From headings and from the text in turn, four to eight characters, one replaced."""
        from_heading = self.random.random() < 0.5
        source = self.pick([h for h in self.pure if 3 < len(h) < 9]) if from_heading else ""
        source = source or self.piece(self.random.randint(4, 6))
        return self._slip(source, lambda c: _homophones().get(_sound(c), ""))

    def wrong_character(self) -> Query | None:
        return self._slip(self.pick([h for h in self.pure if len(h) > 3]), lambda c: COMMON)

    def _slip(self, source: str, others: Callable[[str], str]) -> Query | None:
        if not source:
            return None
        at = self.random.randrange(len(source))
        choices = [c for c in others(source[at]) if c != source[at]]
        if not choices:
            return None
        text = source[:at] + self.random.choice(choices) + source[at + 1 :]
        if self.pages.holding(simplify()(text)):
            return None
        return self.query(text, self.pages.headings.get(source) or self.pages.holding(source))

    def pinyin(self) -> Query | None:
        """Headings without tones in one word, apart, with tones, and by their initials."""
        text = self.pick([h for h in self.pure if len(h) > 2])
        if not text:
            return None
        plain = [s.replace("v", "u") for s in lazy_pinyin(text)]
        forms = ["".join(plain), " ".join(plain), " ".join(lazy_pinyin(text, style=Style.TONE))]
        if len(text) > 3:
            forms.append("".join(s[0] for s in plain))
        return self.query(self.random.choice(forms), self.pages.holding(text))


class _English:
    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.random = random.Random(SEED)  # noqa: S311 - repeatable, not secret
        text = " ".join(block for blocks in pages.blocks.values() for block in blocks).lower()
        self.all = frozenset(re.findall(r"[a-z]+", text))
        ending = re.compile(r"(?:s|ed|ing|e|y|er|ly|al|or|on|h|ct|nt|st)\Z")
        spoken = {w for w in self.all if len(w) > 4 and re.search("[aeiou]", w)}  # no initials
        self.bases = sorted(w for w in spoken if not ending.search(w))
        self.titles = sorted(
            heading
            for heading in pages.headings
            if 1 < len(heading.split()) < 8 and not _QUESTION_WORD.match(heading)
        )

    def makers(self) -> Mapping[str, Callable[[], Query | None]]:
        return {"en_inflection": self.inflection, "en_howto": self.how_to}

    def inflection(self) -> Query | None:
        """A form of a word that stands nowhere: the base does."""
        base = self.random.choice(self.bases) if self.bases else ""
        text = base + self.random.choice(("s", "ed", "ing"))
        if not base or text in self.all:
            return None
        return Query(text, "en", self.pages.with_word(base))

    def how_to(self) -> Query | None:
        if not self.titles:
            return None
        title = self.random.choice(self.titles)
        words = re.sub(r"[^\w\s'-]", "", title.lower())
        return Query(f"how to {words}", "en", frozenset(self.pages.headings[title]))


def _sound(character: str) -> str:
    return lazy_pinyin(character)[0]


@cache
def _homophones() -> Mapping[str, str]:
    groups: dict[str, str] = defaultdict(str)
    for character in COMMON:
        groups[_sound(character)] += character
    return groups
