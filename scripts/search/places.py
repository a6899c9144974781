"""What the search index takes from the directory's open data: how its branches' names sound."""

from collections.abc import Mapping, Sequence
from typing import Any

LOCALES = {"zh": "zh-Hans", "en": "en"}
#: In a larger directory a name that is typed by its sound is found in the finder's data alone.
MOST = 2000


def names_heard(entries: int) -> bool:
    """Whether the names of so many branches are in the index at all."""
    return entries <= MOST


def titles(data: Mapping[str, Any], lang: str) -> Sequence[str]:
    """`data` as scripts/directory/feeds.py writes it → short names, or none of very many."""
    locale = LOCALES.get(lang, lang)
    entries = data["branches"]
    if not names_heard(len(entries)):
        return []
    pairs = [entry.get("short_name") or entry["name"] for entry in entries]
    return [title for pair in pairs if (title := pair.get(locale))]
