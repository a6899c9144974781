"""The rules that cut text into words of the index."""

import gzip
import re
from pathlib import Path
from typing import Any

import minify
import pytest
import yaml

from scripts.search import tables
from scripts.search.tokens import Fold, key, tokens
from tests.site.search_tree import CASES

SCRIPTS = Path(__file__).parents[2] / "docs" / "assets" / "js"
TABLE = yaml.safe_load((CASES / "search_tokens.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["text"])
def test_text_is_folded_cut_and_made_a_key(case: dict[str, Any]) -> None:
    folded = Fold(TABLE["table"])(case["text"])
    assert folded == case.get("fold", case["text"])
    assert tokens(folded) == case.get("tokens", tokens(folded))
    assert key(folded) == case["key"]


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [("駐外黨支部", "驻外党支部"), ("流動黨員活動證", "流动党员活动证"), ("臺賬", "台账"),
     ("裡裏", "里里"), ("執著", "执着"), ("乾燥", "干燥"), ("台帐", "台账"), ("佈置", "布置"),
     ("瞭解", "了解")],
)  # fmt: skip
def test_both_spellings_fold_to_one(traditional: str, simplified: str) -> None:
    fold = tables.simplify()
    assert fold(traditional) == fold(simplified)


def test_folding_twice_changes_nothing_more() -> None:
    table = tables.traditional_to_simplified()
    assert not [source for source, target in table.items() if target in table]


def test_tables_keep_only_what_leads_into_the_corpus() -> None:
    assert tables.fold_table_for({"党"}).get("黨") == "党"
    assert "駐" not in tables.fold_table_for({"党"})
    assert tables.taiwan_for("用网络和软件办事") == {
        word: readings
        for word, readings in tables.taiwan_for("用网络和软件办事").items()
        if set("".join(readings)) <= set("网络软件")
    }
    assert tables.taiwan_for("网络")["网路"] == ["网络"]


def test_names_of_a_thing_the_corpus_never_mentions_are_left_out() -> None:
    groups = [["流动党员", "外出党员"], ["某物", "别名"], ["党费"]]
    assert tables.aliases_for(groups, "流动党员交党费") == [(["流动党员"], ["外出党员"])]


def test_simplified_text_stays_as_it_is() -> None:
    text = "怎么办什么时候为什么哪里可以请问组织关系于是干后里面发只台"
    assert tables.simplify()(text) == text


def test_the_module_that_a_first_question_loads_is_small() -> None:
    """search.js and all that it imports before an answer, as published and zipped one by one."""
    sizes: dict[str, int] = {}
    wanted = ["search.js"]
    while wanted:
        name = wanted.pop()
        if name not in sizes:
            text = minify.string("application/javascript", (SCRIPTS / name).read_text("utf-8"))
            sizes[name] = len(gzip.compress(text.encode(), 9))
            wanted += re.findall(r'\bfrom ?"\./([\w.]+)"', text)
    assert sizes["search.js"] <= 6 * 1024
    assert {"guess.js", "inflate.js"}.isdisjoint(sizes), "loaded only when they are needed"
    assert sum(sizes.values()) <= 13 * 1024
