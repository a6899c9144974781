"""Pages that claim to carry a fact and show no such words, and rules that differ between pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.content import facts, level, rules, visible
from scripts.content.pages import SourcePage, read_page

LIES = yaml.safe_load(
    (Path(__file__).parents[1] / "cases/lying_pages.yml").read_text(encoding="utf-8")
)
OWNER = "away/index"
FACTS = {
    "S3-I1": facts.Fact("S3-I1", 3, "", {"zh": "流动党员8618名", "en": "8,618 members"}, OWNER),
    "S4-C16": facts.Fact("S4-C16", 4, "", {"zh": "双找", "en": "search"}, OWNER),
}


def written(
    root: Path, body: str, meta: str = "title: 题\n", slug: str = OWNER, lang: str = "zh"
) -> SourcePage:
    path = root / "docs" / lang / f"{slug}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\n{meta}---\n{body}\n", encoding="utf-8")
    return read_page(root, path, lang)


def codes(page: SourcePage) -> set[str]:
    return {one.code for one in (*visible.check(page), *facts.check_marks(page, FACTS))}


@pytest.mark.parametrize("case", LIES, ids=lambda case: ascii(case["lie"]))
def test_a_lie_is_named_or_does_not_count(tmp_path: Path, case: dict[str, Any]) -> None:
    page = written(tmp_path, case["lie"])
    assert case["code"] in codes(page) if case["code"] else codes(page) == set()
    carried = {"S3-I1", "S4-C16"} & facts.carried([page], FACTS)["zh"]
    assert bool(carried) == case.get("carries", False)


@pytest.mark.parametrize(
    "line",
    [
        "<fact S3-I1>流动党员 8,618 名</fact>",
        "<fact S3-I1>**流动党员**八千六百一十八名</fact>",
        "| <fact S3-I1>[流动党员](ask.md) 8618 名</fact> | {county} |",
        "## 标题 {#title}",
        "- 2 < 3，A>B，{people}",
    ],
)
def test_an_honest_line_is_left_alone(tmp_path: Path, line: str) -> None:
    assert codes(written(tmp_path, line)) == set()


def test_a_hidden_line_is_named_with_its_place(tmp_path: Path) -> None:
    page = written(tmp_path, "# 题 {#top}\n\n<div hidden>\n\n词</div>")
    assert [(one.file, one.line, one.code) for one in visible.check(page)] == [
        ("docs/zh/away/index.md", 6, "html"),
        ("docs/zh/away/index.md", 8, "html"),
    ]


def with_rule(root: Path, slug: str, lang: str = "zh", **changed: str) -> SourcePage:
    rule = {"name": "《教育管理工作条例》", "issuer": "中共中央", "issued": "2019-05-21"} | changed
    first, *rest = (f'{key}: "{value}"' for key, value in rule.items())
    lines = [f"  - {first}", *(f"    {line}" for line in rest)]
    return written(root, "词", "title: 题\nrules:\n" + "\n".join(lines) + "\n", slug, lang)


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"issued": "2019-05"}, "issued"),
        ({"issuer": "中央组织部"}, "issuer"),
        ({"name": "《中国共产党教育管理工作条例》"}, "name"),
        ({"name": "《教育管理工作条例（试行）》"}, "name"),
        ({"checked_on": "2026-11-01"}, "checked_on"),
    ],
)
def test_one_rule_has_one_name_and_one_date(
    tmp_path: Path, changed: dict[str, str], key: str
) -> None:
    pages = [with_rule(tmp_path, "away/a"), with_rule(tmp_path, "away/b", **changed)]
    found = list(rules.check(pages))
    assert [(one.file, one.line, one.code) for one in found] == [
        ("docs/zh/away/b.md", 4, "rule-differs")
    ]
    assert found[0].message.startswith(f"{key} of ")


def test_different_rules_and_other_languages_are_not_compared(tmp_path: Path) -> None:
    other = with_rule(tmp_path, "away/b", name="《发展党员工作细则》", issued="2014-05-28")
    english = with_rule(tmp_path, "away/a", "en", issuer="Central Committee")
    assert list(rules.check([with_rule(tmp_path, "away/a"), other, english])) == []


def test_the_two_languages_of_a_page_cite_the_same_dates(tmp_path: Path) -> None:
    chinese = with_rule(tmp_path, "away/a")
    english = with_rule(tmp_path, "away/a", "en", issued="2019-05-01")
    problems = [one for one in level.check([chinese, english]) if "rules differ" in one.message]
    assert [(one.file, one.line) for one in problems] == [("docs/en/away/a.md", 3)]
