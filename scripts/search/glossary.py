"""The glossary's names of one thing, for queries that use another name than the page does."""

import csv
from pathlib import Path

COLUMNS = {"zh": ("zh_hans", "aliases_zh_hans"), "en": ("en", "aliases_en")}


def names(path: Path) -> dict[str, list[list[str]]]:
    """Language → groups of names, the glossary's own term first. A tab-separated file."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    groups: dict[str, list[list[str]]] = {}
    for lang, (term, aliases) in COLUMNS.items():
        groups[lang] = [
            [name.strip() for name in [row[term], *(row[aliases] or "").split(";")] if name.strip()]
            for row in rows
        ]
    return groups
