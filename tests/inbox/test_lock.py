"""The lock in a browser: what was shown is taken out of the page, what was being written stays."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import BaseWSGIServer, make_server

from forms_api.inbox import app as inbox
from forms_api.inbox.command import HOST, _Quiet, opened
from forms_api.inbox.desktop import Desktop, of
from forms_api.inbox.labels import Labels
from forms_api.inbox.vault import Vault, awake_or_not
from tests.inbox.office import Desk, Office
from tests.inbox.test_working import PUBLISHED

SECRET = "老板扣了我三个月工资，怎么办？"
DRAFT = "写到一半的答复"
GOES = "() => !document.documentElement.textContent.includes('老板扣了我')"


@dataclass
class Served:
    """An inbox on a port of its own, in this process: its clock and its vault are at hand."""

    desktop: Desktop
    server: BaseWSGIServer
    context: BrowserContext
    url: str

    def opens(self, path: str) -> Page:
        page = self.context.new_page()
        page.goto(self.url + path)
        return page

    def unlocks(self, page: Page) -> None:
        self.desktop.vault.seconds = 900
        page.locator("#desk").select_option("guide")
        page.locator("main form button").last.click()
        page.locator(".inbox-lock").wait_for()

    def idles(self, *pages: Page) -> None:
        """Nobody has touched it for as long as it takes; then somebody comes back to the page."""
        self.desktop.vault.seconds = -1
        for page in pages:
            page.evaluate("dispatchEvent(new Event('focus'))")


@pytest.fixture
def served(office: Office, browser: Browser) -> Iterator[Served]:
    server = make_server(HOST, 0, Flask(__name__), threaded=True, request_handler=_Quiet)
    app = inbox.create_inbox(
        office.settings, opened(office.settings), [office.identities["desk"]], server.port
    )
    office.started.append(app)
    server.app = app
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = browser.new_context(locale="zh-CN")
    one = Served(of(app), server, context, f"http://{HOST}:{server.port}")
    page = context.new_page()
    page.goto(of(app).door.link())
    page.wait_for_url(f"{one.url}/")
    one.unlocks(page)
    page.close()
    yield one
    context.close()
    server.shutdown()
    server.server_close()


@pytest.fixture
def case(office: Office) -> str:
    return office.sends(question=SECRET, publish_ok="yes").reference


def is_covered(page: Page) -> None:
    page.wait_for_function(GOES)


FIELDS = [("", "#text"), ("", "#note"), ("/publish", "#answer_en"), ("/release", "#reason")]


@pytest.mark.parametrize(("more", "field"), FIELDS)
def test_an_idle_page_is_covered_and_what_was_being_written_comes_back(
    office: Office, served: Served, case: str, more: str, field: str
) -> None:
    if more == "/release":
        proposes(office, case)
    page = served.opens(f"/s/{case}{more}")
    page.locator(field).fill(DRAFT)
    served.idles(*([] if field == "#text" else [page]))  # the first notices by itself
    is_covered(page)
    expect(page.get_by_role("heading", name="打开收件箱")).to_be_visible()
    assert page.url == f"{served.url}/s/{case}{more}"
    assert DRAFT not in page.content()
    served.unlocks(page)
    expect(page.locator(field)).to_have_value(DRAFT)
    served.idles(page)  # and once more, without typing
    is_covered(page)
    served.unlocks(page)
    expect(page.locator(field)).to_have_value(DRAFT)


def proposes(office: Office, reference: str) -> None:
    other = office.desk("liaison", key="recovery")
    other.unlocks()
    assert other.does(reference, "publish", **PUBLISHED).status_code == 303


def test_several_tabs_are_covered_and_each_gets_its_own_text_back(
    served: Served, case: str
) -> None:
    pages = [served.opens(f"/s/{case}") for _ in range(2)]
    for number, page in enumerate(pages):
        page.locator("#text").fill(f"{DRAFT}{number}")
    pages[0].locator(".inbox-lock").click()
    for page in pages:
        is_covered(page)
        expect(page.get_by_role("heading", name="打开收件箱")).to_be_visible()
    assert served.desktop.vault.state == "locked"
    served.unlocks(pages[0])  # the other follows by itself
    for page in pages:
        expect(page.locator("#text")).to_have_value(re.compile(DRAFT))
    found = {page.locator("#text").input_value() for page in pages}
    assert found == {f"{DRAFT}0", f"{DRAFT}1"}


def test_a_tab_that_wakes_shows_nothing_before_it_has_asked(served: Served, case: str) -> None:
    """Its timers stood still: a laptop that slept, a tab behind others."""
    page = served.opens(f"/s/{case}")
    page.locator("#text").fill(DRAFT)
    page.route("**/left", lambda route: None)  # never answered
    covered = page.evaluate(
        """async () => {
            await new Promise(done => setTimeout(done, 100));
            const now = Date.now;
            Date.now = () => now() + 3600e3;  // an hour later
            dispatchEvent(new Event("focus"));
            return document.body.textContent;
        }"""
    )
    assert SECRET not in covered and DRAFT not in covered
    page.unroute("**/left")
    expect(page.locator("#text")).to_have_value(DRAFT, timeout=20_000)  # it was not locked


def test_a_page_whose_inbox_is_gone_shows_only_what_was_written_and_when_asked(
    served: Served, case: str
) -> None:
    page = served.opens(f"/s/{case}")
    page.locator("#text").fill(DRAFT)
    page.route("**/left", lambda route: route.abort())
    is_covered(page)
    expect(page.get_by_text("收件箱不在运行了")).to_be_visible()
    assert DRAFT not in page.content()
    page.get_by_role("button", name="看刚才写的").click()
    expect(page.locator("pre")).to_have_text(DRAFT)
    assert SECRET not in page.content()


def test_somebody_at_work_in_another_tab_keeps_all_of_them_open(served: Served, case: str) -> None:
    page = served.opens(f"/s/{case}")
    left = served.desktop.vault.left()
    page.wait_for_timeout(300)
    assert page.request.get(f"{served.url}/left").text() != "0.00"
    assert served.desktop.vault.left() < left  # asking is no work


def test_without_scripts_an_idle_page_asks_again_and_nobody_is_at_work_for_that(
    desk: Desk, office: Office
) -> None:
    reference = office.sends(question=SECRET).reference
    shown = desk.get(f"/s/{reference}").text
    assert f'<meta http-equiv="refresh" content="901;url=/s/{reference}?idle=1">' in shown
    left = desk.desktop.vault.left()
    assert SECRET in desk.get(f"/s/{reference}?idle=1").text
    assert desk.desktop.vault.left() < left
    desk.desktop.vault.seconds = -1
    assert SECRET not in desk.get(f"/s/{reference}?idle=1").text


def test_time_that_the_computer_sleeps_counts(office: Office) -> None:
    at = [0.0]
    key = office.identities["desk"]
    vault = Vault(office.service.engine, Labels({}, dict), key, 900, lambda: at[0])
    vault.unlock("", "guide")
    vault.wait(20)
    at[0] = 899.0
    assert (vault.state, vault.left()) == ("open", 1.0)
    at[0] = 3600.0
    assert (vault.left(), vault.state) == (0, "locked")
    before = time.clock_gettime(time.CLOCK_BOOTTIME)
    assert before <= awake_or_not() <= time.clock_gettime(time.CLOCK_BOOTTIME)


@pytest.mark.parametrize("page", ["/", "/s/../x", "/open/x", "//evil", "/s/TY-7777-7777/erase", ""])
def test_a_draft_belongs_to_a_page_with_something_to_write(desk: Desk, page: str) -> None:
    assert desk.post("/drafts", page=page, text="x").status_code == 404
    assert not desk.desktop.drafts
