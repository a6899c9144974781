"""The Traditional edition as its readers use it: there and back, finding, asking."""

from __future__ import annotations

import pytest

from tests.browser.visitor import NewVisitor

BRANCH = "find/directory/ty-shenzhen-longgang-firms/"
#: One of each kind of page; colours and layout are those of the Simplified twin.
PAGES = ["", "about/glossary/", "away/register/", "find/directory/", BRANCH, "no/such/page/"]


@pytest.mark.parametrize("viewport", ["phone", "desktop"])
def test_the_switch_stays_on_the_branch_there_and_back(visitor: NewVisitor, viewport: str) -> None:
    reader = visitor(viewport)
    reader.opens(f"/{BRANCH}#near")
    switch = reader.page.locator("header .jq-editions")
    switch.get_by_role("link", name="繁體中文").click()
    reader.is_at(f"/zh-hant/{BRANCH}")
    reader.sees_heading("棠硯縣駐深圳龍崗企業黨支部")
    reader.needs_no_sideways_scrolling()
    switch.get_by_role("link", name="English").click()
    reader.is_at(f"/en/{BRANCH}")
    reader.page.locator("footer").get_by_role("link", name="繁體中文").click()
    reader.is_at(f"/zh-hant/{BRANCH}")
    reader.page.locator("footer").get_by_role("link", name="简体中文").click()
    reader.is_at(f"/{BRANCH}")


def test_axe_finds_nothing_on_any_kind_of_page(visitor: NewVisitor) -> None:
    reader = visitor("phone")
    for path in PAGES:
        reader.opens(f"/zh-hant/{path}")
        reader.meets_no_barrier()
        reader.needs_no_sideways_scrolling()


def test_the_finder_shows_and_leads_to_branches_of_the_edition(visitor: NewVisitor) -> None:
    reader = visitor("desktop")
    reader.opens("/zh-hant/find/directory/?q=龍崗")
    first = reader.page.locator("[data-jq-list] h4 a").first
    first.filter(has_text="龍崗").wait_for()
    first.click()
    reader.is_at(f"/zh-hant/{BRANCH}")
