"""What people come for, from the home page to the end, as they would do it."""

from __future__ import annotations

import base64
import re

import pytest

from tests.browser.journeys import CHINESE, ENGLISH, TRADITIONAL, Words
from tests.browser.visitor import NewVisitor, Visitor
from tests.conftest import LiveServer

WAYS = [
    pytest.param(words, viewport, javascript, id=f"{words.lang}-{viewport}-{how}")
    for words in (CHINESE, ENGLISH)
    for viewport in ("desktop", "phone")
    for javascript, how in ((True, "script"), (False, "no-script"))
]
REGISTRATIONS = [
    *WAYS,
    pytest.param(TRADITIONAL, "phone", True, id="zh-Hant-phone-script"),
    pytest.param(TRADITIONAL, "desktop", False, id="zh-Hant-desktop-no-script"),
]
SCRIPTED = [
    pytest.param(words, viewport, query, path, id=f"{query}-{viewport}")
    for words in (CHINESE, ENGLISH)
    for viewport in ("desktop", "phone")
    for query, path in words.searches.items()
]


@pytest.mark.parametrize(("words", "viewport", "query", "path"), SCRIPTED)
def test_a_search_on_the_home_page_leads_to_the_page(
    visitor: NewVisitor, words: Words, viewport: str, query: str, path: str
) -> None:
    reader = visitor(viewport, words.lang)
    reader.opens(words.prefix)
    reader.page.locator("#jq-hq").fill(query)
    reader.page.locator("#jq-hq").press("Enter")
    reader.is_at(f"{words.prefix}search/")
    first = reader.page.locator("[data-jq-results] h3 a").first
    first.wait_for()
    hrefs = reader.page.locator("[data-jq-results] h3 a").evaluate_all(
        "links => links.slice(0, 3).map(link => new URL(link.href).pathname)"
    )
    assert path in hrefs
    reader.page.locator(f'[data-jq-results] h3 a[href^="{path}"]').first.click()
    reader.is_at(path)


