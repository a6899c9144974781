"""The rules that pages cite: one rule has one name and one date on all pages of a language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scripts.content.pages import LANGUAGES, SourcePage
from scripts.problems import Problem

#: What two writers put differently when they mean the same rule.
_SPELLING = re.compile(
    r"[\s《》“”‘’\"'()（）,，.·-]|中国共产党|试行|^the |trial|of the cpc", re.IGNORECASE
)
_SAME = ("name", "issuer", "issued", "read", "checked_on", "url")


def check(pages: Iterable[SourcePage]) -> Iterator[Problem]:
    """Compared with the page that cites the rule first, in the order of the slugs."""
    everything = list(pages)
    for lang in LANGUAGES:
        first: dict[str, tuple[SourcePage, dict[str, object]]] = {}
        for page in everything:
            if page.lang == lang:
                yield from _page(page, first)


def _page(
    page: SourcePage, first: dict[str, tuple[SourcePage, dict[str, object]]]
) -> Iterator[Problem]:
    for rule in page.meta.get("rules") or ():
        if not isinstance(rule, dict) or "name" not in rule:
            continue  # front_matter.check has said so
        before, known = first.setdefault(key_of(str(rule["name"])), (page, rule))
        for key in _SAME:
            if rule.get(key) != known.get(key):
                message = (
                    f"{key} of {rule['name']} is {_shown(rule.get(key))} here and "
                    f"{_shown(known.get(key))} on {before.slug}: one rule, one {key}"
                )
                yield Problem(page.file, line_of(page, str(rule["name"])), "rule-differs", message)


def key_of(name: str) -> str:
    """Equal for two spellings of one name."""
    return _SPELLING.sub("", name).casefold()


def line_of(page: SourcePage, name: str) -> int:
    """The line of a rule's name in the front matter, or of `rules`."""
    for number, line in enumerate(page.text.splitlines()[: page.body_line], 1):
        if line.lstrip(" -").startswith("name:") and name in line:
            return number
    return page.line_of("rules")


def _shown(value: object) -> str:
    return "missing" if value is None else str(value)
