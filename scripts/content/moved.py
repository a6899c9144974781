"""docs/data/moved.tsv: pages that were renamed, old slug and new, so that old links lead on.

A host that only hands out files shows the page that the build leaves at the old address; servers
answer 301 by the lists made of the same rows (scripts/moved.py).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts import source_text
from scripts.problems import Problem

FILE = "docs/data/moved.tsv"
_SLUG = re.compile(r"(?!(?:en|forms|assets|data|search-index)(?:/|$))[a-z0-9-]+(?:/[a-z0-9-]+)*")


@dataclass(frozen=True)
class Moved:
    """Slugs as in pages.tsv; `line` is where the row stands in the file."""

    old: str
    new: str
    line: int


def load(root: Path) -> list[Moved]:
    path = root / FILE
    if not path.exists():
        return []
    rows = csv.DictReader(source_text.read(path).splitlines(), delimiter="\t")
    return [
        Moved((row["from"] or "").strip(), (row.get("to") or "").strip(), number)
        for number, row in enumerate(rows, 2)
    ]


def check(root: Path, pages: Collection[str]) -> Iterator[Problem]:
    """`pages` are the slugs that exist."""
    seen: set[str] = set()
    for row in load(root):
        if not _SLUG.fullmatch(row.old):
            yield _problem(row, f"“{row.old}” is no slug such as help/old-name")
        elif row.old in pages:
            yield _problem(row, f"the page {row.old} is there again: take this row out")
        elif row.old in seen:
            yield _problem(row, f"{row.old} stands twice")
        if row.new not in pages:
            yield _problem(row, f"there is no page {row.new}: name the one that exists now")
        seen.add(row.old)


def _problem(row: Moved, message: str) -> Problem:
    return Problem(FILE, row.line, "moved", message)