@pytest.mark.parametrize("words", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_without_javascript_the_search_page_offers_the_sections(
    visitor: NewVisitor, words: Words
) -> None:
    reader = visitor("phone", words.lang, javascript=False)
    reader.opens(words.prefix)
    reader.page.locator("#jq-hq").fill("x")
    reader.page.locator("#jq-hq").press("Enter")
    reader.is_at(f"{words.prefix}search/")
    reader.sees("JavaScript")
    reader.page.locator("main").get_by_role("link", name=words.province).first.click()
    reader.is_at(f"{words.prefix}find/directory/province/440000/")


@pytest.mark.parametrize(("words", "viewport", "javascript"), WAYS)
def test_a_province_leads_to_a_branch_and_the_language_switch_stays_on_it(
    visitor: NewVisitor, words: Words, viewport: str, javascript: bool
) -> None:
    reader = visitor(viewport, words.lang, javascript)
    reader.opens(words.prefix)
    reader.page.locator("main").get_by_role("link", name=words.province, exact=True).click()
    reader.is_at(f"{words.prefix}find/directory/province/440000/")
    reader.needs_no_sideways_scrolling()
    reader.page.locator("main").get_by_role("link", name=words.branch).first.click()
    reader.is_at(f"{words.prefix}find/directory/ty-shenzhen-longgang-firms/")
    reader.sees("000-5550-0047")
    reader.needs_no_sideways_scrolling()
    reader.page.locator("header").get_by_role("link", name=words.other_language).click()
    other = "/en/" if words.lang == "zh" else "/"
    reader.is_at(f"{other}find/directory/ty-shenzhen-longgang-firms/")
    reader.sees_heading(words.branch_other)


def fill_registration(member: Visitor, words: Words, name: str, district: str) -> None:
    member.page.locator("#call_me").fill(name)
    member.page.locator("#dest_city").select_option(label=words.city_option)
    member.page.locator("#dest_district").fill(district)
    member.page.locator("#home_township").select_option(label=words.township_option)
    member.page.get_by_label(words.situation, exact=True).check()
    member.page.get_by_label(words.want, exact=True).check()
    member.page.locator("input[name=reply_by][value=status]").check()
    for box in member.page.locator("input[name^=consent]").all():
        box.check()


@pytest.mark.parametrize(("words", "viewport", "javascript"), REGISTRATIONS)
def test_a_registration_with_a_mistake_is_corrected_read_back_and_received(
    visitor: NewVisitor,
    live_server: LiveServer,
    words: Words,
    viewport: str,
    javascript: bool,
) -> None:
    name = f"林师傅{viewport[:2]}{javascript:d}{words.lang}"
    district = f"Marker-{viewport}-{javascript:d}-{words.lang}"
    member = visitor(viewport, words.lang, javascript)
    member.opens(f"{words.prefix}away/register/")

    fill_registration(member, words, "", district)
    member.presses(words.check)
    member.sees(words.one_error)
    member.has_title(words.error_prefix)
    member.focus_is_on(".jq-summary") if javascript else member.sees(words.no_name)
    member.meets_no_barrier()
    member.page.locator(".jq-summary").get_by_role("link", name=words.no_name).click()
    member.focus_is_on("#call_me")
    assert member.page.locator("#dest_district").input_value() == district

    member.page.locator("#call_me").fill(name)
    member.presses(words.check)
    member.sees_heading(words.read_back)
    assert name in member.reads()
    assert district in member.reads()
    member.needs_no_sideways_scrolling()
    member.meets_no_barrier()

    member.presses(words.confirm)
    member.sees_heading(words.received)
    receipt = member.reads()
    assert re.search(r"TY-[0-9A-Z]{4}-[0-9A-Z]{4}", receipt)
    code = member.page.locator(".jq-code").inner_text()
    member.needs_no_sideways_scrolling()
    member.meets_no_barrier()

    member.follows(words.see_progress)
    member.page.locator("#code").fill(code)
    member.presses(words.show)
    member.sees(words.state)
    status = member.reads()
    assert name not in status
    assert district not in status
    member.meets_no_barrier()

    assert_nothing_typed_is_stored(live_server, [name, district])


def test_a_draft_goes_along_to_the_other_script_as_it_was_typed(visitor: NewVisitor) -> None:
    member = visitor("phone", "zh-Hant")
    member.opens("/zh-hant/help/ask/")
    member.page.locator("#topic").select_option(label="黨費")
    member.page.locator("#question").fill("我在臺北，黨費怎麼交？")
    member.page.locator("header").get_by_role("link", name="简体中文").click()
    member.is_at("/help/ask/")
    assert member.page.locator("#question").input_value() == "我在臺北，黨費怎麼交？"
    assert member.page.locator("#topic").input_value() == "dues"


def assert_nothing_typed_is_stored(server: LiveServer, typed: list[str]) -> None:
    """No value of four or more characters, in UTF-8, UTF-16 or base64, in the database's files."""
    files = list(server.data.glob("forms.sqlite*"))
    assert files
    stored = b"".join(path.read_bytes() for path in files)
    assert b"away-register" in stored
    for value in typed:
        assert len(value) >= 4
        for raw in (value.encode(), value.encode("utf-16-le"), value.encode("utf-16-be")):
            assert raw not in stored
            for shift in range(3):  # where the value begins within a group of three bytes
                middle = base64.b64encode(b"\0" * shift + raw)[4 : -4 or None]
                assert middle not in stored


@pytest.mark.parametrize("words", [CHINESE, ENGLISH], ids=["zh", "en"])
@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_a_question_can_be_changed_before_it_is_sent(
    visitor: NewVisitor, words: Words, javascript: bool
) -> None:
    reader = visitor("phone", words.lang, javascript)
    reader.opens(f"{words.prefix}help/ask/")
    reader.page.locator("#topic").select_option(value="dues")
    reader.page.locator("#question").fill("How are dues paid from far away? 党费怎么交")
    reader.page.locator("input[name=publish_ok][value=no]").check()
    reader.page.locator("input[name=reply_by][value=none]").check()
    reader.page.locator("input[name^=consent]").first.check()
    reader.presses(words.check)
    reader.sees_heading(words.read_back)
    reader.page.locator(".jq-list button").nth(2).click()
    field = reader.page.locator("#question")
    assert "党费怎么交" in field.input_value()
    field.fill("The changed question 改过的问题")
    reader.presses(words.check)
    reader.sees("改过的问题")
    reader.presses(words.confirm)
    reader.sees_heading(words.received)


@pytest.mark.parametrize(
    ("path", "words"),
    [("/no/such/page/", CHINESE), ("/en/no/such/page/", ENGLISH), ("/forms/nothing", CHINESE)],
)
def test_a_lost_visitor_gets_a_page_in_their_language_and_a_way_on(
    visitor: NewVisitor, path: str, words: Words
) -> None:
    reader = visitor("phone", words.lang)
    assert reader.opens(path) == 404
    reader.sees_heading(words.lost)
    reader.meets_no_barrier()
