"""MkDocs' events. Each unpacks what MkDocs hands over and calls one plain function."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from forms_api.languages import Folder
from scripts import qr
from scripts.content import dress, phones
from scripts.content.context import page_context
from scripts.content.words import fill_all, identity_for
from scripts.rendering import sources_of
from scripts.sources import Sources

ROOT = Path(__file__).resolve().parent.parent


@cache
def _sources(started: float) -> Sources:
    """Read once for both languages of one MkDocs run; `started` tells one run from the next."""
    return sources_of(ROOT)


_run: list[float] = []


def on_startup(command: str, dirty: bool) -> None:
    import time

    _run[:] = [time.monotonic()]


def _here(page: Page) -> tuple[Sources, str, Folder]:
    """(sources, slug, language) of a page that MkDocs is working on."""
    lang: Folder = page.file.locale  # type: ignore[attr-defined]  # set by mkdocs-static-i18n
    slug = Path(page.file.src_uri).with_suffix("").as_posix().removeprefix(f"{lang}/")
    return _sources(_run[0]), slug, lang


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    sources, slug, lang = _here(page)
    blanks = identity_for(sources.site.identity, lang)
    page.meta = fill_all(page.meta, blanks)
    text, _ = dress.markdown(
        markdown, slug, set(sources.site.titles[lang]), sources.site.rows, blanks
    )
    return text


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    sources, slug, lang = _here(page)
    words = sources.site.words[lang]
    html = sources.link_terms(phones.link(html), slug, lang)
    return dress.article(
        html, dict(page.meta), lang, words, lambda kind, name: sources.embed(kind, name, lang)
    )


def on_page_context(
    context: dict[str, Any], page: Page, config: MkDocsConfig, nav: Any
) -> dict[str, Any]:
    sources, slug, lang = _here(page)
    contents = list(page.toc)
    first = contents[0] if contents else None
    context.update(page_context(sources.site, slug, lang, dict(page.meta), sources.popular[lang]))
    context.update(
        asset=sources.assets.url,
        site_url=sources.site_url,
        palettes=sources.palettes,
        qr=qr.address(slug, lang),
        never=sources.never(page.meta.get("form"), lang),
        feedback=sources.feedback(slug, lang),
        sources=sources.foot(slug, lang, dict(page.meta)),
        outdated=sources.outdated(slug, lang),
        stale=sources.stale(dict(page.meta)),
        coming=sources.embeds.coming(lang) if slug == "index" else [],
        toc=first.children if first and first.level == 1 else contents,
    )
    return context
