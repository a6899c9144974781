"""What `check` finds wrong in pages: each with its file and line."""

from pathlib import Path

import pytest

from scripts.content import facts, front_matter, level, links, paper, typography
from scripts.content.pages import CatalogueRow, SourcePage, read_page
from scripts.problems import Problem

FRONT = """---
slug: away/index
title: 在外党员
description: 谁算流动党员
audience: [M]
label: mixed
period: "2003–2007"
related: [away/register, help/ask]
reviewed_on: 2026-11-21
---
"""
ROWS = {
    slug: CatalogueRow(slug, {"zh": "题", "en": "T"}, "M", "guide", label, ())
    for slug, label in [
        ("away/index", "mixed"),
        ("away/register", "current"),
        ("help/ask", "mixed"),
        ("away/transfer", "mixed"),
    ]
}
FACTS = {
    "S3-I1": facts.Fact(
        "S3-I1", 3, "", {"zh": "流动党员八千六百一十八名", "en": "8,618 members"}, "away/index"
    ),
    "S4-C16": facts.Fact("S4-C16", 4, "", {"zh": "双找", "en": "search"}, "find/two-way"),
}


def page(root: Path, text: str, lang: str = "zh", slug: str = "away/index") -> SourcePage:
    path = root / "docs" / lang / f"{slug}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return read_page(root, path, lang)


def faults(problems: object) -> list[tuple[int, str]]:
    return [(p.line, p.code) for p in problems]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("old", "new", "line", "code"),
    [
        ("label: mixed\n", "", 1, "unlabelled"),
        ("label: mixed", "label: modern", 6, "unlabelled"),
        ("label: mixed", "label: current", 6, "unlabelled"),
        ("audience: [M]", "audience: [X]", 5, "front-matter"),
        ("audience: [M]", "audience: []", 5, "front-matter"),
        ('period: "2003–2007"', "", 1, "front-matter"),
        ('period: "2003–2007"', 'period: "2003-2007"', 7, "front-matter"),
        ("related: [away/register, help/ask]", "related: [help/ask]", 8, "front-matter"),
        ("help/ask]", "help/nothing]", 8, "broken-link"),
        ("help/ask]", "away/index]", 8, "broken-link"),
        ("slug: away/index", "slug: away/other", 2, "front-matter"),
        ("reviewed_on: 2026-11-21", "reviewed_on: soon", 9, "front-matter"),
        ("title: 在外党员", "title: [", 1, "front-matter"),
        ("谁算流动党员", "长" * 81, 4, "front-matter"),
        ("audience: [M]", "audience: [M]\ncolour: red", 6, "front-matter"),
    ],
)
def test_a_fault_in_the_front_matter_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, code: str
) -> None:
    assert (line, code) in faults(
        front_matter.check(page(tmp_path, FRONT.replace(old, new) + "正文"), ROWS)
    )


def test_a_sound_front_matter_has_no_fault(tmp_path: Path) -> None:
    assert faults(front_matter.check(page(tmp_path, FRONT), ROWS)) == []


def test_a_rule_may_only_link_to_an_official_publisher(tmp_path: Path) -> None:
    rule = (
        'rules: [{name: 甲, issuer: 乙, issued: "2024-11", read: archived copy, url: "%s"}]\n---\n'
    )
    for url, count in [("https://www.12371.cn/a", 0), ("https://example.org/a", 1)]:
        text = FRONT.replace("---\n", "", 1).replace("---\n", rule % url)
        found = list(front_matter.check(page(tmp_path, "---\n" + text), ROWS))
        assert len(found) == count, found


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<fact S3-I1>流动党员 8,618 名</fact>", None),
        ("<fact S3-I1>流动党员八千六百一十八名</fact>", None),
        ("<fact S3-I1>流动党员八千多名</fact>", "fact-number"),
        ("<fact S3-I1></fact>", "fact-mark"),
        ("<fact S9-X1>甲</fact>", "fact-mark"),
        ("<fact S3-I1>8618 没有合上", "fact-mark"),
        ("```\n<fact S9-X1>在代码里</fact>\n```", None),
    ],
)
def test_a_fact_mark_needs_visible_words_with_every_number(
    tmp_path: Path, body: str, code: str | None
) -> None:
    found = [code for _, code in faults(facts.check_marks(page(tmp_path, FRONT + body), FACTS))]
    assert found == ([code] if code else []) or (code and code in found)


