"""axe finds nothing on any kind of page, light and dark, and nothing scrolls sideways."""

from __future__ import annotations

import pytest

from tests.browser.visitor import NewVisitor

PAGES = [
    "",
    "find/",
    "find/directory/",
    "find/directory/province/440000/",
    "find/directory/city/440300/",
    "find/directory/home/zhendu/",
    "find/directory/trade/electronics/",
    "find/directory/kind/students/",
    "find/directory/ty-shenzhen-longgang-firms/",
    "find/directory/ty-beijing-liaison-office/",
    "find/lost-contact/",
    "away/",
    "away/register/",
    "help/ask/",
    "away/activities/",
    "about/maintain/",
    "about/upkeep/",
    "search/",
]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("prefix", ["/", "/en/"], ids=["zh", "en"])
@pytest.mark.parametrize("viewport", ["desktop", "phone"])
def test_axe_finds_nothing_on_any_kind_of_page(
    visitor: NewVisitor, viewport: str, prefix: str, dark: bool
) -> None:
    reader = visitor(viewport, "en" if prefix == "/en/" else "zh", dark=dark)
    for path in PAGES:
        assert reader.opens(prefix + path) == 200, path
        reader.meets_no_barrier()


@pytest.mark.parametrize("prefix", ["/", "/en/"], ids=["zh", "en"])
@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_no_page_scrolls_sideways_on_the_smallest_phone(
    visitor: NewVisitor, prefix: str, javascript: bool
) -> None:
    reader = visitor("small", "en" if prefix == "/en/" else "zh", javascript=javascript)
    for path in PAGES:
        assert reader.opens(prefix + path) == 200, path
        reader.needs_no_sideways_scrolling()
