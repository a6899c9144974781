"""Somebody who reads Traditional characters searches the guide and looks for a branch."""

from __future__ import annotations

import csv
import re

import pytest
from playwright.sync_api import expect

from scripts.search.tables import dictionary
from tests.browser.visitor import NewVisitor
from tests.conftest import ROOT

QUESTIONS = [
    row
    for row in csv.DictReader(
        (ROOT / "docs/data/questions_dev.tsv").read_text("utf-8").splitlines(), delimiter="\t"
    )
    if row["lang"] == "zh-Hant"
]
_CHARACTERS = dictionary("STCharacters")
_TRADITIONAL = {c for _, others in [*_CHARACTERS, *dictionary("TWVariants")] for c in others}
#: Characters that no Traditional text holds.
SIMPLIFIED = re.compile("[" + "".join({one for one, _ in _CHARACTERS} - _TRADITIONAL) + "]")
RESULTS = "[data-jq-results] h3 a"


@pytest.mark.parametrize("question", QUESTIONS, ids=[row["id"] for row in QUESTIONS])
def test_a_question_finds_its_page_in_traditional_characters(
    visitor: NewVisitor, question: dict[str, str]
) -> None:
    reader = visitor("phone", "zh-Hant")
    reader.opens(f"/zh-hant/search/?q={question['query']}")
    reader.page.locator(RESULTS).first.wait_for()
    paths = reader.page.locator(RESULTS).evaluate_all(
        "links => links.map(link => new URL(link.href).pathname)"
    )
    branches = filter(None, question["branch_ids"].split(";"))
    wanted = {
        *(f"/zh-hant/{slug.removesuffix('index')}/" for slug in question["best_slugs"].split(";")),
        *(f"/zh-hant/find/directory/{branch}/" for branch in branches),
    }
    assert {path.replace("//", "/") for path in paths[:3]} & {p.replace("//", "/") for p in wanted}
    assert all(path.startswith("/zh-hant/") for path in paths)
    assert reader.page.locator("main mark").count() > 0
    reader.page.locator(RESULTS).first.click()
    expect(reader.page.locator("html")).to_have_attribute("lang", "zh-Hant")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("search/?q=工資拖欠", "也搜了「"),
        ("search/?q=gongzi", "條結果"),
        ("search/?q=厦门", "廈門湖里"),
        ("search/?q=飛碟", "沒搜到"),
        ("find/directory/?q=深圳", "「深圳」"),
        ("find/directory/?place=440000&service=rights", "廣東"),
        ("find/directory/?q=龍崗&trade=fishery", "少一個條件"),
    ],
)
def test_all_that_search_and_finder_say_is_traditional(
    visitor: NewVisitor, path: str, said: str
) -> None:
    reader = visitor("desktop", "zh-Hant")
    reader.opens(f"/zh-hant/{path}")
    expect(reader.page.locator("main")).to_contain_text(said)
    assert SIMPLIFIED.findall(reader.page.locator("main").inner_text()) == []


def test_the_box_on_every_page_answers_in_traditional(visitor: NewVisitor) -> None:
    reader = visitor("desktop", "zh-Hant")
    reader.opens("/zh-hant/away/")
    reader.page.locator("[data-jq-search] input").click()
    box = reader.page.locator("[data-jq-dialog]")
    expect(box.locator("h3 a").first).to_be_visible()  # what many look for
    assert SIMPLIFIED.findall(box.inner_text()) == []
    box.locator("input").fill("组织关系")
    expect(box.locator("mark").first).to_be_visible()
    assert SIMPLIFIED.findall(box.inner_text()) == []
    assert "「" not in box.locator("input").input_value()


def test_a_branch_in_the_finder_leads_to_its_page_in_the_same_edition(visitor: NewVisitor) -> None:
    reader = visitor("phone", "zh-Hant")
    reader.opens("/zh-hant/find/directory/?q=厦门")
    expect(reader.page.locator("[data-jq-finder] h2")).to_have_text("1 個支部")
    reader.page.locator("[data-jq-list]").get_by_role("link", name="駐廈門湖里外資企業").click()
    reader.is_at("/zh-hant/find/directory/ty-xiamen-huli-foreign-invested-firms/")
    expect(reader.page.locator("h1")).to_contain_text("駐廈門湖里外資企業黨支部")
