"""Everything a build reads before MkDocs starts: pages, words, facts, directory, forms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forms_api import clock, render
from forms_api.forms import Form, load_all
from forms_api.languages import Folder
from scripts import identity as identities
from scripts.answers.files import SLUG, Answer, load_answers
from scripts.answers.totals import Totals, load_totals
from scripts.assets import Assets
from scripts.content import coming, dress, glossary, level, term_links
from scripts.content.context import Site
from scripts.content.embeds import Embeds, Published, load_added
from scripts.content.facts import Fact, load_facts, marks_in
from scripts.content.front_matter import STALE_AFTER_DAYS
from scripts.content.pages import (
    LANGUAGES,
    CatalogueRow,
    SourcePage,
    catalogue,
    source_pages,
)
from scripts.content.then_now import ThenNow, load_then_now
from scripts.content.words import fill, identity_for, load_config, load_words
from scripts.directory import catalogue as directory_catalogue
from scripts.directory import pages as directory_pages
from scripts.directory.events import FILE as EVENTS
from scripts.directory.events import load_events
from scripts.directory.importer import load_directory
from scripts.directory.schema import Directory

#: The form at the foot of every page of pages.tsv.
FEEDBACK = "page-feedback"


@dataclass
class Sources:
    """What templates and embeds are made from. `pages` is keyed by (slug, language)."""

    site: Site
    site_url: str
    pages: dict[tuple[str, str], SourcePage]
    facts: dict[str, Fact]
    forms: dict[str, Form]
    branches: Directory
    catalogue: dict[str, Any]
    popular: dict[str, list[dict[str, str]]]
    today: dt.date
    assets: Assets
    palettes: dict[str, identities.Palette]
    terms: list[glossary.Term]
    plain: dict[str, list[str]]  # language → words that never lead to the glossary
    embeds: Embeds
    answers: list[Answer]
    _linkers: dict[str, Callable[[str], str]] = field(default_factory=dict)

    def embed(self, kind: str, name: str, lang: Folder) -> str:
        """The HTML of a line such as `[[form: id]]`. An unknown one raises KeyError."""
        if kind == "form":
            return render.form_html(self.forms[name], lang, self.catalogue)
        if kind == "directory":
            return directory_pages.landing(
                self.branches, lang, self.site.address("away/register", lang)
            )
        return self.embeds.html(kind, name, lang)

    def link_terms(self, article: str, slug: str, lang: str) -> str:
        """A guide page with the first use of each term leading to the glossary, if there is one."""
        page = self.site.address(glossary.PAGE, lang)
        if not page or slug == glossary.PAGE or slug not in self.site.rows:
            return article
        if lang not in self._linkers:
            self._linkers[lang] = term_links.linker(self.terms, self.plain[lang], lang, page)
        return self._linkers[lang](article)

    def never(self, form: str | None, lang: Folder) -> str:
        """What a form never asks, for the rail of its page; empty without an open form."""
        return render.rail_html(self.forms[form], lang) if form in self.forms else ""

    def feedback(self, slug: str, lang: Folder) -> str:
        """The question at the foot of a page; empty where the form does not know the page."""
        form = self.forms.get(FEEDBACK)
        return render.foot_html(form, lang, self.catalogue, slug) if form else ""

    def foot(self, slug: str, lang: str, meta: dict[str, Any]) -> dict[str, Any] | None:
        """Where the page's facts come from, for the foot of the page."""
        page = self.pages.get((slug, lang))
        if page is None:
            return None
        ids = dict.fromkeys(i for mark in marks_in(page) for i in mark.ids)
        return dress.sources(ids, self.facts, meta.get("period"), self.site.words[lang])

    def outdated(self, slug: str, lang: str) -> bool:
        pair = self.pages.get((slug, "en")), self.pages.get((slug, "zh"))
        return lang == "en" and None not in pair and level.is_outdated(*pair)  # type: ignore[arg-type]

    def stale(self, meta: dict[str, Any]) -> bool:
        reviewed = meta.get("reviewed_on")
        return isinstance(reviewed, dt.date) and (self.today - reviewed).days > STALE_AFTER_DAYS


