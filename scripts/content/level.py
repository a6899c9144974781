"""Are the two languages level: the same pages, anchors and marks, a translation that kept up?"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from scripts.content.facts import marks_in
from scripts.content.pages import LANGUAGES, SourcePage
from scripts.problems import Problem

#: What of a rule needs no translation.
_OF_A_RULE = ("issued", "checked_on", "url")


def hash_of(page: SourcePage) -> str:
    """Twelve characters that change when the words of a Chinese page do (not its spacing)."""
    words = [str(page.meta.get("title", "")), str(page.meta.get("description", "")), page.body]
    text = re.sub(r"\s+", "", "\n".join(words))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def is_outdated(english: SourcePage, chinese: SourcePage) -> bool:
    """True when the Chinese page changed after the English one was last brought level."""
    return english.meta.get("source_hash") != hash_of(chinese)


def check(pages: list[SourcePage]) -> Iterator[Problem]:
    by_slug: dict[str, dict[str, SourcePage]] = {}
    for page in pages:
        by_slug.setdefault(page.slug, {})[page.lang] = page
    for slug, pair in by_slug.items():
        for lang in LANGUAGES:
            if lang not in pair:
                there = next(iter(pair.values()))
                yield Problem(
                    there.file, 1, "missing-language", f"docs/{lang}/{slug}.md does not exist"
                )
        if len(pair) == len(LANGUAGES):
            yield from _check_pair(pair["zh"], pair["en"])


def _check_pair(chinese: SourcePage, english: SourcePage) -> Iterator[Problem]:
    for page in (chinese, english):
        for line, _, text, anchor in page.headings:
            if not anchor:
                yield Problem(
                    page.file, line, "missing-anchor", f"heading “{text}” has no {{#anchor}}"
                )
    ours = [anchor for _, _, _, anchor in chinese.headings]
    theirs = [anchor for _, _, _, anchor in english.headings]
    if ours != theirs:
        odd = sorted(set(ours) ^ set(theirs)) or ["their order"]
        yield Problem(
            english.file, 1, "anchors-differ", f"anchors differ from the Chinese page: {odd}"
        )
    chinese_ids = {i for mark in marks_in(chinese) for i in mark.ids}
    for mark in marks_in(english):
        for identifier in set(mark.ids) - chinese_ids:
            yield Problem(
                english.file,
                mark.line,
                "fact-mark",
                f"{identifier} is marked in English but not in Chinese",
            )
    english_ids = {i for mark in marks_in(english) for i in mark.ids}
    for identifier in sorted(chinese_ids - english_ids):
        yield Problem(
            english.file,
            1,
            "fact-mark",
            f"{identifier} is marked in Chinese but not in English",
        )
    for key in ("label", "period", "form", "related", "audience"):
        if chinese.meta.get(key) != english.meta.get(key):
            yield Problem(
                english.file,
                english.line_of(key),
                "front-matter",
                f"{key} differs from the Chinese page",
            )
    if _dates(chinese) != _dates(english):
        yield Problem(
            english.file,
            english.line_of("rules"),
            "front-matter",
            "rules differ from the Chinese page: as many, in the same order, with the same dates",
        )


def _dates(page: SourcePage) -> list[tuple[str, ...]]:
    rules = [rule for rule in page.meta.get("rules") or () if isinstance(rule, dict)]
    return [tuple(str(rule.get(key)) for key in _OF_A_RULE) for rule in rules]
