"""Every way in to the branches without JavaScript: by place, home township, trade and kind."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from scripts.directory import pages
from scripts.directory.schema import RESERVED_IDS, Branch
from tests.site.directory_data import multiplied
from tests.site.directory_site import (
    BY_ID,
    DIRECTORY,
    LANGUAGES,
    PREFIX,
    fill,
    listed,
    read,
    words,
)

FACETS: dict[str, Callable[[Branch], str]] = {
    "province": lambda branch: branch.province.code,
    "city": lambda branch: branch.city.code,
    "home": lambda branch: branch.township.slug,
    "trade": lambda branch: branch.trade,
    "kind": lambda branch: branch.kind,
}


@pytest.mark.parametrize("facet", FACETS)
def test_a_browse_page_lists_exactly_its_branches(facet: str, public: Path) -> None:
    value_of = FACETS[facet]
    values = {value_of(branch) for branch in DIRECTORY.branches}
    folders = {path.name for path in (public / "find/directory" / facet).iterdir()}
    assert folders == values
    for value in values:
        expected = {branch.id for branch in DIRECTORY.branches if value_of(branch) == value}
        is_open = {id_ for id_ in expected if BY_ID[id_].status in ("active", "paused")}
        for lang in LANGUAGES:
            page = read(public, f"{PREFIX[lang]}find/directory/{facet}/{value}")
            found = listed(page)
            assert sorted(found) == sorted(expected)
            assert set(found[: len(is_open)]) == is_open
            lead = words(page.css_first(".jq-lead"))
            assert (re.findall(r"\d+", lead) or ["0"])[0] == str(len(is_open))


def test_a_township_without_branches_still_has_its_page(tmp_path: Path) -> None:
    one = dataclasses.replace(DIRECTORY, branches=(BY_ID["ty-kunshan-electronics-firms"],))
    fill(one, tmp_path)
    page = read(tmp_path, "en/find/directory/home/songjian")
    assert words(page.css_first(".jq-lead")) == "No branch here at present"
    assert page.css("a[href='tel:12371']")


def test_no_id_takes_the_place_of_a_browse_page(public: Path) -> None:
    assert not set(RESERVED_IDS) & set(BY_ID)
    for name in RESERVED_IDS:
        assert not (public / "find/directory" / name / "index.html").exists()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_directorys_own_page_shows_all_ways_in_with_counts(lang: str) -> None:
    page = HTMLParser(pages.landing(DIRECTORY, lang))
    assert [node.attributes["id"] for node in page.css("h2[id]")] == [
        "by-place", "by-home", "by-trade", "by-kind", "by-help", "all",
    ]  # fmt: skip
    for list_, value_of in zip(
        page.css(".jq-browse"),
        [FACETS[name] for name in ("province", "home", "trade", "kind")],
        strict=True,
    ):
        rows = [
            ((row.css_first("a") or row).attributes["href"] or "", words(row.css_first("span")))
            for row in list_.css("li")
        ]
        counts = [int(count) for _, count in rows]
        assert counts == sorted(counts, reverse=True)
        for url, count in rows:
            value = url.strip("/").split("/")[-1]
            members = [b for b in DIRECTORY.open_branches if value_of(b) == value]
            assert int(count) == len(members)
        assert sum(counts) == len(DIRECTORY.open_branches)
    assert len(page.css(".jq-nofinder .jq-card")) == len(DIRECTORY.open_branches)


def test_cities_stand_in_the_order_of_their_pinyin_or_alphabet() -> None:
    headings = {
        lang: [
            words(node.css_first("a"))
            for node in HTMLParser(pages.landing(DIRECTORY, lang)).css(".jq-nofinder h3.jq-city")
        ]
        for lang in LANGUAGES
    }
    assert headings["zh"][:4] == ["保定", "北京", "长春", "长沙"]
    assert headings["en"] == sorted(headings["en"], key=str.lower)


def test_a_large_directory_shows_only_the_ways_in_on_its_own_page() -> None:
    page = HTMLParser(pages.landing(multiplied(DIRECTORY, 301), "zh"))
    assert not page.css(".jq-nofinder") and len(page.css(".jq-browse")) == 4
    assert len(page.css("[data-jq-list] .jq-card")) == 20


def test_the_home_page_gets_places_and_townships_with_counts() -> None:
    blocks = pages.home_blocks(DIRECTORY, "en")
    assert blocks["count"] == 58
    assert blocks["places"][0] == ("Guangdong", 10, "/en/find/directory/province/440000/")
    assert sum(count for _, count, _ in blocks["towns"]) == 58
