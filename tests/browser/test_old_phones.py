"""Phones of the baseline whose browser runs no modules, and phones that run no scripts at all.

Without modules is tested by refusing every module script: theme.js and site.js, in old syntax, run
as they do there. Syntax is looked at in the files. What newer browsers draw better stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.journeys import CHINESE, ENGLISH, Words
from tests.browser.test_accessibility import PAGES
from tests.browser.test_journeys import fill_registration
from tests.browser.visitor import NewVisitor, Visitor
from tests.conftest import ROOT

#: What each script must not use: before modules nothing of 2015, in Safari 13 nothing of 2020.
SINCE_2015 = r"=>|`|\b(?:let|const|class|async|await|import|export)\b"
SINCE_2020 = r"\?\.(?!\d)|\?\?|\|\|=|&&=|\.at\(|\.replaceAll\(|\bstructuredClone\b|\bstatic\s*\{"
SYNTAX = {
    "theme.js": f"{SINCE_2015}|{SINCE_2020}",
    "site.js": f"{SINCE_2015}|{SINCE_2020}",
    "forms.js": SINCE_2020,
}
_ASIDE = re.compile(r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.DOTALL)
OLD = {
    "no modules": lambda visitor, lang: without_modules(visitor("small", lang, alone=True)),
    "no scripts": lambda visitor, lang: visitor("small", lang, javascript=False),
}

on_old_phones = pytest.mark.parametrize("phone", OLD.values(), ids=OLD)
in_both_languages = pytest.mark.parametrize(
    "words", [CHINESE, ENGLISH], ids=lambda words: str(words.lang)
)
Phone = Callable[[NewVisitor, str], Visitor]


def without_modules(reader: Visitor) -> Visitor:
    """Modules are refused on the line, and the old way of asking for them says there are none."""
    classic = re.compile(r"/assets/js/(theme|site)\.[0-9a-f]{8}\.js$")
    reader.page.add_init_script("delete HTMLScriptElement.prototype.noModule;")
    reader.page.route(
        lambda address: address.endswith(".js") and not classic.search(address),
        lambda route: route.abort(),
    )
    return reader


def shows_its_text(reader: Visitor) -> None:
    heading = reader.page.get_by_role("heading", level=1)
    expect(heading).to_be_visible()
    assert len(reader.reads("main")) > 80, reader.page.url
    reader.needs_no_sideways_scrolling()


@in_both_languages
def test_every_kind_of_page_is_readable_without_modules(visitor: NewVisitor, words: Words) -> None:
    reader = without_modules(visitor("small", words.lang, alone=True))
    for path in PAGES:
        assert reader.opens(words.prefix + path) == 200, path
        shows_its_text(reader)


@in_both_languages
def test_every_kind_of_page_is_readable_without_scripts_and_shows_no_idle_button(
    visitor: NewVisitor, words: Words
) -> None:
    reader = visitor("small", words.lang, javascript=False)
    for path in PAGES:
        assert reader.opens(words.prefix + path) == 200, path
        shows_its_text(reader)
        idle = reader.page.locator("button[type=button]").filter(visible=True)
        assert idle.all_inner_texts() == [], path


@on_old_phones
@in_both_languages
def test_the_menu_opens_and_leads_on(visitor: NewVisitor, words: Words, phone: Phone) -> None:
    reader = phone(visitor, words.lang)
    reader.opens(f"{words.prefix}find/lost-contact/")
    menu = reader.page.locator(".jq-menu")
    expect(menu.get_by_role("link").first).to_be_hidden()
    menu.locator("summary").click()
    menu.locator(f"a[href='{words.prefix}help/']").click()
    reader.is_at(f"{words.prefix}help/")


@on_old_phones
@in_both_languages
def test_the_search_page_offers_the_sections_instead(
    visitor: NewVisitor, words: Words, phone: Phone
) -> None:
    reader = phone(visitor, words.lang)
    reader.opens(words.prefix)
    reader.page.locator("#jq-hq").fill("x")
    reader.page.locator("#jq-hq").press("Enter")
    reader.is_at(f"{words.prefix}search/")
    expect(reader.page.locator("main .jq-unscripted").first).to_be_visible()
    section = reader.page.locator(f"main a[href='{words.prefix}away/']")
    section.first.click()
    reader.is_at(f"{words.prefix}away/")


@on_old_phones
@in_both_languages
def test_the_directory_leads_to_a_branch_and_a_form_to_its_receipt(
    visitor: NewVisitor, words: Words, phone: Phone
) -> None:
    reader = phone(visitor, words.lang)
    reader.opens(f"{words.prefix}find/directory/")
    reader.page.locator("main").get_by_role("link", name=words.province).first.click()
    reader.page.locator("main").get_by_role("link", name=words.branch).first.click()
    reader.is_at(f"{words.prefix}find/directory/ty-shenzhen-longgang-firms/")
    reader.opens(f"{words.prefix}away/register/")
    fill_registration(reader, words, "", "Marker-old")
    reader.presses(words.check)
    reader.sees(words.one_error)
    reader.page.locator("#call_me").fill("林")
    reader.presses(words.check)
    reader.sees_heading(words.read_back)
    reader.presses(words.confirm)
    reader.sees_heading(words.received)
    shows_its_text(reader)


@in_both_languages
def test_appearance_is_offered_where_scripts_can_change_it(
    visitor: NewVisitor, words: Words
) -> None:
    radios = "form[data-jq-theme]"
    without = visitor("small", words.lang, javascript=False)
    without.opens(words.prefix)
    expect(without.page.locator(radios)).to_be_hidden()

    old = without_modules(visitor("small", words.lang, alone=True))
    old.opens(words.prefix)
    old.page.locator(f"{radios} [value=dark]").check()
    old.opens(f"{words.prefix}help/")
    expect(old.page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(old.page.locator(f"{radios} [value=dark]")).to_be_checked()


@pytest.mark.parametrize("name", SYNTAX)
def test_scripts_of_the_baseline_keep_to_its_syntax(name: str) -> None:
    text = (ROOT / "docs/assets/js" / name).read_text(encoding="utf-8")
    assert re.findall(SYNTAX[name], _ASIDE.sub("", text)) == []
