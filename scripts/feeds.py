"""What a build writes beside its pages: sitemap, robots, page and rule lists, and Flask's share."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from forms_api import openapi, yaml_text
from forms_api.languages import DEFAULT, EDITIONS, Edition, offered, prefix
from forms_api.languages import public as code_of
from scripts import moved, source_text
from scripts.answers import pages as answers
from scripts.content import glossary
from scripts.laying import lay, remove
from scripts.sources import Sources
from scripts.walk import files_below

#: Above this many addresses a sitemap becomes an index of several files (the limit is 50,000).
SITEMAP_LIMIT = 40_000
#: For those who look after the site, and for whoever has no network.
_UNLISTED = ("about/upkeep/", "offline/")
_ELSEWHERE = tuple(prefix(edition) for edition in EDITIONS if edition != DEFAULT)
_XMLNS = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
)


def write(
    sources: Sources, root: Path, public: Path, private: Path, *, listed: bool = True
) -> None:
    """Call when all pages are in place: the sitemap lists what it finds.

    Not `listed`: the sitemap that lies there is right.
    """
    if listed:
        editions = offered(sources.site.identity)
        old = {path.removeprefix("/") for path in moved.paths(root, editions)}
        _write_sitemap(public, sources.site_url, editions, old)
    robots = f"User-agent: *\nDisallow: /forms/\nSitemap: {sources.site_url}sitemap.xml\n"
    lay(public / "robots.txt", robots.encode())
    data = public / "data"
    data.mkdir(exist_ok=True)
    _write_json(data / "pages.json", list(_pages(sources)))
    _write_json(data / "answers.json", answers.feed(sources))
    _write_json(data / "rules.json", list(_rules(sources)))
    glossary_page = {lang: sources.site.address(glossary.PAGE, lang) for lang in ("zh", "en")}
    _write_json(data / "glossary.json", glossary.feed(sources.terms, glossary_page))
    api = openapi.document(sources.forms, sources.catalogue, sources.site_url.rstrip("/"))
    _write_json(data / "openapi.json", api)
    _write_json(private / "identity.json", sources.site.identity)
    _write_json(private / "catalogue.json", sources.catalogue)
    desks = yaml_text.load(source_text.read(root / "docs/data/desks.yml"))
    _write_json(private / "desks.json", desks)


def _write_json(path: Path, value: object) -> None:
    lay(path, (json.dumps(value, ensure_ascii=False, default=str) + "\n").encode())


def _pages(sources: Sources) -> Iterator[dict[str, object]]:
    for slug, row in sources.site.rows.items():
        titles = {lang: sources.site.titles[lang].get(slug) for lang in ("zh", "en")}
        if titles["zh"] and titles["en"]:
            meta = sources.pages[slug, "zh"].meta
            yield {
                "slug": slug,
                "url": {lang: sources.site.address(slug, lang) for lang in ("zh", "en")},
                "title": titles,
                "label": row.label,
                "reviewed_on": meta.get("reviewed_on"),
            }


def _rules(sources: Sources) -> Iterator[dict[str, object]]:
    for (slug, lang), page in sources.pages.items():
        for rule in page.meta.get("rules") or ():
            yield {"page": slug, "lang": lang, **rule}


def addresses(public: Path, left_out: Collection[str]) -> list[str]:
    """Simplified paths of all pages that have an English twin, sorted; "" is the home page."""
    pages = {
        name.removesuffix("index.html")
        for name in files_below(public)
        if name.endswith("/index.html") or name == "index.html"
    }
    found = [
        address
        for address in pages
        if address not in _UNLISTED
        and address not in left_out
        and not address.endswith("/print/")  # a city's list for paper
        and not address.startswith(_ELSEWHERE)
        and f"en/{address}" in pages
    ]
    return sorted(found)


def _write_sitemap(
    public: Path, site_url: str, editions: Sequence[Edition], left_out: Collection[str] = ()
) -> None:
    for old in public.glob("sitemap*.xml"):
        remove(old)
    entries = [
        entry
        for address in addresses(public, left_out)
        for entry in _entries(site_url, address, editions)
    ]
    if len(entries) <= SITEMAP_LIMIT:
        _write_urlset(public / "sitemap.xml", entries)
        return
    names = []
    for number, start in enumerate(range(0, len(entries), SITEMAP_LIMIT), 1):
        names.append(f"sitemap-{number}.xml")
        _write_urlset(public / names[-1], entries[start : start + SITEMAP_LIMIT])
    lines = "".join(f"<sitemap><loc>{escape(site_url + name)}</loc></sitemap>" for name in names)
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex {_XMLNS}>{lines}</sitemapindex>\n'
    )
    lay(public / "sitemap.xml", text.encode())


def _entries(site_url: str, address: str, editions: Sequence[Edition]) -> Iterator[str]:
    """One for each edition; each names all of them."""
    there = {code_of(one): escape(f"{site_url}{prefix(one)}{address}") for one in editions}
    alternates = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href="{href}"/>'
        for code, href in (*there.items(), ("x-default", there[code_of(DEFAULT)]))
    )
    for href in there.values():
        yield f"<url><loc>{href}</loc>{alternates}</url>\n"


def _write_urlset(path: Path, entries: Iterable[str]) -> None:
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {_XMLNS}>\n{"".join(entries)}</urlset>\n'
    )
    lay(path, text.encode())
