"""docs/data/offline.yml: the pages that every reader's browser keeps."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import yaml

from forms_api import yaml_text
from scripts import source_text
from scripts.content.pages import OFFLINE, SourcePage
from scripts.problems import Problem

FILE = "docs/data/offline.yml"
#: The page that says what can be read; it is always kept.
PAGE = OFFLINE
#: With more of them the first visit costs a reader on a poor line too much.
MOST = 12


def slugs(root: Path) -> list[str]:
    """In their order, the offline page first."""
    return [PAGE, *yaml_text.load(source_text.read(root / FILE))["pages"]]


def check(root: Path, pages: Collection[SourcePage]) -> Iterator[Problem]:
    """Every slug is a page that may be kept, and stands there once."""
    try:
        listed = slugs(root)
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        yield Problem(FILE, 1, "offline", f"cannot be read: {' '.join(str(error).split())}")
        return
    lines = source_text.read(root / FILE).splitlines()

    def problem(slug: object, message: str) -> Problem:
        line = next(
            (n for n, text in enumerate(lines, 1) if text.strip("- ").startswith(str(slug))), 1
        )
        return Problem(FILE, line, "offline", f"{slug} {message}")

    known = {page.slug for page in pages}
    sensitive = {page.slug for page in pages if page.meta.get("sensitive")}
    for number, slug in enumerate(listed):
        if slug not in known:
            yield problem(slug, "is no page")
        elif slug in sensitive:
            yield problem(slug, "has a button to leave it quickly: such pages are never kept")
        elif slug in listed[:number]:
            yield problem(slug, "stands there twice, or is the offline page itself")
    if len(listed) > MOST + 1:
        yield Problem(FILE, 1, "offline", f"{len(listed) - 1} pages; at most {MOST} are kept")
