"""Back shows the page as it was left, at once: the browser keeps it whole (back/forward cache).

Playwright turns that cache off, so these tests start a Chromium of their own with it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from scripts import tools
from tests.conftest import ROOT, LiveServer

PAGES = [
    "/",
    "/search/?q=隐私",
    "/find/lost-contact/",
    "/find/directory/",
    "/find/directory/ty-shenzhen-longgang-firms/",
    "/away/register/",
    "/about/glossary/",
    "/en/",
    "/en/search/?q=privacy",
    "/en/find/directory/ty-shenzhen-longgang-firms/",
    "/en/help/ask/",
]
#: Chromium's own list of what kept it from keeping a page; null when nothing did.
REASONS = "JSON.stringify(performance.getEntriesByType('navigation')[0].notRestoredReasons)"

MARK = "mark => { window.left = mark; onpageshow = event => { window.kept = event.persisted; }; }"


@pytest.fixture(scope="module")
def keeping_browser(browser: Browser) -> Iterator[Browser]:
    chromium = browser.browser_type.launch(
        executable_path=tools.require(tools.CHROMIUM_WITH_WINDOWS, ROOT),
        args=["--no-sandbox"] if os.geteuid() == 0 else [],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield chromium
    chromium.close()


@pytest.fixture
def page(keeping_browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    context = keeping_browser.new_context(base_url=live_server.url)
    yield context.new_page()
    context.close()


def leaves_and_comes_back(page: Page, mark: str) -> None:
    """By a link and the Back button; the page must be the very one that was left."""
    page.evaluate(MARK, mark)
    here = page.url
    page.locator(".jq-footer a[href*='privacy']").first.evaluate("link => link.click()")
    page.wait_for_url("**/about/privacy/")
    page.evaluate("history.back()")  # go_back() waits for a load that a kept page never has
    page.wait_for_url(here, wait_until="commit")
    page.wait_for_function("document.readyState === 'complete'")
    assert page.evaluate("window.left") == mark, page.evaluate(REASONS)
    assert page.evaluate("kept") is True


@pytest.mark.parametrize("path", PAGES)
def test_back_shows_the_kept_page(page: Page, path: str) -> None:
    page.goto(path)
    leaves_and_comes_back(page, path)


def test_back_keeps_a_search_and_its_results(page: Page) -> None:
    page.goto("/search/?q=隐私")
    results = page.locator("[data-jq-results] h3 a")
    results.first.wait_for()
    before = results.all_inner_texts()
    leaves_and_comes_back(page, "search")
    assert results.all_inner_texts() == before
    page.locator("#jq-sq").fill("党费")
    page.wait_for_function("text => !location.search.includes(text)", arg=encoded("隐私"))
    assert results.all_inner_texts() != before


def encoded(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def test_back_keeps_what_was_typed_into_a_form(page: Page) -> None:
    page.goto("/help/ask/")
    page.locator("#question").fill("党费怎么交")
    leaves_and_comes_back(page, "form")
    assert page.locator("#question").input_value() == "党费怎么交"
