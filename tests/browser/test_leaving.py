"""Leaving quickly: what was typed goes first, in every tab, and does not come back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.visitor import Visitor
from tests.conftest import LiveServer

FORM = "/help/rights/"
SECRET = "老板扣了我三个月工资"
LEFT = "https://www.gov.cn/"
DRAFTS = """() => [localStorage, sessionStorage].flatMap(store => Object.keys(store))
    .filter(key => key.startsWith('jq-draft:'))"""
REFUSED = "for (const name of {0}) Object.defineProperty(window, name, {{get() {{ throw 1; }}}})"


def elsewhere(route: Route) -> None:
    route.fulfill(body="elsewhere", content_type="text/html")


@pytest.fixture
def reader(browser: Browser, live_server: LiveServer) -> Iterator[Visitor]:
    """Alone in a browser of their own: tabs and stores are what this is about."""
    one = Visitor(browser, live_server.url, "desktop", "zh", True, False)
    one.page.context.route(LEFT, elsewhere)
    with closing(one._context):
        yield one


def types(page: Page, *, keeps: bool = True) -> None:
    page.goto(FORM)
    page.locator("#outline").fill(SECRET)
    if keeps:
        page.locator("#jq-keep").check()
        page.locator("#outline").press("End")


def reads_back(page: Page) -> None:
    """Fills the form and goes on to the page that shows all of it."""
    page.locator("#outline").fill(SECRET * 4)
    for name in ("where", "people"):
        page.locator(f"#{name}").select_option(index=1)
    page.locator("#where_district").fill("龙岗")
    for name in ("issue", "official_step"):
        page.locator(f"[name={name}]").last.check()
    page.locator("[name=reply_by][value=email]").check()
    page.locator("#contact").fill("wanderer@example.org")
    for box in page.locator(".jq-choice--long input").all():
        box.check()
    page.locator("main form[data-jq-form] button:not([type])").last.click()
    page.wait_for_selector("[data-jq-step=check], .jq-summary")
    assert not page.locator(".jq-summary").count(), page.locator(".jq-summary").inner_text()


def leaves(page: Page) -> None:
    page.locator("[data-jq-leave]").click(no_wait_after=True)
    expect(page).to_have_url(LEFT)


def holds_nothing(page: Page) -> None:
    expect(page.locator("#outline")).to_have_value("")
    expect(page.locator("#jq-keep")).not_to_be_checked()
    assert page.evaluate(DRAFTS) == []
    assert SECRET not in page.content()


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("keys", [True, False])
def test_neither_going_back_nor_a_new_tab_shows_what_was_typed(
    reader: Visitor, keeps: bool, keys: bool
) -> None:
    page = reader.page
    page.goto("/help/complain/")
    page.locator("main textarea").first.fill(SECRET)
    types(page, keeps=keeps)
    assert page.evaluate(DRAFTS)
    if keys:
        reader.types("Escape")
        page.keyboard.press("Escape")
        expect(page).to_have_url(LEFT)
    else:
        leaves(page)
    page.go_back()
    expect(page).to_have_url(re.compile("/help/complain/"))
    expect(page.locator("main textarea").first).to_have_value("")
    page.goto(FORM)
    holds_nothing(page)
    other = page.context.new_page()
    other.goto(FORM)
    holds_nothing(other)


@pytest.mark.parametrize("step", ["form", "read-back"])
def test_other_tabs_are_emptied_at_once(reader: Visitor, step: str) -> None:
    other = reader.page.context.new_page()
    types(other)
    if step == "read-back":
        reads_back(other)
    mine = reader.page
    types(mine)
    leaves(mine)
    holds_nothing(other)
    other.reload()
    holds_nothing(other)


def test_a_tab_that_lay_in_the_history_is_emptied_when_it_comes_back(reader: Visitor) -> None:
    other = reader.page.context.new_page()
    types(other)
    other.goto("/help/jobs/")
    types(reader.page)
    leaves(reader.page)
    other.go_back()
    holds_nothing(other)


def test_a_read_back_is_gone_when_going_back(reader: Visitor) -> None:
    """The whole step in the browser: the form and its read-back are two entries of one page."""
    page = reader.page
    page.goto(FORM)
    reads_back(page)
    expect(page.locator("[data-jq-leave]")).to_be_visible()  # the button is there on every step
    leaves(page)
    page.go_back()
    holds_nothing(page)
    expect(page.locator("[data-jq-step=check]")).to_have_count(0)
    expect(page.locator("main")).to_be_visible()


@pytest.mark.parametrize(
    "stores", [["localStorage"], ["sessionStorage"], ["localStorage", "sessionStorage"]]
)
def test_where_storage_is_refused_the_rest_is_emptied_all_the_same(
    reader: Visitor, stores: list[str]
) -> None:
    reader.page.context.add_init_script(REFUSED.format(json.dumps(stores)))
    other = reader.page.context.new_page()
    for page in (other, reader.page):
        page.goto(FORM)
        page.locator("#outline").fill(SECRET)
    leaves(reader.page)
    expect(other.locator("#outline")).to_have_value("")
    reader.page.go_back()
    reader.page.goto(FORM)
    expect(reader.page.locator("#outline")).to_have_value("")


def test_a_page_that_is_still_arriving_is_left_without_its_other_scripts(reader: Visitor) -> None:
    page = reader.page
    types(page)
    page.context.route(re.compile(r"/assets/js/(?!theme)"), lambda route: None)  # never answered
    page.goto(FORM, wait_until="commit")
    page.locator("[data-jq-leave]").wait_for()
    leaves(page)
    page.context.unroute_all()
    page.context.route(LEFT, elsewhere)
    page.goto("/help/")
    assert page.evaluate(DRAFTS) == []


@pytest.mark.parametrize(
    ("draft", "stays"),
    [
        ('{{"at": {now}, "typed": {{}}}}', True),
        ('{{"at": {now} - 6 * 864e5, "typed": {{}}}}', True),
        ('{{"at": {now} - 8 * 864e5, "typed": {{}}}}', False),
        ('{{"at": {now} + 3 * 864e5, "typed": {{}}}}', False),
        ('{{"typed": {{}}}}', False),
        ("'no JSON'", False),
    ],
)
def test_any_page_deletes_drafts_of_more_than_seven_days(
    reader: Visitor, draft: str, stays: bool
) -> None:
    page = reader.page
    page.goto("/help/jobs/")
    made = draft.format(now="Date.now()")
    script = f"() => {{ const d = {made}; localStorage['jq-draft:help-rights'] = "
    page.evaluate(script + "typeof d === 'string' ? d : JSON.stringify(d); }")
    page.goto("/bridge/")
    assert bool(page.evaluate(DRAFTS)) is stays


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_names_the_days_that_the_script_keeps(root: Path, lang: str) -> None:
    script = (root / "docs/assets/js/theme.js").read_text("utf-8")
    days = re.search(r"DAYS = (\d+)", script)
    assert days
    strings = (root / f"forms_api/strings/{lang}.yml").read_text("utf-8")
    privacy = (root / f"docs/{lang}/about/privacy.md").read_text("utf-8")
    named = f"{days[1]} 天" if lang == "zh" else f"{days[1]} days"
    assert named in next(line for line in strings.splitlines() if "draft_keep:" in line)
    assert named in privacy
