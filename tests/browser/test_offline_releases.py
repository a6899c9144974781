"""Releases and what is kept of them: published while a page is open, rolled back, withdrawn."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.offline_site import OfflineSite, Reader

ESSENTIAL, VISITED = "find/lost-contact/", "away/transfer/"
UPDATED = {"zh": "这一页的内容有更新", "en": "This page has been updated"}
RELOAD = {"zh": "重新载入", "en": "Reload"}
PREFIX = {"zh": "", "en": "en/"}
SHEET = re.compile(r"assets/css/jinqiao\.[0-9a-f]{8}\.css")
NEW_SHEET = "assets/css/jinqiao.00c0ffee.css"
RED = "h1 { color: rgb(255, 0, 0) }"
COLOUR = "getComputedStyle(document.querySelector('h1')).color"


@pytest.fixture
def one(browser: Browser, site: OfflineSite, lang: str) -> Iterator[Reader]:
    arrives = Reader(browser, site.url, lang)
    yield arrives
    assert not arrives.leaves()


@pytest.fixture
def lang() -> str:
    return "zh"


def red(site: OfflineSite, *pages: str) -> dict[str, str]:
    """A release in which these pages say so in a new style sheet, and the old one is gone."""
    sheet = SHEET.search(site.text(pages[0] + "index.html"))
    assert sheet is not None
    changed = {NEW_SHEET: site.text(sheet[0]) + RED, sheet[0]: ""}
    for page in pages:
        text = SHEET.sub(NEW_SHEET, site.text(page + "index.html"))
        changed[f"{page}index.html"] = re.sub(r"(<h1\b[^>]*>)", r"\1New. ", text)
    return changed


@pytest.mark.parametrize("lang", PREFIX)
def test_a_new_release_is_told_of_read_without_a_network_and_taken_back(
    site: OfflineSite, one: Reader, lang: str
) -> None:
    essential, visited = PREFIX[lang] + ESSENTIAL, PREFIX[lang] + VISITED
    other = f"/{PREFIX[lang]}away/rights/"
    one.reads_on(other)
    one.opens(f"/{visited}")
    one.stays_at_most()
    one.waits_until_kept(f"/{visited}")
    release = one.essential_release()
    site.publishes(red(site, essential, visited))
    one.hears_of_the_release()
    one.sees(UPDATED[lang])
    one.meets_no_barrier()
    assert one.essential_release() != release, "its essential pages took the place of the old ones"
    with one.page.expect_navigation():
        one.presses(RELOAD[lang])
    one.sees_heading("New. ")

    one.loses_the_network()
    for path in (essential, visited):
        one.opens(f"/{path}")
        one.sees_heading("New. ")
        assert one.page.evaluate(COLOUR) == "rgb(255, 0, 0)", "new HTML with its own style sheet"
    one.opens(other)
    assert one.page.evaluate(COLOUR) != "rgb(255, 0, 0)"
    assert one.page.evaluate("getComputedStyle(document.body).display") == "flex", (
        "a page of the old release kept its own style sheet, which is nowhere else"
    )

    one.finds_the_network()
    site.rolls_back()
    one.opens(f"/{visited}")
    one.stays_at_most()
    one.hears_of_the_release()
    one.waits_for_release(release)
    one.waits_until_the_worker_is_another()
    one.loses_the_network()
    for path in (essential, visited):
        one.opens(f"/{path}")
        one.does_not_see("New. ")


def test_nobody_is_told_of_a_release_that_leaves_their_page_as_it_is(
    site: OfflineSite, one: Reader
) -> None:
    here = "/away/rights/"
    one.reads_on(here)
    release = one.essential_release()
    site.publishes(red(site, VISITED) | {"robots.txt": "new"})
    with one.worker_asks_for(here):  # and finds that it reads as it did
        one.hears_of_the_release()
    one.waits_for_another_release(release)
    one.waits_until_the_worker_is_another()
    one.does_not_see(UPDATED["zh"])


def test_a_release_that_is_not_whole_is_not_taken(site: OfflineSite, one: Reader) -> None:
    one.reads_on("/")
    release = one.essential_release()
    site.publishes(red(site, ESSENTIAL))
    site.changes(f"{ESSENTIAL}index.html", "<h1>Of a third release</h1>")
    one.hears_of_the_release()
    one.waits_until_no_worker_comes()
    one.loses_the_network()
    one.opens(f"/{ESSENTIAL}")
    one.sees_heading("和组织失去联系怎么办")
    assert release in one.essential_releases()


@pytest.mark.parametrize("by", ["worker", "page"])
def test_the_switch_takes_back_what_readers_have(site: OfflineSite, one: Reader, by: str) -> None:
    one.reads_on("/")
    assert one.kept() and one.workers() == 1
    if by == "worker":
        site.publishes({}, offered=False)
        one.hears_of_the_release()
    else:
        page = site.text("index.html").replace(" data-jq-then", ' data-jq-keeps="no" data-jq-then')
        site.publishes({"index.html": page})
        one.opens("/")
        one.stays_at_most()
    one.waits_until_nothing_is_kept()
    assert one.workers() == 0
    one.loses_the_network()
    with pytest.raises(Exception, match="INTERNET_DISCONNECTED"):
        one.opens("/")
