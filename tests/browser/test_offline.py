"""Reading without a network: what is kept, what never is, and how a reader is rid of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.offline_site import OfflineSite, Reader

#: What tests look for, by language.
WORDS = {
    "zh": {
        "prefix": "/",
        "essential": "和组织失去联系怎么办",
        "kept": "没有网络，或者网络太慢。这一页是",
        "absent": "您要看的这一页没有存过",
        "offline": "没有网络时能看的",
        "visited": "组织关系转接",
        "again": "再试一次",
        "forget": "全部删掉，以后也不存",
        "forgotten": "都删掉了",
        "keep": "在这台设备上存",
        "city": "存下这个市的支部，没有网络也能看",
        "done": "存好了",
        "drop": "这个市不存了",
        "finder": "存下深圳的支部",
        "search": "搜索要有网络",
        "sending": "没有网络，表还没有发成",
        "online": "网络恢复了",
        "send": "下一步：核对",
    },
    "en": {
        "prefix": "/en/",
        "essential": "If you have lost contact",
        "kept": "No network, or a very slow one. This page was kept on",
        "absent": "the page you asked for was not kept",
        "offline": "Without a network",
        "visited": "Transferring your organisational relationship",
        "again": "Try again",
        "forget": "Delete everything and keep nothing more",
        "forgotten": "Everything is deleted",
        "keep": "Keep pages on this device",
        "city": "Keep this city for reading without a network",
        "done": "Kept.",
        "drop": "Let go of this city",
        "finder": "Keep Shenzhen",
        "search": "Search needs a network",
        "sending": "the form has not gone through",
        "online": "The network is back",
        "send": "Next: check your answers",
    },
}
LANGUAGES = pytest.mark.parametrize("lang", WORDS)


@pytest.fixture
def reader(browser: Browser, site: OfflineSite) -> Iterator[Callable[[str], Reader]]:
    readers: list[Reader] = []

    def arrives(lang: str) -> Reader:
        readers.append(Reader(browser, site.url, lang))
        return readers[-1]

    yield arrives
    faults = [fault for one in readers for fault in one.leaves()]
    assert not faults, "\n".join(faults)


@LANGUAGES
def test_essential_and_visited_pages_can_be_read_and_others_lead_to_what_can(
    reader: Callable[[str], Reader], lang: str
) -> None:
    says, one = WORDS[lang], reader(lang)
    home = says["prefix"]
    one.reads_on(f"{home}away/transfer/")
    one.opens(f"{home}find/directory/?q=shenzhen&place=440300")
    one.waits_until_kept(f"{home}find/directory/")
    one.opens(f"{home}help/rights/")
    one.stays_at_most()
    kept = one.kept()
    assert one.pages("jq-visited") == {f"{home}away/transfer/", f"{home}find/directory/"}
    assert f"{home}find/lost-contact/" in one.pages("jq-essential-")
    assert not [path for _, path in kept if "?" in path or path.startswith("/forms")]

    one.loses_the_network()
    one.opens(f"{home}find/lost-contact/")
    one.sees_heading(says["essential"])
    one.sees(says["kept"])
    assert one.page.evaluate("getComputedStyle(document.querySelector('.jq-strip')).color") != (
        "rgb(0, 0, 0)"
    ), "it has its style sheet"
    one.opens(f"{home}away/transfer")
    one.sees(says["kept"])
    one.has_title(says["visited"])
    one.types("/")
    one.page.locator("[data-jq-dialog] input").fill("党费")
    one.sees(says["search"])
    expect(one.page.locator("[data-jq-out] a", has_text=says["essential"])).to_be_visible()

    assert one.opens(f"{home}bridge/invest/") == 503
    one.is_at(f"{home}bridge/invest/")
    one.sees(says["absent"])
    one.sees(says["visited"])
    one.meets_no_barrier()
    one.needs_no_sideways_scrolling()
    one.finds_the_network()
    with one.page.expect_navigation():
        one.presses(says["again"])
    one.does_not_see(says["absent"])


def test_a_server_that_is_gone_or_slow_is_a_network_that_is(
    reader: Callable[[str], Reader], site: OfflineSite
) -> None:
    one = reader("zh")
    one.reads_on("/away/transfer/")
    site.is_slow(True)
    try:
        one.opens("/away/transfer/")
        one.sees(WORDS["zh"]["kept"])
    finally:
        site.is_slow(False)
    site.dies()
    try:
        assert one.opens("/bridge/invest/") == 503
        one.sees(WORDS["zh"]["absent"])
    finally:
        site.starts()


@LANGUAGES
def test_a_city_is_kept_with_its_branches_and_their_finder(
    reader: Callable[[str], Reader], lang: str
) -> None:
    says, one = WORDS[lang], reader(lang)
    home = says["prefix"]
    one.opens(f"{home}find/directory/?place=440300")
    one.follows(says["finder"])
    one.stays_at_most()
    one.presses(says["city"])
    one.sees(says["done"])
    city = f"{home}find/directory/city/440300/"
    branches = one.page.locator(".jq-cards h3 a").evaluate_all("all => all.map(a => a.pathname)")
    assert len(branches) > 2 and one.pages("jq-city-") == {
        *branches,
        city,
        f"{home}find/directory/",
    }

    one.loses_the_network()
    one.opens(branches[0])
    one.sees(says["kept"])
    one.opens(f"{home}find/directory/?place=440300")
    expect(one.page.locator(".jq-shown .jq-card")).to_have_count(len(branches))
    one.opens(f"{home}offline/")
    expect(one.page.locator(f"main a[href='{city}']")).to_have_count(1)
    one.finds_the_network()
    one.opens(city)
    one.presses(says["drop"])
    expect(one.page.get_by_role("button", name=says["city"])).to_be_visible()
    assert one.pages("jq-city-") == set()


@LANGUAGES
def test_a_form_without_a_network_keeps_what_was_typed_and_sends_nothing_by_itself(
    reader: Callable[[str], Reader], lang: str
) -> None:
    says, one = WORDS[lang], reader(lang)
    path = f"{says['prefix']}help/ask/"
    one.reads_on(path)
    one.page.locator("#question").fill("党费怎么交")
    one.loses_the_network()
    one.presses(says["send"])
    one.sees(says["sending"])
    one.sees("12345")
    one.reloads()
    assert one.page.locator("#question").input_value() == "党费怎么交"
    one.presses(says["send"])
    one.sees(says["sending"])
    asked: list[str] = []
    one.page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    one.finds_the_network()
    one.sees(says["online"])
    assert not [name for name in asked if name.startswith("/forms/")]


@LANGUAGES
def test_everything_is_deleted_and_stays_away_until_the_reader_wants_it_back(
    reader: Callable[[str], Reader], lang: str
) -> None:
    says, one = WORDS[lang], reader(lang)
    one.reads_on(f"{says['prefix']}away/transfer/")
    one.opens(f"{says['prefix']}about/privacy/#device")
    one.stays_at_most()
    one.presses(says["forget"])
    one.sees(says["forgotten"])
    assert (one.kept(), one.workers()) == ([], 0)
    one.opens(f"{says['prefix']}offline/")
    expect(one.page.get_by_role("button", name=says["keep"])).to_be_visible()
    assert (one.kept(), one.workers()) == ([], 0)
    one.presses(says["keep"])
    expect(one.page.locator("main a", has_text=says["essential"])).to_be_visible()


def test_leaving_quickly_leaves_no_page_that_was_read(reader: Callable[[str], Reader]) -> None:
    one = reader("zh")
    one.reads_on("/away/transfer/")
    one.opens("/help/rights/")
    one.page.route("https://**", lambda route: route.fulfill(body="elsewhere"))
    one.page.get_by_role("link", name="快速离开").click()
    one.page.wait_for_url("https://**")
    one.faults.clear()  # it was to ask another origin
    one.opens("/offline/")
    one.stays_at_most()
    assert one.pages("jq-visited") == set()
    assert "/find/lost-contact/" in one.pages()


def test_the_traditional_edition_keeps_its_own_pages_and_words(
    reader: Callable[[str], Reader],
) -> None:
    one = reader("zh-Hant")
    one.reads_on("/zh-hant/away/transfer/")
    assert one.pages("jq-essential-") == {
        path for path in one.pages() if path.startswith("/zh-hant/") and "transfer" not in path
    }
    assert "/zh-hant/find/lost-contact/" in one.pages("jq-essential-")
    one.loses_the_network()
    one.opens("/zh-hant/find/lost-contact/")
    one.sees("沒有網絡，或者網絡太慢。這一頁是")
    one.opens("/zh-hant/bridge/invest/")
    one.sees("您要看的這一頁沒有存過")
    one.sees("和組織失去聯繫怎麼辦")
