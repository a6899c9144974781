"""What editors and translators should look at next, for about/upkeep ([[upkeep]]).

Everything is counted anew at each build, as of that day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from forms_api.forms import Form
from forms_api.languages import Folder
from scripts.content import level
from scripts.content.context import Site
from scripts.content.front_matter import STALE_AFTER_DAYS
from scripts.content.pages import SourcePage
from scripts.content.then_now import ThenNow
from scripts.content.words import day
from scripts.directory.schema import Branch, Directory
from scripts.directory.views import entry_url

Link = tuple[str, str]  # (address, words)
#: The parts of the page, in the order of what readers suffer from most.
PARTS = ("outdated", "stale", "unchecked", "entries", "planned")


#: Entries that are listed; of more, those that have waited longest.
MOST = 200


@dataclass(frozen=True)
class Upkeep:
    """`rules(lang)` gives the rows of about/sources: every rule with its pages and its check."""

    site: Site
    pages: Mapping[tuple[str, str], SourcePage]
    forms: Mapping[str, Form]
    then_now: ThenNow
    directory: Directory
    today: dt.date
    rules: Callable[[str], list[dict[str, Any]]]

    def rows(self, lang: Folder) -> dict[str, Any]:
        """Per part its rows; a row is ((address, words), what it says of it, the file to open)."""
        late = self._late()
        parts: dict[str, list[Any]] = {
            "outdated": list(self._outdated(lang)),
            "stale": list(self._stale(lang)),
            "unchecked": [rule for rule in self.rules(lang) if not rule["checked"]],
            "entries": list(self._entries(late[:MOST], lang)),
            "planned": list(self._planned(lang)),
        }
        return {
            "today": day(self.today.isoformat(), lang),
            "parts": parts,
            "counts": {name: len(rows) for name, rows in parts.items()} | {"entries": len(late)},
            "then_now": sum(item.verified is False for item in self.then_now.items),
            "then_now_page": self.site.address("about/then-now", lang),
        }

    def _link(self, slug: str, lang: str) -> Link:
        return self.site.address(slug, lang), self.site.titles[lang].get(slug) or slug

    def _outdated(self, lang: str) -> Iterable[tuple[Link, str, str]]:
        for (slug, there), english in self.pages.items():
            chinese = self.pages.get((slug, "zh"))
            tracked = slug in self.site.rows or "source_hash" in english.meta
            if there == "en" and chinese and tracked and level.is_outdated(english, chinese):
                yield self._link(slug, lang), slug, english.file

    def _stale(self, lang: str) -> Iterable[tuple[Link, str, str]]:
        """Oldest first; what stands in one language stands in the other."""
        found = []
        for slug in self.site.rows:
            page = self.pages.get((slug, lang))
            reviewed = page.meta.get("reviewed_on") if page else None
            if page is None or not isinstance(reviewed, dt.date):
                continue
            if (self.today - reviewed).days > STALE_AFTER_DAYS:
                found.append((reviewed, slug, page.file))
        for reviewed, slug, file in sorted(found):
            yield self._link(slug, lang), day(reviewed.isoformat(), lang), file

    def _late(self) -> list[Branch]:
        """Entries that nobody checked for long, the oldest first."""
        late = [one for one in self.directory.open_branches if one.is_stale(self.today)]
        return sorted(late, key=lambda one: (one.verified_on, one.id))

    def _entries(self, late: Iterable[Branch], lang: Folder) -> Iterable[tuple[Link, str, str]]:
        for branch in late:
            link = (entry_url(branch.id, lang), branch.title(lang))
            yield link, day(branch.verified_on.isoformat(), lang), branch.id

    def _planned(self, lang: str) -> Iterable[tuple[Link, str, str]]:
        for slug in self.site.rows:
            page = self.pages.get((slug, lang))
            if page is None:
                yield ("", self.site.rows[slug].title[lang]), "page", f"docs/{lang}/{slug}.md"
            elif (form := page.meta.get("form")) and form not in self.forms:
                file = f"forms_api/definitions/{form}.yml"
                yield self._link(slug, lang), "form", file
