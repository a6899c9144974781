"""Plain Markdown with fixed anchors takes the site's shape."""

from pathlib import Path

import markdown
import pytest
import yaml

from scripts.content import dress
from scripts.content.facts import Fact
from scripts.content.words import day

CASES = yaml.safe_load(
    (Path(__file__).parent.parent / "cases/sections.yml").read_text(encoding="utf-8")
)
WORDS = {
    "today_strip": "现行规定",
    "today_plain": "今天的做法",
    "today_unchecked": "尚未核对",
    "today_checked": "{day}核对",
    "rule_from": "{issued}：{rule}（{issuer}）",
    "rules_title": "依据",
    "past_strip": "历史做法",
    "past_years": "{from}—{to} 年",
    "past_end": "走上面的渠道。",
    "past_end_historical": "不能照着办。",
    "sources_text": "{from}—{to}",
    "sources_facts": "{n} 处，出自{seed}",
    "seed_4": "第五篇",
}
TODAY = '<p class="jq-when" data-jq="today"> </p><p data-jq="rules"> </p>'
THEN = '<p class="jq-when" data-jq="then"> </p><p data-jq="past-end"> </p>'
RULE = {"name": "支部工作条例", "issuer": "中央", "issued": "2018-10", "read": "archived copy"}


def no_embed(kind: str, name: str) -> str:
    raise KeyError(kind)


def render(text: str) -> str:
    return markdown.markdown(
        text, extensions=["attr_list", "tables", "toc", "scripts.content.sections"]
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_page_takes_its_shape_from_its_anchors(case: dict) -> None:
    html = render(case["markdown"])
    position = 0
    for piece in case["holds"]:
        assert piece in html[position:], html
        position = html.index(piece, position) + len(piece)


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ([RULE], "尚未核对"),
        ([{**RULE, "checked_on": "2026-11-21"}], "2026 年 11 月 21 日核对"),
        ([RULE, {**RULE, "checked_on": "2026-11-21"}], "尚未核对"),
        ([], "今天的做法"),
    ],
    ids=["none checked", "all checked", "one unchecked", "no rule"],
)
def test_the_today_box_says_whether_its_rules_were_checked(rules: list, says: str) -> None:
    html = dress.article(TODAY, {"rules": rules}, "zh", WORDS, no_embed)
    assert says in html
    assert "data-jq" not in html


def test_a_rule_is_named_with_its_date_and_issuer_and_escaped() -> None:
    rule = {**RULE, "name": "<b>条例</b>"}
    html = dress.article(TODAY, {"rules": [rule]}, "zh", WORDS, no_embed)
    assert "<li>2018 年 10 月：&lt;b&gt;条例&lt;/b&gt;（中央）</li>" in html


@pytest.mark.parametrize(
    ("label", "ending"), [("mixed", "走上面的渠道。"), ("historical", "不能照着办。")]
)
def test_the_past_box_shows_its_years_and_ends_with_a_warning(label: str, ending: str) -> None:
    meta = {"period": "2003–2007", "label": label}
    html = dress.article(THEN, meta, "zh", WORDS, no_embed)
    assert "历史做法 <span>2003—2007 年</span>" in html
    assert ending in html


def test_a_form_line_is_replaced_by_the_form() -> None:
    html = dress.article(
        "<p>[[form: help-ask]]</p>", {}, "zh", WORDS, lambda kind, name: f"<form {kind} {name}>"
    )
    assert html == "<form form help-ask>"


def test_a_link_to_a_planned_page_becomes_its_words() -> None:
    text, planned = dress.markdown(
        "去[转接](transfer.md#steps)，或[登记](register.md)。",
        "away/index",
        {"away/register"},
        ["away/transfer", "away/register"],
        {},
    )
    assert text == "去转接，或[登记](register.md)。"
    assert planned == {"away/transfer"}


def test_the_identity_is_filled_in_except_in_code() -> None:
    text, _ = dress.markdown(
        "{county}\n\n```\n{county}\n```\n", "a/b", set(), [], {"county": "甲县"}
    )
    assert text == "甲县\n\n```\n{county}\n```\n"


def test_a_fact_mark_becomes_a_span() -> None:
    text, _ = dress.markdown("<fact S4-C16>双找</fact>活动", "a/b", set(), [], {})
    assert text == '<span data-fact="S4-C16">双找</span>活动'


def test_the_foot_counts_facts_by_essay() -> None:
    fact = Fact("S4-C16", 4, "", {"zh": "", "en": ""}, "a/b")
    found = dress.sources(["S4-C16", "S4-X"], {"S4-C16": fact}, None, WORDS)
    assert found == {"text": "2003—2007", "lines": ["1 处，出自第五篇"]}
    assert dress.sources([], {}, None, WORDS) is None


@pytest.mark.parametrize(
    ("iso", "lang", "words"),
    [
        ("2026-11-21", "zh", "2026 年 11 月 21 日"),
        ("2026-11-21", "en", "21 Nov 2026"),
        ("2024-11", "zh", "2024 年 11 月"),
        ("2024-11", "en", "Nov 2024"),
        ("2024", "en", "2024"),
    ],
)
def test_a_date_is_written_as_the_language_does(iso: str, lang: str, words: str) -> None:
    assert day(iso, lang) == words
