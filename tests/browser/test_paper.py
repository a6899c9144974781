"""Sheets made for paper, printed by a browser: one page each, of the right size, nothing beside."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.browser.visitor import NewVisitor, Visitor

DOCS = Path(__file__).resolve().parents[2] / "docs"
SHEETS = sorted(path.stem for path in (DOCS / "zh/print").glob("*.md"))
SIDEWAYS = {"ledger"}
A4 = (595, 842)  # points
PX_PER_MM = 96 / 25.4
#: Words that are shown on paper and belong to no sheet.
OUTSIDE = """() => {
    const texts = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const there = walk.currentNode.parentElement;
        const words = walk.currentNode.data.trim();
        if (words && !there.closest("article") && there.getClientRects().length) texts.push(words);
    }
    return texts;
}"""


def pages_of(pdf: bytes) -> list[tuple[int, int]]:
    """(width, height) of each page in points. Page objects are not compressed in these files."""
    boxes = [
        tuple(round(float(number)) for number in match[1].split()[2:])
        for match in re.finditer(rb"/MediaBox\s*\[([^\]]+)\]", pdf)
    ]
    assert len(boxes) == len(re.findall(rb"/Type\s*/Page\b", pdf))
    return [(width, height) for width, height in boxes]


def on_paper(reader: Visitor, path: str) -> None:
    assert reader.opens(path) == 200, path
    reader.page.emulate_media(media="print")


@pytest.mark.parametrize("prefix", ["/", "/en/"], ids=["zh", "en"])
def test_every_sheet_is_one_page_of_a4_with_nothing_but_itself(
    visitor: NewVisitor, prefix: str
) -> None:
    reader = visitor("desktop", "en" if prefix == "/en/" else "zh")
    assert len(SHEETS) == 9
    for name in SHEETS:
        on_paper(reader, f"{prefix}print/{name}/")
        size = A4[::-1] if name in SIDEWAYS else A4
        assert pages_of(reader.page.pdf(prefer_css_page_size=True)) == [size], name
        assert reader.page.evaluate(OUTSIDE) == [], name
        buttons = reader.page.locator("article").get_by_role("button")
        assert buttons.count() == 0, name
        notice = reader.page.locator(".jq-line")
        assert notice.is_visible() and f"{prefix}print/{name}/" in notice.inner_text(), name


@pytest.mark.parametrize("prefix", ["/", "/en/"], ids=["zh", "en"])
def test_a_sheet_holds_eight_cards_of_85_by_54_millimetres(
    visitor: NewVisitor, prefix: str
) -> None:
    reader = visitor("desktop", "en" if prefix == "/en/" else "zh")
    on_paper(reader, f"{prefix}print/card/")
    for slip in reader.page.locator(".jq-slip").all():
        marks = slip.locator("svg").bounding_box()
        words = slip.locator("ul").bounding_box()
        assert marks is not None and words is not None
        # the marks stand 4 mm outside the card on every side
        assert marks["width"] / PX_PER_MM == pytest.approx(85 + 8, abs=0.1)
        assert marks["height"] / PX_PER_MM == pytest.approx(54 + 8, abs=0.1)
        lowest = marks["y"] + (4 + 54) * PX_PER_MM
        assert words["y"] + words["height"] <= lowest
    assert reader.page.locator(".jq-slip").count() == 8


def test_without_print_the_card_is_shown_once(visitor: NewVisitor) -> None:
    reader = visitor("phone")
    assert reader.opens("/print/card/") == 200
    shown = [slip for slip in reader.page.locator(".jq-slip").all() if slip.is_visible()]
    assert len(shown) == 1
    assert reader.page.get_by_role("button", name="打印本页").is_visible()


@pytest.mark.parametrize(
    "path",
    [
        "/away/before-leaving/",
        "/help/jobs/",
        "/about/upkeep/",
        "/en/away/home-visit/",
        "/find/directory/city/440300/print/",
    ],
)
def test_a_guide_page_prints_without_menus_and_with_its_notice(
    visitor: NewVisitor, path: str
) -> None:
    reader = visitor("desktop", "en" if path.startswith("/en/") else "zh")
    on_paper(reader, path)
    assert set(pages_of(reader.page.pdf(prefer_css_page_size=True))) == {A4}
    for unwanted in ("nav", "form", ".jq-rail", "button"):
        shown = [one for one in reader.page.locator(unwanted).all() if one.is_visible()]
        assert shown == [], unwanted
    assert reader.page.locator(".jq-notice").is_visible()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("prefix", ["/", "/en/"], ids=["zh", "en"])
def test_axe_finds_nothing_on_sheets_lists_of_events_and_the_page_for_editors(
    visitor: NewVisitor, prefix: str, dark: bool
) -> None:
    reader = visitor("phone", "en" if prefix == "/en/" else "zh", dark=dark)
    city, data = "find/directory/city/440300/print/", "about/open-data/"
    for path in ("print/card/", "print/ledger/", "away/activities/", "about/upkeep/", city, data):
        assert reader.opens(prefix + path) == 200, path
        reader.meets_no_barrier()
        reader.needs_no_sideways_scrolling()


@pytest.mark.parametrize("prefix", ["/", "/en/"], ids=["zh", "en"])
def test_a_citys_list_is_a_sheet_that_names_each_branch_once(
    visitor: NewVisitor, prefix: str
) -> None:
    reader = visitor("desktop", "en" if prefix == "/en/" else "zh")
    assert reader.opens(f"{prefix}find/directory/city/440300/") == 200
    reader.page.locator('a[href$="/print/"]').click()
    rows = reader.page.locator("tbody tr")
    names = [row.locator("th").inner_text() for row in rows.all()]
    assert len(names) == len(set(names)) == 4
    reader.page.emulate_media(media="print")
    assert pages_of(reader.page.pdf(prefer_css_page_size=True)) == [A4]
    table = reader.page.locator("table").bounding_box()
    assert table is not None and table["width"] <= reader.page.viewport_size["width"]
