"""The overlay and the search page, with keyboard, input methods and failures."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.search.indexer import index_tree
from scripts.search.serving import serve
from tests.browser.attention import wait_until_keys_are_heard
from tests.site.search_tree import write_tree

SCRIPTS = Path(__file__).parents[2] / "docs" / "assets" / "js"
WORDS = {
    "results_none": "没搜到。",
    "results_count": "{n} 条结果",
    "results_one": "1 条结果",
    "results_also": "也搜了“{names}”。",
    "results_all": "看全部结果",
    "group_pages": "答案",
    "group_forms": "表单",
    "group_terms": "名词",
    "group_branches": "支部",
    "related": "也许有用",
    "results_filter": "只看",
    "results_everything": "全部",
    "results_browse": "按栏目找",
    "filter_label": "标记",
    "sections": {"away": ["在外党员", "/away/"]},
    "labels": {"current": "现行", "mixed": "今昔兼有", "historical": "历史", "reference": "参考"},
    "popular_title": "大家常找",
    "popular": [["组织关系转接", "/away/transfer/"], ["工资被拖欠", "/help/rights/"]],
    "ask_text": "问我们",
    "ask_url": "/help/ask/",
    "loading": "正在搜…",
    "failed": "搜索没有加载出来。",
}
PAGE = """<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>页</title>
<link rel="icon" href="data:,"><script src="/assets/js/searchbox.js" type="module"></script></head>
<body><form role="search" action="/search/" data-jq-search><label for="jq-q">搜索</label>
<input id="jq-q" name="q" type="search"><button>搜索</button></form>
<a href="/search/" data-jq-open>打开搜索</a>
<main><article><h1 id="top">页</h1>{body}</article></main>
<dialog class="jq-over" hidden aria-label="搜索" data-jq-dialog>
<form role="search" action="/search/"><label for="jq-oq">搜什么</label>
<input id="jq-oq" name="q" type="search"><button>搜索</button>
<button type="button" data-jq-close>取消</button></form><div data-jq-out></div></dialog>
<script type="application/json" id="jq-words">{words}</script></body></html>"""
SEARCH = """<div data-jq-searchpage><form role="search" action="/search/">
<label for="jq-sq">搜</label>
<input id="jq-sq" name="q" type="search"><button>搜索</button></form><p role="status"></p>
<div data-jq-filters></div>
<div data-jq-results></div><section data-jq-popular><h2>栏目</h2></section></div>"""
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = write_tree(tmp_path_factory.mktemp("tree"))
    index_tree(root, root / "search-index", glossary=root / "glossary.tsv")
    for name, body in (("box", "<p>正文</p>"), ("search", SEARCH)):
        (root / name).mkdir(exist_ok=True)
        text = PAGE.replace("{body}", body).replace("{words}", json.dumps(WORDS))
        (root / name / "index.html").write_text(text, encoding="utf-8")
    with serve(root, SCRIPTS) as served:
        yield served.address


@pytest.fixture
def opens(browser: Browser, address: str) -> Iterator[Open]:
    """opens(path) → a page whose console must stay empty unless `faults` are expected."""
    said: list[str] = []
    contexts = []

    def arrive(path: str, faults: bool = False, script: str = "") -> Page:
        context = browser.new_context()
        contexts.append(context)
        page = context.new_page()
        if script:
            page.add_init_script(script)
        if not faults:
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(address + path)
        wait_until_keys_are_heard(page)
        return page

    yield arrive
    for context in contexts:
        context.close()
    assert said == []


def test_a_first_visit_does_not_pay_for_the_search(opens: Open) -> None:
    page = opens("/box/")
    loaded = page.evaluate("performance.getEntriesByType('resource').map(r => r.name)")
    assert [name.rsplit("/", 1)[1] for name in loaded] == ["searchbox.js"]


@pytest.mark.parametrize("key", ["/", "Control+k", "Meta+k"])
def test_a_key_opens_the_overlay_and_esc_closes_it(opens: Open, key: str) -> None:
    page = opens("/box/")
    page.keyboard.press(key)
    field = page.get_by_label("搜什么")
    expect(field).to_be_focused()
    expect(page.get_by_role("heading", name="大家常找")).to_be_visible()
    field.press_sequentially("欠/")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("/")
    expect(field).to_be_focused()


@pytest.mark.parametrize("key", ["/", "k"])
def test_an_overlay_closed_and_opened_in_one_breath_stays(opens: Open, key: str) -> None:
    page = opens("/box/")
    page.keyboard.press("/")
    both = """key => { for (const one of ["Escape", key]) document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", {key: one, ctrlKey: one === "k", bubbles: true})) }"""
    page.evaluate(both, key)
    page.evaluate("new Promise(done => setTimeout(done, 100))")  # the event of closing is past
    expect(page.get_by_label("搜什么")).to_be_focused()


def test_results_are_grouped_counted_and_announced(opens: Open) -> None:
    page = opens("/box/")
    page.get_by_role("link", name="打开搜索").click()
    page.get_by_label("搜什么").fill("欠薪")
    box = page.get_by_role("dialog")
    expect(box.get_by_role("status")).to_have_text("2 条结果")
    expect(box.locator(".jq-hits h2")).to_have_text(["表单 1", "答案 1"])
    expect(box.locator("h3").first).to_have_text("工资被拖欠怎么办 今昔兼有")
    expect(box.locator(".jq-label--old")).to_have_text("历史")
    expect(box.locator("mark").first).to_have_text("欠薪")
    everything = page.url.replace("/box/", "/search/?q=%E6%AC%A0%E8%96%AA")
    expect(box.get_by_role("link", name="看全部结果")).to_have_attribute("href", everything)
    expect(box.get_by_role("link", name="问我们")).to_be_visible()


def test_arrow_keys_walk_through_the_hits(opens: Open) -> None:
    page = opens("/box/")
    page.keyboard.press("/")
    page.get_by_label("搜什么").fill("支部")
    links = page.get_by_role("dialog").locator("h3 a")
    expect(page.get_by_role("status")).to_contain_text("条结果")
    page.keyboard.press("ArrowDown")
    expect(links.first).to_be_focused()
    page.keyboard.press("End")
    expect(links.last).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("搜什么")).to_be_focused()