def test_only_the_owner_of_a_fact_carries_it(tmp_path: Path) -> None:
    text = FRONT + "<fact S3-I1>8618</fact> <fact S4-C16>双找</fact>"
    assert facts.carried([page(tmp_path, text)], FACTS) == {"zh": {"S3-I1"}, "en": set()}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("[甲](register.md)", None),
        ("[甲](register.md#form)", None),
        ("[甲](register.md#nowhere)", "no heading"),
        ("[甲](#top)", None),
        ("[甲](#nowhere)", "no heading"),
        ("[甲](missing.md)", "does not exist"),
        ("[甲](transfer.md)", None),
        ("[甲](https://example.org/)", "relative .md"),
        ("[甲](https://www.gov.cn/x)", None),
        ("[甲](tel:12371)", None),
        ("[甲](/forms/status)", None),
        ("[[form: help-ask]]", None),
        ("[[form: nothing]]", "names nothing"),
        ("见 [[form: help-ask]]", "alone on its line"),
        ("`[甲](missing.md)`", "does not exist"),
    ],
)
def test_links_and_embeds_lead_somewhere(tmp_path: Path, body: str, message: str | None) -> None:
    here = page(tmp_path, FRONT + "# 题 {#top}\n\n" + body)
    there = page(tmp_path, FRONT + "## 表 {#form}\n", slug="away/register")
    found = [p.message for p in links.Links([here, there], ROWS, {"help-ask"}).check(here)]
    assert (not found) if message is None else (message in found[0]), found


def test_a_link_to_a_page_not_written_yet_counts_as_planned(tmp_path: Path) -> None:
    here = page(tmp_path, FRONT + "[甲](transfer.md)")
    pointers = links.Links([here], ROWS, set())
    assert list(pointers.check(here)) == []
    assert "away/transfer" in pointers.planned


@pytest.mark.parametrize(
    ("chinese", "english", "code"),
    [
        ("# 题 {#top}", "# T {#top}", None),
        ("# 题", "# T", "missing-anchor"),
        ("# 题 {#top}\n## 甲 {#a}", "# T {#top}", "anchors-differ"),
        ("## 甲 {#a}\n## 乙 {#b}", "## B {#b}\n## A {#a}", "anchors-differ"),
        ("<fact S4-C16>甲</fact>", "word", "fact-mark"),
        ("甲", "<fact S4-C16>word</fact>", "fact-mark"),
    ],
)
def test_the_languages_are_level(
    tmp_path: Path, chinese: str, english: str, code: str | None
) -> None:
    pair = [page(tmp_path, FRONT + chinese), page(tmp_path, FRONT + english, "en")]
    found = {problem.code for problem in level.check(pair)}
    assert found == ({code} if code else set())


def test_a_page_in_one_language_only_is_a_fault(tmp_path: Path) -> None:
    found = list(level.check([page(tmp_path, FRONT)]))
    assert found == [
        Problem(
            "docs/zh/away/index.md", 1, "missing-language", "docs/en/away/index.md does not exist"
        )
    ]


def test_a_translation_falls_behind_when_words_change_not_when_spacing_does(tmp_path: Path) -> None:
    chinese = page(tmp_path, FRONT + "甲乙")
    english = page(
        tmp_path, FRONT.replace("label", f"source_hash: {level.hash_of(chinese)}\nlabel"), "en"
    )
    assert not level.is_outdated(english, page(tmp_path, FRONT + "甲\n乙\n"))
    assert level.is_outdated(english, page(tmp_path, FRONT + "甲丙"))


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("打 12333 投诉，不收费。", False),
        ("打12333投诉", True),
        ("不收费,不用请", True),
        ("[链接](../help/ask.md)和 `a,b` 不算", False),
        ("<fact S3-I1>8618 名</fact>党员", False),
    ],
)
def test_chinese_typography_is_checked_in_words_only(
    tmp_path: Path, body: str, fault: bool
) -> None:
    assert bool(list(typography.check(page(tmp_path, FRONT + body)))) is fault


SHEET = """---
title: 签到表
description: 一次活动一张
template: print.html
paper: a4
from: away/index
---
# 签到表 {#top}
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "code"),
    [
        ("paper: a4", "paper: a5", 5, "front-matter"),
        ("paper: a4\n", "", 1, "front-matter"),
        ("from: away/index", "from: away/nothing", 6, "broken-link"),
        ("from: away/index", "lines: huge\nfrom: away/index", 6, "front-matter"),
        ("from: away/index", "from: away/index\nlabel: mixed", 7, "front-matter"),
    ],
)
def test_a_fault_of_a_sheet_for_paper_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, code: str
) -> None:
    sheet = page(tmp_path, SHEET.replace(old, new), slug="print/sign-in")
    assert faults(paper.check(sheet, ROWS)) == [(line, code)]


def test_a_sound_sheet_and_other_pages_have_no_fault(tmp_path: Path) -> None:
    assert faults(paper.check(page(tmp_path, SHEET, slug="print/sign-in"), ROWS)) == []
    assert faults(paper.check(page(tmp_path, FRONT), ROWS)) == []
