"""Somebody looks for a branch: with filters, with words, without scripts, and when things fail."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import minify
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from scripts.directory.importer import load_directory
from scripts.search.serving import serve
from tests.browser.finder_tree import HERE, write_finder
from tests.browser.visitor import NewVisitor, Visitor
from tests.conftest import ROOT

SCRIPTS = ROOT / "docs/assets/js"
DIRECTORY = load_directory(ROOT)[0]
Open = Callable[..., Page]


def settled(page: Page) -> Page:
    expect(page.locator("[data-jq-list]")).to_have_attribute("aria-busy", "false")
    return page


def titles(page: Page) -> list[str]:
    return page.locator("[data-jq-list] .jq-card h4 a").all_inner_texts()


def opens(person: Visitor, path: str) -> Page:
    person.opens(path)
    return settled(person.page)


@pytest.mark.parametrize(
    ("lang", "viewport", "province", "town", "count", "reset"),
    [
        ("zh", "phone", "广东", "松笺镇", "2 个支部", "全部清除"),
        ("zh", "desktop", "广东", "松笺镇", "2 个支部", "全部清除"),
        ("en", "phone", "Guangdong", "Songjian Town", "2 branches", "Clear all"),
        ("en", "desktop", "Guangdong", "Songjian Town", "2 branches", "Clear all"),
    ],
)
def test_filters_combine_can_be_shared_undone_and_gone_back_from(
    visitor: NewVisitor, lang: str, viewport: str, province: str, town: str, count: str, reset: str
) -> None:
    person = visitor(viewport, lang)
    page = opens(person, HERE[lang])
    finder = page.locator("[data-jq-finder]")
    every = finder.locator("h2").inner_text()
    if viewport == "phone":
        finder.locator("details > summary").first.click()
    finder.get_by_role("link", name=province, exact=True).click()
    finder.get_by_role("link", name=town, exact=True).first.click()
    expect(finder.locator("h2")).to_have_text(count)
    expect(finder.get_by_role("status")).to_have_text(count)
    wanted = [
        branch.title(lang)
        for branch in DIRECTORY.open_branches
        if branch.province.code == "440000" and branch.township.slug == "songjian"
    ]
    assert sorted(titles(page)) == sorted(wanted)
    assert page.url.endswith(f"{HERE[lang]}?place=440000&home=songjian")
    chips = finder.locator("[data-jq-chips] a")
    expect(chips).to_have_count(3)
    person.needs_no_sideways_scrolling()
    page.reload()
    expect(finder.locator("h2")).to_have_text(count)
    page.go_back()
    settled(page)
    expect(finder.locator("[data-jq-chips] a")).to_have_count(2)
    expect(finder.locator("[data-jq-chips] a").first).to_contain_text(province)
    finder.get_by_role("link", name=reset).click()
    expect(finder.locator("h2")).to_have_text(every)
    assert page.url.endswith(HERE[lang])


@pytest.mark.parametrize(
    ("lang", "text", "first"),
    [
        ("zh", "驻深圳龙岗企业", "驻深圳龙岗企业党支部"),
        ("zh", "szlg", "驻深圳龙岗企业党支部"),
        ("zh", "shenzhen longgang", "驻深圳龙岗企业党支部"),
        ("zh", "shēn zhèn lóng gǎng qǐ yè", "驻深圳龙岗企业党支部"),
        ("zh", "shen1zhen4long2gang3", "驻深圳龙岗企业党支部"),
        ("zh", "駐深圳龍崗企業", "驻深圳龙岗企业党支部"),
        ("zh", "ty-shenzhen-longgang-firms", "驻深圳龙岗企业党支部"),
        ("zh", "Longgang firms", "驻深圳龙岗企业党支部"),
        ("zh", "龙岗 榛渡", "驻深圳龙岗企业党支部"),
        ("en", "Longgang firm", "Shenzhen Longgang Firms"),
        ("en", "longg", "Shenzhen Longgang Firms"),
        ("en", "深圳龙岗", "Shenzhen Longgang Firms"),
        ("en", "TY-SHENZHEN-LONGGANG-FIRMS", "Shenzhen Longgang Firms"),
    ],
)
def test_words_find_a_branch_however_they_are_typed(
    finder: Open, lang: str, text: str, first: str
) -> None:
    page = finder(lang)
    page.locator("input[name=q]").fill(text)
    expect(page.locator("[data-jq-finder] h2")).to_have_text(re.compile(r"^1 "))
    assert titles(page) == [first]


def test_typing_waits_for_an_input_method_and_leaves_one_step_to_go_back(finder: Open) -> None:
    page = finder("zh")
    length = page.evaluate("history.length")
    field = page.locator("input[name=q]")
    field.dispatch_event("compositionstart")
    field.fill("long'g")
    page.wait_for_timeout(250)
    assert "q=" not in page.url
    field.fill("龙岗")
    field.dispatch_event("compositionend")
    expect(page.locator("[data-jq-finder] h2")).to_have_text("1 个支部")
    assert "q=" in page.url and page.evaluate("history.length") == length


def test_what_fits_nothing_leads_on(finder: Open) -> None:
    page = finder("zh", "?place=440200")
    expect(page.locator("[data-jq-finder] h2")).to_have_text("这个城市还没有支部")
    near = page.locator("[data-jq-list] .jq-browse a").all_inner_texts()
    counts = page.locator("[data-jq-list] .jq-browse .jq-count").all_inner_texts()
    assert near[0] == "深圳" and sorted(map(int, counts), reverse=True) == [int(n) for n in counts]
    expect(page.locator("[data-jq-list] a[href='tel:12371']")).to_be_visible()
    expect(page.locator("[data-jq-list] a[href='/away/register/']")).to_be_visible()
    page.get_by_role("link", name="深圳").first.click()
    settled(page)
    assert "place=440300" in page.url and titles(page)

    page = finder("en", "?place=320000&home=songjian&service=jobs")
    expect(page.locator("[data-jq-finder] h2")).to_have_text("No branch fits all of this")
    page.locator("[data-jq-list] .jq-browse a").first.click()
    settled(page)
    assert titles(page)


def test_words_that_stand_nowhere_together_find_what_comes_closest(finder: Open) -> None:
    page = finder("zh", "?q=深圳龙岗养老院")
    expect(page.locator("[data-jq-list]")).to_contain_text("没有完全对上的")
    assert titles(page)[0] == "驻深圳龙岗企业党支部"


def test_merged_and_closed_branches_are_shown_on_request(finder: Open) -> None:
    page = finder("zh", "?q=北京联络处机关")
    assert titles(page) == []
    page = finder("zh", "?q=北京联络处机关&all=yes")
    assert titles(page) == ["驻北京联络处机关党支部"]
    expect(page.locator("[data-jq-list] .jq-label--old")).to_have_text("已并入")


def test_recently_checked_ones_can_come_first(finder: Open) -> None:
    page = finder("en", "?sort=checked")
    days = page.locator("[data-jq-list] time").evaluate_all("all => all.map(one => one.dateTime)")
    every = sorted((branch.verified_on for branch in DIRECTORY.open_branches), reverse=True)
    assert days == [there.isoformat() for there in every[:20]]


def test_more_cards_come_on_request_and_the_first_new_one_is_focused(finder: Open) -> None:
    page = finder("zh", "?service=rights_help")
    page.get_by_role("button", name="再看").press("Enter")
    expect(page.locator("[data-jq-list] .jq-card")).to_have_count(39)
    focused = page.evaluate("document.activeElement.textContent")
    assert focused == titles(page)[20]
    expect(page.locator("[data-jq-more]")).to_be_hidden()


def test_the_keyboard_chooses_and_never_loses_its_place(finder: Open) -> None:
    page = finder("zh")
    town = page.get_by_role("link", name="松笺镇", exact=True).first
    town.press("Enter")
    settled(page)
    expect(town).to_be_focused()
    expect(town).to_have_attribute("aria-current", "true")
    page.locator("[data-jq-chips] a").first.press("Enter")
    settled(page)
    expect(page.locator("[data-jq-finder] h2")).to_be_focused()


HOSTILE = [
    "?place=%27%3Balert(1)&home=constructor&service=__proto__&sort=toString",
    "?q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
    "?q=" + "%E6%B7%B1" * 3000,
    "?q=%00%01%F0%9F%98%80%22%27%5C",
    "?q=..%2F..%2Fetc&place=999999",
    "?home=songjian&home=luli&home=songjian&who=worker&who=worker",
    "?service=jobs&service=jobs&all=maybe&checked=no&open=",
    "?q=%E0%A4%A",
    "?q=the&trade=&setup=joint%20",
]


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_address_is_answered_calmly(finder: Open, query: str) -> None:
    page = finder("zh", query)
    assert page.locator("[data-jq-finder] h2").inner_text()
    assert page.locator("[data-jq-finder] img").count() == 0
    hrefs = page.locator("[data-jq-chips] a").evaluate_all("all => all.map(one => one.pathname)")
    assert set(hrefs) <= {HERE["zh"]}


@pytest.mark.parametrize(
    "broken", ["**/data/finder/zh.json", "**/data/finder/*/c0.json", "**/data/finder/*/zh/*.json"]
)
def test_missing_data_are_said_with_a_way_to_browse(
    browser: Browser, tree: str, broken: str
) -> None:
    page = browser.new_page()
    page.route(broken, lambda route: route.fulfill(status=404))
    page.goto(f"{tree}{HERE['zh']}?home=songjian")
    expect(page.locator("[data-jq-list]")).to_contain_text("筛选没有加载出来")
    page.locator("[data-jq-list] a").click()
    assert page.url.endswith("#by-place")
    page.close()


def test_a_release_that_takes_files_away_is_followed(browser: Browser, tree: str) -> None:
    page = browser.new_page()
    page.goto(tree + HERE["zh"])
    settled(page)
    lost: list[str] = []

    def fails_once(route: Route) -> None:
        if lost:
            route.fallback()
        else:
            lost.append(route.request.url)
            route.fulfill(status=404)

    page.route("**/data/finder/*/zh/*.json", fails_once)
    page.get_by_role("link", name="松笺镇", exact=True).first.click()
    expect(page.locator("[data-jq-finder] h2")).to_have_text("7 个支部")
    assert len(titles(settled(page))) == 7 and len(lost) == 1
    page.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_without_scripts_there_is_the_plain_list_and_no_dead_filter(
    visitor: NewVisitor, lang: str
) -> None:
    person = visitor("phone", lang, javascript=False)
    person.opens(HERE[lang])
    expect(person.page.locator("[data-jq-finder]")).to_be_hidden()
    cards = person.page.locator(".jq-card:visible")
    assert cards.count() == len(DIRECTORY.open_branches)
    expect(person.page.locator(".jq-map")).to_be_visible()


def test_pictures_say_their_figures_in_words_and_lead_to_pages(finder: Open) -> None:
    page = finder("en")
    tile = page.locator(".jq-map a[aria-label='Guangdong, 10 branches']")
    assert (tile.get_attribute("href") or "").endswith("/en/find/directory/province/440000/")
    assert page.locator(".jq-map a").count() == 25
    assert "Rights help 39" in (page.locator(".jq-bars desc").text_content() or "")
    rows = page.locator("figure table tr").all_text_contents()
    assert "GuangdongGD10" in rows and "TaiwanTW0" in rows and "Rights help39" in rows


@pytest.mark.parametrize("viewport", ["phone", "desktop"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_axe_finds_nothing_in_the_finder_in_use(
    visitor: NewVisitor, lang: str, viewport: str
) -> None:
    person = visitor(viewport, lang)
    page = opens(person, f"{HERE[lang]}?home=songjian&service=jobs&all=yes")
    if viewport == "phone":
        page.locator("[data-jq-finder] details > summary").first.click()
    person.meets_no_barrier("main")
    opens(person, f"{HERE[lang]}?place=440200")
    person.meets_no_barrier("main")


def test_the_finders_script_is_small() -> None:
    script = minify.string("application/javascript", (SCRIPTS / "finder.js").read_text("utf-8"))
    assert len(gzip.compress(script.encode(), 9)) <= 6_000


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root: Path = write_finder(tmp_path_factory.mktemp("sample"), DIRECTORY)
    with serve(root, SCRIPTS) as served:
        yield served.address


@pytest.fixture
def finder(browser: Browser, tree: str) -> Iterator[Open]:
    """finder(lang, query) → the page of the sample's finder; its console must stay empty."""
    said: list[str] = []
    pages: list[Page] = []

    def arrive(lang: str, query: str = "") -> Page:
        page = browser.new_page()
        pages.append(page)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{tree}{HERE[lang]}{query}")
        return settled(page)

    yield arrive
    for page in pages:
        page.close()
    assert said == []
