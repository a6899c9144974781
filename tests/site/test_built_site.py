"""The release as a whole: what every page has, and that both languages lead to each other."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.conftest import BuiltSite

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(scope="session")
def pages(built_site: BuiltSite) -> dict[str, LexborHTMLParser]:
    """Every page of the release by its path below the web root."""
    return {
        path.relative_to(built_site.public).as_posix(): LexborHTMLParser(
            path.read_text(encoding="utf-8")
        )
        for path in built_site.public.rglob("*.html")
    }


def file_of(public: Path, address: str) -> Path:
    return public / urlsplit(address).path.lstrip("/") / "index.html"


def test_every_page_says_that_it_is_no_official_site(pages: dict[str, LexborHTMLParser]) -> None:
    for name, page in pages.items():
        notice = page.css_first("footer .jq-notice")
        assert notice is not None, name
        said = {"en": "not a Party or government", "zh-hant": "不是黨政機關網站"}
        expected = said.get(name.split("/")[0], "不是党政机关网站")
        assert expected in notice.text(), name


def test_every_page_names_its_language_and_has_one_title_and_heading(
    pages: dict[str, LexborHTMLParser],
) -> None:
    for name, page in pages.items():
        html = page.css_first("html")
        assert html is not None
        code = {"en": "en", "zh-hant": "zh-Hant"}.get(name.split("/")[0], "zh-Hans")
        assert html.attributes["lang"] == code, name
        assert len(page.css("head > title")) == 1 and len(page.css("h1")) == 1, name


def test_sample_pages_ask_not_to_be_indexed(pages: dict[str, LexborHTMLParser]) -> None:
    for name, page in pages.items():
        assert page.css_first('meta[name=robots][content="noindex"]') is not None, name


def test_header_and_foot_lead_to_the_same_page_in_every_other_edition(
    built_site: BuiltSite, pages: dict[str, LexborHTMLParser]
) -> None:
    editions = {"zh-Hans": "/", "zh-Hant": "/zh-hant/", "en": "/en/"}
    for name, page in pages.items():
        html = page.css_first("html")
        assert html is not None
        own = html.attributes["lang"] or ""
        path = "" if name.endswith("404.html") else "/" + name.removesuffix("index.html")
        path = path.removeprefix(editions[own].rstrip("/")).lstrip("/")
        expected = {code: base + path for code, base in editions.items() if code != own}
        for part in ("header", "footer"):
            links = page.css(f"{part} a[hreflang]")
            found = {link.attributes["hreflang"]: link.attributes["href"] for link in links}
            assert found == expected, (name, part)
            here = page.css(f"{part} span[lang][aria-current]")
            assert [one.attributes["lang"] for one in here] == [own], (name, part)
        for address in expected.values():
            assert file_of(built_site.public, address).exists(), address


def test_the_sitemap_lists_what_exists_with_reciprocal_languages(built_site: BuiltSite) -> None:
    tree = ElementTree.parse(built_site.public / "sitemap.xml")  # noqa: S314  # our own file
    listed: dict[str, dict[str, str]] = {}
    for url in tree.getroot().iter(f"{SITEMAP}url"):
        address = url.findtext(f"{SITEMAP}loc") or ""
        listed[address] = {
            link.attrib["hreflang"]: link.attrib["href"] for link in url.iter(f"{XHTML}link")
        }
    assert len(listed) > 400
    for address, others in listed.items():
        assert file_of(built_site.public, address).exists(), address
        assert set(others) == {"zh-Hans", "zh-Hant", "en", "x-default"}
        for other in others.values():
            assert listed[other] == others


def test_the_search_page_names_what_many_look_for_before_anything_is_asked(
    built_site: BuiltSite, pages: dict[str, LexborHTMLParser]
) -> None:
    for base in ("", "zh-hant/", "en/"):
        links = pages[f"{base}search/index.html"].css("[data-jq-popular] .jq-links a")
        assert len(links) >= 4
        for link in links:
            assert file_of(built_site.public, link.attributes["href"] or "").exists()


def test_no_shell_and_no_source_is_published(built_site: BuiltSite) -> None:
    names = {
        path.relative_to(built_site.public).as_posix() for path in built_site.public.rglob("*")
    }
    assert not [
        name for name in names if "_shell" in name or name.endswith((".md", ".yml", ".tsv"))
    ]
    assert {"404.html", "en/404.html", "zh-hant/404.html", "robots.txt", "sitemap.xml"} <= names


def test_what_flask_needs_lies_beside_the_web_root(built_site: BuiltSite) -> None:
    for name in ("catalogue", "identity", "desks", "release"):
        json.loads((built_site.private / f"{name}.json").read_text(encoding="utf-8"))
    for lang in ("zh", "en"):
        shell = (built_site.private / f"shell.{lang}.html").read_text(encoding="utf-8")
        assert "<!--jq:content-->" in shell and "<!--jq:title-->" in shell


def test_each_404_speaks_its_language_and_names_the_other(
    pages: dict[str, LexborHTMLParser],
) -> None:
    for name, word, other in (("404.html", "这里没有路", "en"), ("en/404.html", "No bridge", "zh")):
        page = pages[name]
        heading, foreign = page.css_first("h1"), page.css_first(f"article [lang^={other}]")
        assert heading is not None and word in heading.text()
        assert foreign is not None and foreign.text(strip=True)


def test_every_fact_of_a_page_is_carried_into_the_built_page(
    root: Path, pages: dict[str, LexborHTMLParser]
) -> None:
    text = (root / "docs/data/facts.tsv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    for prefix in ("", "en/"):
        for row in rows:
            slug = row["page_slug"]
            path = slug.removesuffix("index") if slug.endswith("/index") else f"{slug}/"
            page = pages[f"{prefix}{path}index.html"]
            marks = page.css(f'[data-fact~="{row["id"]}"]')
            assert any(mark.text(strip=True) for mark in marks), (prefix, row["id"])
