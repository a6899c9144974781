"""Small comforts: copying an address, taking a page along, leaving quickly, the other language."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import NewVisitor, Visitor
from tests.conftest import BuiltSite

LEFT = "https://www.gov.cn/"
SHIFT = """() => new Promise(tell => new PerformanceObserver(list => tell(list.getEntries()
    .filter(one => !one.hadRecentInput).reduce((sum, one) => sum + one.value, 0)))
    .observe({type: 'layout-shift', buffered: true}) || setTimeout(() => tell(0), 500))"""


def test_scripts_of_every_page_stay_within_four_kilobytes(built_site: BuiltSite) -> None:
    scripts = [
        path
        for name in ("theme", "site")
        for path in (built_site.public / "assets/js").glob(f"{name}.*.js")
    ]
    assert len(scripts) == 2
    assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in scripts) <= 4096


# The other language


@pytest.mark.parametrize(
    ("lang", "home", "offer", "link", "there"),
    [
        ("en", "/", "This site is also in", "English", "/en/"),
        ("zh", "/en/", "本站也有", "简体中文", "/"),
        ("zh-Hant", "/en/", "本站也有", "繁體中文", "/zh-hant/"),
        ("zh-Hant", "/", "本站也有", "繁體中文", "/zh-hant/"),
        ("zh", "/zh-hant/", "本站也有", "简体中文", "/"),
    ],
)
def test_a_first_visit_is_told_once_of_the_language_the_browser_prefers(
    visitor: NewVisitor, lang: str, home: str, offer: str, link: str, there: str
) -> None:
    reader = visitor("phone", lang)
    reader.opens(home)
    reader.is_at(home)  # nobody is sent anywhere
    reader.sees(offer)
    assert reader.page.evaluate(SHIFT) == 0
    reader.meets_no_barrier()
    reader.needs_no_sideways_scrolling()
    reader.page.locator(".jq-offer").get_by_role("link", name=link).click()
    reader.is_at(there)
    reader.opens(home)
    reader.does_not_see(offer)


@pytest.mark.parametrize(
    ("choose", "what"),
    [
        (lambda reader: reader.presses("No, thank you"), "an answer"),
        (lambda reader: reader.page.locator("header a[hreflang=en]").click(), "the switch"),
    ],
    ids=["answer", "switch"],
)
def test_a_choice_of_language_is_remembered(
    visitor: NewVisitor, choose: Callable[[Visitor], None], what: str
) -> None:
    reader = visitor("desktop", "en")
    reader.opens("/")
    reader.sees("This site is also in")
    choose(reader)
    reader.opens("/")
    reader.does_not_see("This site is also in")


@pytest.mark.parametrize(
    ("lang", "path", "javascript"),
    [("zh", "/", True), ("en", "/en/", True), ("en", "/help/", True), ("en", "/", False)],
)
def test_nobody_else_is_asked_about_the_language(
    visitor: NewVisitor, lang: str, path: str, javascript: bool
) -> None:
    reader = visitor("desktop", lang, javascript)
    reader.opens(path)
    expect(reader.page.locator(".jq-offer")).to_have_count(0 if path == "/help/" else 3)
    reader.does_not_see("This site is also in")
    reader.does_not_see("本站也有")


# On a guide page


def test_a_section_s_address_is_copied_by_keyboard_and_said_politely(visitor: NewVisitor) -> None:
    reader = visitor("desktop")
    reader.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reader.opens("/away/transfer/")
    assert reader.page.evaluate(SHIFT) == 0
    button = reader.page.get_by_role("button", name="今天怎么办")
    expect(reader.page.get_by_role("heading", name="今天怎么办", exact=True)).to_be_visible()
    expect(button).to_have_css("opacity", "0")
    button.focus()
    expect(button).to_have_css("opacity", "1")
    reader.types("Enter")
    expect(reader.page.locator("article [role=status]")).to_have_text("已复制")
    copied = reader.page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{reader.url}/away/transfer/#today"


def test_the_code_of_a_page_is_fetched_when_it_is_asked_for(visitor: NewVisitor) -> None:
    reader = visitor("phone", "en")
    asked: list[str] = []
    reader.page.on("request", lambda request: asked.append(request.url))
    reader.opens("/en/away/transfer/")
    reader.page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "/qr/" in url]
    reader.page.locator("summary", has_text="Take this page to your phone").click()
    picture = reader.page.locator(".jq-share img")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", True)
    reader.page.wait_for_function("document.querySelector('.jq-share img').naturalWidth > 0")
    assert picture.get_attribute("alt")
    reader.sees("/en/away/transfer/")
    reader.meets_no_barrier()


def test_a_page_prints_with_its_label_date_boxes_and_notice_and_no_controls(
    visitor: NewVisitor,
) -> None:
    reader = visitor("desktop", dark=True, alone=True)
    reader.page.add_init_script("window.print = () => dispatchEvent(new Event('beforeprint'))")
    reader.opens("/help/rights/")
    reader.presses("打印本页")
    reader.page.emulate_media(media="print")
    for part in (".jq-meta .jq-label", ".jq-meta time", ".jq-today", ".jq-past", ".jq-notice"):
        expect(reader.page.locator(part).first).to_be_visible()
    expect(reader.page.locator(".jq-sources li").first).to_be_visible()  # unfolded for paper
    for part in (".jq-tools", ".jq-tabs", ".jq-leave", ".jq-rail", ".jq-copy", ".jq-foot"):
        expect(reader.page.locator(part).first).to_be_hidden()
    grounds = reader.page.evaluate(
        "[...document.querySelectorAll('body, body *')].filter(one => one.checkVisibility())"
        ".map(one => getComputedStyle(one).backgroundColor)"
    )
    assert set(grounds) <= {"rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"}


@pytest.mark.parametrize("path", ["/help/rights/", "/find/directory/ty-shenzhen-longgang-firms/"])
def test_without_javascript_nothing_is_offered_that_would_not_work(
    visitor: NewVisitor, path: str
) -> None:
    reader = visitor("phone", javascript=False)
    reader.opens(path)
    for words in ("打印本页", "复制网址", "分享", "连按两次 Esc"):
        reader.does_not_see(words)
    reader.sees("回到页首")


def test_a_mistake_on_a_page_can_be_told(visitor: NewVisitor) -> None:
    reader = visitor("phone", "en")
    for path, there in (
        ("/en/away/transfer/", "/en/help/ask/"),
        ("/en/find/directory/", "/en/find/correct-listing/"),
    ):
        reader.opens(path)
        reader.follows("Something is wrong")
        reader.is_at(there)


# Leaving quickly


@pytest.mark.parametrize(
    ("javascript", "how"),
    [(True, "button"), (True, "keys"), (False, "button")],
    ids=["button", "esc-twice", "no-script"],
)
def test_a_sensitive_page_is_left_without_a_trace_in_going_back(
    visitor: NewVisitor, javascript: bool, how: str
) -> None:
    reader = visitor("desktop", "en", javascript)
    reader.page.route(LEFT, lambda route: route.fulfill(body="elsewhere", content_type="text/html"))
    reader.opens("/en/help/")
    reader.opens("/en/help/rights/")
    if how == "button":
        reader.follows("Leave this page")
    else:
        reader.types("Escape")
        reader.is_at("/en/help/rights/")
        reader.types("Escape")
    expect(reader.page).to_have_url(LEFT)
    assert reader.faults == [f"asked another origin: {LEFT}"]
    reader.faults.clear()
    reader.goes_back()
    reader.is_at("/en/help/" if javascript else "/en/help/rights/")


def test_only_sensitive_pages_offer_to_leave(visitor: NewVisitor) -> None:
    reader = visitor("phone")
    for path, offered in (
        ("/help/complain/", 1),
        ("/away/register/", 1),
        ("/away/update-details/", 1),
        ("/forms/status?lang=zh-Hans", 1),
        ("/help/jobs/", 0),
    ):
        reader.opens(path)
        expect(reader.page.get_by_role("link", name="快速离开")).to_have_count(offered)


# Sections


@pytest.mark.parametrize("prefix", ["", "en/"], ids=["zh", "en"])
@pytest.mark.parametrize("section", ["find", "away", "help", "join", "branch", "bridge", "about"])
def test_the_first_page_of_a_section_lists_all_its_pages_in_their_order(
    visitor: NewVisitor, built_site: BuiltSite, root: Path, section: str, prefix: str
) -> None:
    with (root / "docs/data/pages.tsv").open(encoding="utf-8") as file:
        slugs = [
            row["slug"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]
    expected = [
        f"/{prefix}{slug}/"
        for slug in slugs
        if slug.startswith(f"{section}/") and not slug.endswith("/index")
        and (built_site.public / prefix / slug / "index.html").exists()
    ]  # fmt: skip
    reader = visitor("desktop", "en" if prefix else "zh")
    reader.opens(f"/{prefix}{section}/")
    rows = reader.page.locator(".jq-section li")
    links = rows.evaluate_all("rows => rows.map(row => row.querySelector('a').pathname)")
    assert links == expected
    for text in rows.locator("span:last-child").all_inner_texts():
        assert text.strip()
    assert rows.locator(".jq-label").count() == len(expected)
