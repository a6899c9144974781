"""In the finished site: what editors see is unlisted, and what is coming leads somewhere."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urljoin

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from tests.conftest import BuiltSite

PREFIXES = pytest.mark.parametrize("prefix", ["", "en/"], ids=["zh", "en"])


def opened(built_site: BuiltSite, path: str) -> LexborHTMLParser:
    file = built_site.public / path / "index.html"
    return LexborHTMLParser(file.read_text(encoding="utf-8"))


def links(node: LexborHTMLParser | LexborNode, path: str = "") -> list[str]:
    """Root-absolute addresses; relative ones are read as on the page at `path`."""
    hrefs = [link.attributes["href"] or "" for link in node.css("a[href]")]
    return [urljoin(f"/{path.strip('/')}/", href).partition("#")[0] for href in hrefs]


def links_on(built_site: BuiltSite, path: str) -> list[str]:
    return links(opened(built_site, path), path)


@PREFIXES
def test_the_page_for_editors_is_linked_from_the_handbook_and_listed_nowhere(
    built_site: BuiltSite, prefix: str
) -> None:
    here = f"/{prefix}about/upkeep/"
    page = opened(built_site, here.strip("/"))
    assert page.css_first('meta[name=robots][content="noindex"]') is not None
    assert page.css_first('meta[name="jq:index"][content="no"]') is not None
    assert here in links_on(built_site, f"{prefix}about/maintain")
    assert here not in (built_site.public / "sitemap.xml").read_text(encoding="utf-8")
    listed = json.loads((built_site.public / "data/pages.json").read_text(encoding="utf-8"))
    assert len(listed) == 70
    assert "about/upkeep" not in {one["slug"] for one in listed}


@PREFIXES
def test_its_summary_counts_what_its_tables_hold(built_site: BuiltSite, prefix: str) -> None:
    page = opened(built_site, f"{prefix}about/upkeep")
    summary, *tables = page.css("article table")
    counts = [int(row.css("td")[0].text()) for row in summary.css("tbody tr")]
    assert len(counts) == 5
    assert [n for n in counts if n] == [len(table.css("tbody tr")) for table in tables]


@PREFIXES
def test_the_home_page_shows_the_next_three_and_leads_to_where_one_signs_up(
    built_site: BuiltSite, prefix: str
) -> None:
    events = opened(built_site, prefix).css(".jq-events > li")
    assert len(events) == 3
    days = [event.css_first("time").attributes["datetime"] for event in events]  # type: ignore[union-attr]
    assert days == sorted(days, key=str)
    for event in events:
        assert set(links(event)) & {f"/{prefix}away/activities/", f"/{prefix}away/training/"}


@PREFIXES
@pytest.mark.parametrize("slug", ["away/activities", "away/training", "away/home-visit"])
def test_a_section_lists_its_events_with_the_calendar(
    built_site: BuiltSite, prefix: str, slug: str
) -> None:
    page = opened(built_site, prefix + slug)
    assert page.css(".jq-events > li")
    assert "/data/events.ics" in links(page)


@PREFIXES
def test_every_city_leads_to_its_calendar(built_site: BuiltSite, prefix: str) -> None:
    cities = sorted((built_site.public / prefix / "find/directory/city").iterdir())
    assert cities
    for city in cities:
        calendar = f"/data/events-{city.name}.ics"
        assert calendar in links_on(built_site, f"{prefix}find/directory/city/{city.name}")
        assert Path(f"{built_site.public}{calendar}").is_file()


@PREFIXES
def test_each_sheet_is_linked_from_the_page_it_belongs_to_and_from_open_data(
    built_site: BuiltSite, prefix: str
) -> None:
    sheets = sorted((built_site.public / prefix / "print").iterdir())
    assert len(sheets) == 9
    everywhere = links_on(built_site, f"{prefix}about/open-data")
    for sheet in sheets:
        address = f"/{prefix}print/{sheet.name}/"
        home = links(opened(built_site, address.strip("/")).css_first("article .jq-next"))  # type: ignore[arg-type]
        assert address in everywhere
        assert address in links_on(built_site, home[0].strip("/"))
