"""axe finds nothing on any kind of page, however it is shown, and nothing scrolls sideways.

axe is slow, so each way of showing a page asks only what can differ in it. All rules run on every
kind of page in Chinese on a desktop and in English on a phone. The dark scheme, forced colours and
higher contrast change colours alone: there the rules about colours run, for the dark on every kind
of page in Chinese and every step of a form, for the others on one of each look. Zoom changes the
layout alone: 200 % and 400 % of a 1280 × 1024 window are windows of 640 × 512 and 320 × 256, where
every page is held to scroll down only and one of each look to the rules about layout. The journeys
show axe the steps of a form in the light, and pages without JavaScript; test_old_phones.py looks at
those for sideways scrolling.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from forms_api.forms import load_all
from forms_api.render import EVERY
from tests.browser.journeys import CHINESE, ENGLISH, Words
from tests.browser.test_journeys import fill_registration
from tests.browser.visitor import NewVisitor, Visitor

PAGES = [
    "",
    "about/",
    "about/forms/",
    "about/glossary/",
    "about/maintain/",
    "about/privacy/",
    "about/sources/",
    "about/then-now/",
    "away/",
    "away/register/",
    "branch/",
    "branch/four-kinds/",
    "branch/survey/",
    "bridge/",
    "bridge/liaison-office/",
    "find/",
    "find/directory/",
    "find/directory/city/440300/",
    "find/directory/home/zhendu/",
    "find/directory/kind/students/",
    "find/directory/province/440000/",
    "find/directory/trade/electronics/",
    "find/directory/ty-beijing-liaison-office/",  # merged
    "find/directory/ty-harbin-farm-produce-sales/",  # closed
    "find/directory/ty-shenzhen-longgang-firms/",
    "find/directory/ty-taiyuan-zantou-village/",  # paused
    "find/lost-contact/",
    "help/",
    "help/answers/",
    "help/answers/sample-dues-two-ends/",
    "help/ask/",
    "help/rights/",
    "join/",
    "search/",
]
#: One of each look: tasks, both boxes, a wide table, cards, a branch, a form, results, long lists.
LOOKS = [
    "",
    "find/lost-contact/",
    "about/then-now/",
    "about/glossary/",
    "find/directory/province/440000/",
    "find/directory/ty-beijing-liaison-office/",
    "away/register/",
    "search/",
]
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
LAYOUT_RULES = ["target-size", "scrollable-region-focusable", "color-contrast", "region"]

Check = Callable[[Visitor], None]


def language(words: Words) -> str:
    return words.lang


in_both_languages = pytest.mark.parametrize("words", [CHINESE, ENGLISH], ids=language)


def everything(reader: Visitor) -> None:
    reader.meets_no_barrier()
    reader.needs_no_sideways_scrolling()


def colours(reader: Visitor) -> None:
    reader.meets_no_barrier(rules=COLOUR_RULES)


def everything_and_in_the_dark(reader: Visitor) -> None:
    everything(reader)
    reader.page.emulate_media(color_scheme="dark")
    colours(reader)
    reader.page.emulate_media(color_scheme="light")


def look_at(reader: Visitor, words: Words, pages: list[str], check: Check) -> None:
    for path in pages:
        assert reader.opens(words.prefix + path) == 200, path
        check(reader)


def pass_through_the_steps_of_a_form(member: Visitor, words: Words, check: Check) -> None:
    """A form with errors, the read-back, the receipt and the status page, each checked."""
    member.opens(f"{words.prefix}away/register/")
    fill_registration(member, words, "", "Marker-axe")
    member.presses(words.check)
    member.sees(words.one_error)
    check(member)
    member.page.locator("#call_me").fill("林")
    member.presses(words.check)
    member.sees_heading(words.read_back)
    check(member)
    member.presses(words.confirm)
    member.sees_heading(words.received)
    check(member)
    code = member.page.locator(".jq-code").inner_text()
    member.follows(words.see_progress)
    check(member)
    member.page.locator("#code").fill("wrong")
    member.presses(words.show)
    check(member)
    member.page.locator("#code").fill(code)
    member.presses(words.show)
    member.sees(words.state)
    check(member)


def open_what_opens(reader: Visitor, words: Words, check: Check) -> None:
    """The lost page, the menu where there is one, every fold of a page, the search with results."""
    assert reader.opens(f"{words.prefix}no/such/page/") == 404
    check(reader)
    reader.opens(f"{words.prefix}find/lost-contact/")
    reader.page.locator("details:not(.jq-menu) > summary").evaluate_all(
        "folds => folds.forEach(fold => fold.parentNode.open = true)"
    )
    check(reader)
    menu = reader.page.locator(".jq-menu > summary")
    if menu.is_visible():
        menu.click()
        check(reader)
        menu.click()
    reader.types("/")
    field = reader.page.locator("#jq-oq")
    field.fill(next(iter(words.searches)))
    reader.page.locator("[data-jq-out] h3 a").first.wait_for()
    check(reader)


@pytest.mark.parametrize(
    ("words", "viewport", "check"),
    [
        pytest.param(CHINESE, "desktop", everything_and_in_the_dark, id="zh"),
        pytest.param(ENGLISH, "phone", everything, id="en"),
    ],
)
def test_axe_finds_nothing_on_any_kind_of_page(
    visitor: NewVisitor, words: Words, viewport: str, check: Check
) -> None:
    look_at(visitor(viewport, words.lang), words, PAGES, check)


@in_both_languages
def test_axe_finds_nothing_on_the_page_of_any_form_on_a_phone(
    visitor: NewVisitor, words: Words
) -> None:
    """Those that are not in PAGES, half in each language: a form has the same parts in both."""
    pages = [f"{form.page}/" for form in load_all().values() if form.page != EVERY]
    half = [page for page in pages if page not in PAGES][words is ENGLISH :: 2]
    assert len(pages) == 15
    look_at(visitor("phone", words.lang), words, half, everything)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("words", "viewport"),
    [pytest.param(CHINESE, "phone", id="zh"), pytest.param(ENGLISH, "desktop", id="en")],
)
def test_axe_finds_nothing_in_what_a_reader_opens(
    visitor: NewVisitor, words: Words, viewport: str, dark: bool
) -> None:
    reader = visitor(viewport, words.lang, dark=dark)
    open_what_opens(reader, words, colours if dark else everything)


@in_both_languages
def test_axe_finds_nothing_in_the_steps_of_a_form_in_the_dark(
    visitor: NewVisitor, words: Words
) -> None:
    reader = visitor("phone", words.lang, dark=True)
    pass_through_the_steps_of_a_form(reader, words, colours)


@in_both_languages
@pytest.mark.parametrize(("width", "height"), [(640, 512), (320, 256)], ids=["200 %", "400 %"])
def test_a_page_can_be_read_zoomed_in(
    visitor: NewVisitor, words: Words, width: int, height: int
) -> None:
    def layout(reader: Visitor) -> None:
        reader.needs_no_sideways_scrolling()
        if reader.page.url.removeprefix(reader.url + words.prefix) in LOOKS:
            reader.meets_no_barrier(rules=LAYOUT_RULES)

    reader = visitor("desktop", words.lang)
    reader.page.set_viewport_size({"width": width, "height": height})
    look_at(reader, words, PAGES, layout)
    pass_through_the_steps_of_a_form(reader, words, Visitor.needs_no_sideways_scrolling)
    open_what_opens(reader, words, Visitor.needs_no_sideways_scrolling)


@pytest.mark.parametrize(
    "media",
    [
        pytest.param({"forced_colors": "active"}, id="forced colours"),
        pytest.param({"forced_colors": "active", "color_scheme": "dark"}, id="forced, dark"),
        pytest.param({"contrast": "more"}, id="more contrast"),
        pytest.param({"contrast": "more", "color_scheme": "dark"}, id="more contrast, dark"),
    ],
)
def test_colours_that_the_reader_asks_for_stay_readable(
    visitor: NewVisitor, media: dict[str, str]
) -> None:
    reader = visitor("phone", "zh")
    reader.page.emulate_media(**media)  # type: ignore[arg-type]
    look_at(reader, CHINESE, LOOKS, colours)


def test_nothing_moves_for_who_wants_no_motion(visitor: NewVisitor) -> None:
    reader = visitor("phone", "zh")
    reader.page.emulate_media(reduced_motion="reduce")
    moving = """() => [...document.querySelectorAll("*")].filter(each => {
        const style = getComputedStyle(each);
        return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0
            || style.scrollBehavior === "smooth";
    }).map(each => each.outerHTML.slice(0, 80))"""

    def still(reader: Visitor) -> None:
        assert reader.page.evaluate(moving) == [], reader.page.url

    look_at(reader, CHINESE, LOOKS, still)