@dataclass(frozen=True)
class Texts:
    """All of it but the directory, as it was read once. Language → slug → title, description."""

    config: dict[str, Any]
    words: dict[str, dict[str, str]]
    pages: dict[tuple[str, str], SourcePage]
    rows: dict[str, CatalogueRow]
    titles: dict[str, dict[str, str]]
    descriptions: dict[str, dict[str, str]]
    popular: dict[str, list[dict[str, str]]]
    facts: dict[str, Fact]
    forms: dict[str, Form]
    terms: list[glossary.Term]
    plain: dict[str, list[str]]
    then_now: ThenNow
    added: dict[str, list[dict[str, str]]]
    assets: Assets
    palettes: dict[str, identities.Palette]
    answers: list[Answer]
    totals: Totals


def read_texts(root: Path) -> Texts:
    """Read all sources but the directory."""
    config = load_config(root)
    identity = config["extra"]["identity"]
    pages = {(page.slug, page.lang): page for page in source_pages(root)}
    rows = catalogue(root)
    titles = {
        lang: {
            slug: fill(str(page.meta.get("title", "")), identity_for(identity, lang))
            for (slug, there), page in pages.items()
            if there == lang and slug in rows
        }
        for lang in LANGUAGES
    }
    descriptions = {
        lang: {
            slug: fill(str(pages[slug, lang].meta.get("description", "")), blanks)
            for slug in titles[lang]
        }
        for lang in LANGUAGES
        if (blanks := identity_for(identity, lang))
    }
    popular = {
        lang: list(pages["search", lang].meta.get("popular") or [])
        if ("search", lang) in pages
        else []
        for lang in LANGUAGES
    }
    return Texts(
        config=config,
        words=load_words(root, identity),
        pages=pages,
        rows=rows,
        titles=titles,
        descriptions=descriptions,
        popular=popular,
        facts=load_facts(root),
        forms=load_all(root / "forms_api/definitions"),
        terms=glossary.load_terms(root),
        plain={lang: term_links.load_plain_words(root, lang) for lang in LANGUAGES},
        then_now=load_then_now(root),
        added=load_added(root),
        assets=identities.assets(root, identity),
        palettes=identities.load_palettes(root, identity),
        answers=load_answers(root),
        totals=load_totals(root),
    )


def read_sources(root: Path, texts: Texts | None = None) -> Sources:
    """Read all sources, or the directory alone beside `texts`.

    `check` has found their faults before: here they are taken as sound.
    """
    texts = texts or read_texts(root)
    today = clock.today()
    branches, _ = load_directory(root)
    site = Site(
        identity=texts.config["extra"]["identity"],
        words=texts.words,
        rows=texts.rows,
        titles=texts.titles,
        directory={lang: directory_pages.home_blocks(branches, lang) for lang in LANGUAGES},
        descriptions=texts.descriptions,
    )
    events = coming.coming(load_events(root / EVENTS, branches, today)[0], today)
    options = directory_catalogue.catalogue(branches, root, today)
    return Sources(
        site=site,
        site_url=str(texts.config["site_url"]),
        pages=texts.pages,
        facts=texts.facts,
        forms=texts.forms,
        branches=branches,
        catalogue={
            **options,
            "pages": sorted(
                [
                    *(texts.titles["zh"].keys() & texts.titles["en"].keys()),
                    *(f"{SLUG}/{one.slug}" for one in texts.answers),
                ]
            ),
        },
        popular=texts.popular,
        today=today,
        assets=texts.assets,
        palettes=texts.palettes,
        terms=texts.terms,
        plain=texts.plain,
        embeds=Embeds(
            site,
            texts.pages,
            texts.facts,
            texts.forms,
            texts.terms,
            texts.then_now,
            texts.added,
            branches,
            events,
            today,
            Published(SLUG, len(texts.answers), texts.totals, options),
        ),
        answers=texts.answers,
    )
