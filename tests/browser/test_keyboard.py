"""Everything can be done without a mouse, and a reader always sees where they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.journeys import CHINESE, ENGLISH, Words
from tests.browser.visitor import NewVisitor, Visitor

MANY = 150  # presses of Tab after which a reader would have given up
LONGEST = 400  # rows of the longest list that drops down
RING = 2  # CSS pixels that the ring around what has focus is wide at least
#: What has focus: its ring, where it lies, and whether it comes after what had focus before.
FOCUS = """() => {
    const REGIONS = "header, article, aside, footer";
    const now = document.activeElement, before = window.jqBefore;
    if (!now || now === document.body) return null;
    const style = getComputedStyle(now), box = now.getBoundingClientRect();
    const ring = style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
    const follows = !!(before.compareDocumentPosition(now) & Node.DOCUMENT_POSITION_FOLLOWING);
    const past = before === document.body ? null : before.getBoundingClientRect();
    return {
        name: now.outerHTML.slice(0, 120), ring, follows,
        seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
        upAndBack: !!past && box.bottom <= past.top && box.left < past.left,
        sameRegion: !!past && now.closest(REGIONS) === before.closest(REGIONS),
    };
}"""

in_both_languages = pytest.mark.parametrize(
    "words", [CHINESE, ENGLISH], ids=lambda words: str(words.lang)
)


@dataclass
class Keyboard:
    """Keys alone. Every stop of Tab must be visible, ringed, and after the one before."""

    reader: Visitor
    stops: list[str] = field(default_factory=list)

    def tab(self) -> dict[str, Any]:
        self.reader.page.evaluate("window.jqBefore = document.activeElement")
        self.reader.types("Tab")
        stop: dict[str, Any] | None = self.reader.page.evaluate(FOCUS)
        assert stop is not None, f"{self.reader.page.url}: nothing more has focus"
        where = f"{self.reader.page.url}: {stop['name']}"
        assert stop["ring"] >= RING, f"no ring around the focus: {where}"
        assert stop["seen"], f"focus outside the window: {where}"
        assert stop["follows"], f"focus goes back: {where}"
        assert not (stop["upAndBack"] and stop["sameRegion"]), f"focus jumps up: {where}"
        self.stops.append(stop["name"])
        return stop

    def tab_to(self, selector: str) -> None:
        for _ in range(MANY):
            if self.is_on(selector):
                return
            self.tab()
        pytest.fail(f"{selector} is not reached on {self.reader.page.url}")

    def follows(self, selector: str) -> None:
        self.tab_to(selector)
        self.presses("Enter")

    def presses(self, key: str) -> None:
        self.reader.types(key)

    def writes(self, text: str) -> None:
        self.reader.page.keyboard.type(text)

    def is_on(self, selector: str) -> bool:
        return bool(
            self.reader.page.evaluate("css => document.activeElement.matches(css)", selector)
        )

    def goes_down_to(self, wanted: str) -> None:
        """With the arrow key, in a list that drops down or among round buttons."""
        for _ in range(LONGEST):
            now = self.reader.page.evaluate(
                "() => { const at = document.activeElement;"
                " return at.selectedOptions ? at.selectedOptions[0].label : at.value; }"
            )
            if now == wanted:
                return
            self.presses("ArrowDown")
        pytest.fail(f"{wanted} is not in the list")

    def ticks(self, selector: str) -> None:
        self.tab_to(selector)
        self.presses("Space")


@in_both_languages
def test_the_first_stop_leads_past_the_header(visitor: NewVisitor, words: Words) -> None:
    reader = visitor("desktop", words.lang)
    reader.opens(words.prefix)
    keys = Keyboard(reader)
    keys.tab()
    assert keys.is_on(".jq-skip")
    keys.presses("Enter")
    reader.focus_is_on("#main")
    keys.tab()
    assert reader.page.evaluate("!!document.activeElement.closest('main')")


@in_both_languages
@pytest.mark.parametrize("path", ["", "find/lost-contact/", "away/register/", "search/"])
@pytest.mark.parametrize("viewport", ["desktop", "phone"])
def test_every_stop_of_a_page_is_visible_and_in_reading_order(
    visitor: NewVisitor, words: Words, path: str, viewport: str
) -> None:
    reader = visitor(viewport, words.lang)
    reader.opens(words.prefix + path)
    keys = Keyboard(reader)
    keys.tab_to("input[name=theme]")  # the last thing in the footer
    assert len(keys.stops) > 12


@in_both_languages
def test_a_search_from_the_header_is_told_walked_and_opened(
    visitor: NewVisitor, words: Words
) -> None:
    query, path = next(iter(words.searches.items()))
    reader = visitor("desktop", words.lang)
    reader.opens(words.prefix)
    keys = Keyboard(reader)
    keys.tab_to("#jq-q")
    keys.writes(query)
    keys.presses("Enter")
    reader.is_at(f"{words.prefix}search/")
    hits = reader.page.locator("[data-jq-results] h3 a")
    hits.first.wait_for()
    expect(reader.page.get_by_role("status")).to_contain_text(str(hits.count()))
    keys.tab_to("#jq-sq")
    keys.presses("ArrowDown")
    expect(hits.nth(0)).to_be_focused()
    keys.presses("ArrowDown")
    expect(hits.nth(1)).to_be_focused()
    keys.presses("Home")
    expect(hits.nth(0)).to_be_focused()
    keys.presses("ArrowUp")
    reader.focus_is_on("#jq-sq")
    keys.presses("ArrowDown")
    target = reader.page.evaluate("new URL(document.activeElement.href).pathname")
    keys.presses("Enter")
    reader.is_at(target)
    assert path.startswith(words.prefix)


@in_both_languages
def test_the_menu_opens_and_closes_and_gives_focus_back(visitor: NewVisitor, words: Words) -> None:
    reader = visitor("phone", words.lang)
    reader.opens(words.prefix)
    menu = reader.page.locator(".jq-menu")
    keys = Keyboard(reader)
    for opening in ("Enter", "Space"):
        keys.tab_to(".jq-menu > summary")
        keys.presses(opening)
        expect(menu).to_have_attribute("open", "")
        keys.tab()
        assert keys.is_on(".jq-menu a")
        keys.presses("Escape")
        expect(menu).not_to_have_attribute("open", "")
        reader.focus_is_on(".jq-menu > summary")
    keys.presses("Enter")
    keys.follows(".jq-menu a[href$='/find/']")
    reader.is_at(f"{words.prefix}find/")


@in_both_languages
def test_from_the_directory_to_a_receipt(visitor: NewVisitor, words: Words) -> None:
    reader = visitor("desktop", words.lang)
    keys = Keyboard(reader)
    reader.opens(f"{words.prefix}find/directory/")
    keys.follows("main a[href$='/find/directory/province/440000/']")
    reader.is_at(f"{words.prefix}find/directory/province/440000/")
    keys.follows("main a[href$='/ty-shenzhen-longgang-firms/']")
    reader.is_at(f"{words.prefix}find/directory/ty-shenzhen-longgang-firms/")
    keys.tab_to("main a[href^='tel:']")

    reader.opens(f"{words.prefix}away/register/")
    keys.tab_to("#dest_city")
    keys.goes_down_to(words.city_option)
    keys.tab_to("#dest_district")
    keys.writes("Marker-keys")
    keys.tab_to("#home_township")
    keys.goes_down_to(words.township_option)
    for name in ("situation", "want"):
        keys.ticks(f"input[name={name}]")
    keys.tab_to("input[name=reply_by]")
    keys.presses("Space")
    keys.goes_down_to("status")
    for box in reader.page.locator("input[name^=consent]").all():
        keys.ticks(f"#{box.get_attribute('id')}")
    keys.follows("main form [type=submit], main form button:not([type])")

    reader.focus_is_on(".jq-summary")
    keys.follows(".jq-summary a")
    reader.focus_is_on("#call_me")
    keys.writes("Lin")
    keys.presses("Enter")
    reader.sees_heading(words.read_back)
    reader.focus_is_on("main h1:visible")
    keys.follows("main button[name=confirm], main .jq-button:not(a)")
    reader.sees_heading(words.received)
    reader.focus_is_on("main h1:visible")


OPENINGS: dict[str, Callable[[Keyboard], None]] = {
    "Control+K": lambda keys: keys.presses("Control+K"),
    "Meta+K": lambda keys: keys.presses("Meta+K"),
    "slash": lambda keys: keys.presses("/"),
    "button": lambda keys: keys.presses("Enter"),
}


@in_both_languages
@pytest.mark.parametrize("opening", OPENINGS)
def test_search_opens_by_keys_and_closing_gives_focus_back(
    visitor: NewVisitor, words: Words, opening: str
) -> None:
    reader = visitor("phone", words.lang)
    reader.opens(f"{words.prefix}find/lost-contact/")
    keys = Keyboard(reader)
    keys.tab_to("[data-jq-open]")
    OPENINGS[opening](keys)
    reader.focus_is_on("#jq-oq")
    query, path = next(iter(words.searches.items()))
    keys.writes(query)
    hits = reader.page.locator("[data-jq-out] h3 a")
    expect(hits.and_(reader.page.locator(f"[href^='{path}']")).first).to_be_visible()
    expect(reader.page.locator("dialog [role=status]")).not_to_be_empty()
    keys.presses("ArrowDown")
    expect(hits.first).to_be_focused()
    keys.presses("Escape")
    expect(reader.page.locator("dialog")).to_be_hidden()
    reader.focus_is_on("[data-jq-open]")


def test_focus_on_a_link_that_results_replace_goes_back_to_the_field(visitor: NewVisitor) -> None:
    reader = visitor("phone", "zh")
    reader.page.route("**/search-index/**", lambda route: None)  # the line hangs
    reader.opens("/find/lost-contact/")
    keys = Keyboard(reader)
    keys.presses("/")
    keys.writes("党费")
    keys.presses("ArrowDown")  # to a link shown while nothing is found yet
    expect(reader.page.locator("[data-jq-out] h3 a").first).to_be_focused()
    reader.page.unroute("**/search-index/**")  # and goes on
    expect(reader.page.locator("[data-jq-out] h2 .jq-count").first).to_be_visible()
    reader.focus_is_on("#jq-oq")


@in_both_languages
def test_a_slash_typed_into_a_field_is_a_slash(visitor: NewVisitor, words: Words) -> None:
    reader = visitor("desktop", words.lang)
    reader.opens(f"{words.prefix}away/register/")
    reader.page.locator("#dest_district").focus()
    reader.page.keyboard.type("a/b")
    assert reader.page.locator("#dest_district").input_value() == "a/b"
    expect(reader.page.locator("dialog")).to_be_hidden()


@pytest.mark.parametrize("place", ["search page", "overlay"])
def test_pinyin_being_composed_searches_for_nothing(visitor: NewVisitor, place: str) -> None:
    reader = visitor("phone", "zh")
    reader.opens("/search/" if place == "search page" else "/find/lost-contact/")
    page = reader.page
    if place == "search page":
        page.locator("#jq-sq").focus()
    else:
        reader.types("/")
    root = "main" if place == "search page" else "dialog"
    hits, status = page.locator(f"{root} h3 a"), page.locator(f"{root} [role=status]")
    before = hits.all_inner_texts()
    ime = page.context.new_cdp_session(page)
    for typed in ("y", "yin", "yin'si"):
        end = len(typed)
        ime.send(
            "Input.imeSetComposition",
            {"text": typed, "selectionStart": end, "selectionEnd": end},
        )
        page.wait_for_timeout(250)  # twice the pause after which a search would start
        assert (status.inner_text(), hits.all_inner_texts()) == ("", before)
    ime.send("Input.insertText", {"text": "隐私"})
    expect(status).not_to_be_empty()
    expect(hits.filter(has_text="隐私").first).to_be_visible()