def test_nothing_is_searched_while_an_input_method_composes(opens: Open) -> None:
    page = opens("/box/")
    page.keyboard.press("/")
    keyboard = page.context.new_cdp_session(page)
    keyboard.send(
        "Input.imeSetComposition", {"text": "zhi", "selectionStart": 3, "selectionEnd": 3}
    )
    page.wait_for_timeout(400)
    expect(page.get_by_role("status")).to_have_text("")
    expect(page.get_by_role("dialog")).to_be_visible()
    keyboard.send("Input.insertText", {"text": "支部"})
    expect(page.get_by_role("status")).to_contain_text("条结果")


def test_only_near_hits_are_said_to_be_near(opens: Open) -> None:
    page = opens("/box/")
    page.keyboard.press("/")
    page.get_by_label("搜什么").fill("党员开办流动工厂")
    expect(page.locator(".jq-hits h2").first).to_contain_text("也许有用")


def test_a_slip_is_mended_and_said(opens: Open) -> None:
    page = opens("/box/")
    page.keyboard.press("/")
    page.get_by_label("搜什么").fill("流动党圆")
    expect(page.locator(".jq-hits h2").first).not_to_contain_text("也许有用")
    expect(page.get_by_role("status")).to_contain_text("流动党员")


def test_filters_are_links_with_counts_and_live_in_the_address(opens: Open) -> None:
    page = opens("/search/?q=欠薪")
    labels = page.get_by_role("navigation", name="只看 标记")
    expect(labels.get_by_role("link")).to_have_count(2)
    labels.get_by_role("link", name="历史").click()
    page.wait_for_url("**/search/?q=*&label=historical")
    expect(page.locator("[data-jq-results] h3")).to_have_count(1)
    chosen = page.get_by_role("navigation", name="只看 标记").get_by_role("link", name="历史")
    expect(chosen).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="全部", exact=True).click()
    page.wait_for_url(lambda url: "label" not in url)


def test_other_names_that_were_tried_are_told(opens: Open) -> None:
    page = opens("/box/")
    page.keyboard.press("/")
    page.get_by_label("搜什么").fill("漂着的党员")
    expect(page.get_by_role("status")).to_contain_text("也搜了“流动党员")


def test_no_result_leads_on(opens: Open) -> None:
    page = opens("/box/")
    page.keyboard.press("/")
    page.get_by_label("搜什么").fill("独角兽")
    expect(page.get_by_role("status")).to_have_text("没搜到。")
    expect(page.get_by_role("heading", name="大家常找")).to_be_visible()
    expect(page.get_by_role("link", name="问我们")).to_be_visible()


def test_the_search_page_keeps_its_address_up_to_date(opens: Open) -> None:
    page = opens("/search/?q=欠薪")
    expect(page.get_by_label("搜", exact=True)).to_have_value("欠薪")
    expect(page.get_by_role("status")).to_have_text("2 条结果")
    expect(page.get_by_role("heading", name="栏目")).to_be_hidden()
    page.get_by_label("搜", exact=True).fill("党费")
    expect(page.get_by_role("heading", name="组织生活和党费")).to_be_visible()
    expect(page).to_have_url(page.url.split("?")[0] + "?q=%E5%85%9A%E8%B4%B9")
    page.get_by_label("搜", exact=True).fill("")
    expect(page.get_by_role("heading", name="栏目")).to_be_visible()
    assert "?" not in page.url


def test_the_header_field_opens_the_overlay_when_clicked_but_not_by_tab(opens: Open) -> None:
    page = opens("/box/")
    page.keyboard.press("Tab")
    expect(page.get_by_label("搜索", exact=True).first).to_be_focused()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.locator("#jq-q").click()
    expect(page.get_by_label("搜什么")).to_be_focused()


def test_without_dialog_the_link_leads_to_the_search_page(opens: Open) -> None:
    page = opens("/box/", script="delete HTMLDialogElement.prototype.showModal")
    page.get_by_role("link", name="打开搜索").click()
    page.wait_for_url("**/search/")


def test_a_search_that_does_not_load_says_so_and_the_form_still_leads_on(opens: Open) -> None:
    page = opens("/box/", faults=True)
    page.route("**/search-index/**", lambda route: route.abort())
    page.keyboard.press("/")
    page.get_by_label("搜什么").fill("党费")
    expect(page.get_by_role("status")).to_have_text("搜索没有加载出来。")
    expect(page.get_by_role("heading", name="大家常找")).to_be_visible()
    expect(page.get_by_role("link", name="在外党员")).to_have_attribute("href", "/away/")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=*")
