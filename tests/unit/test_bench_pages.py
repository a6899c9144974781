"""The measurement of first visits: what it makes of its figures, and the peer it builds."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from scripts.bench import pages, stock
from scripts.bench.visit import KEYS

CHEAP = dict(zip(KEYS, (17.9, 6.0, 0.0, 1200.0, 0.0, 30.0), strict=True))


def test_each_figure_is_the_median_of_its_own_column() -> None:
    rows = [dict(zip(KEYS, [n, -n, 7, n * 10, 0, 99 - n], strict=True)) for n in (5.0, 1.0, 3.0)]
    assert pages.median(rows) == dict(zip(KEYS, [3, -3, 7, 30, 0, 96], strict=True))


@pytest.mark.parametrize(
    ("key", "most", "too_much"),
    [("kb_gz", 45, 45.1), ("requests", 8, 9), ("external", 0, 1), ("cls", 0, 0.001)],
)
def test_what_costs_more_than_it_may_is_named(key: str, most: float, too_much: float) -> None:
    assert pages.over_budget("guide", {**CHEAP, key: most}) == []
    (line,) = pages.over_budget("guide", {**CHEAP, key: too_much})
    assert line == f"guide: {key} {too_much:g} > {most}"


def test_only_our_own_side_has_a_budget() -> None:
    dear = {**CHEAP, "kb_gz": 175.0, "external": 1.0}
    assert pages.shortfalls({"home": {"ours": CHEAP, "material": dear}}) == []
    assert pages.shortfalls({"home": {"ours": dear, "material": CHEAP}}) == [
        "home: kb_gz 175 > 45",
        "home: external 1 > 0",
    ]


def test_the_table_has_a_row_for_each_side() -> None:
    lines = pages.table({"home": {"ours": CHEAP, "material": CHEAP}, "branch": {"ours": CHEAP}})
    assert [line.split()[:3] for line in lines.splitlines()[1:]] == [
        ["home", "ours", "17.9"],
        ["home", "material", "17.9"],
        ["branch", "ours", "17.9"],
    ]


def test_the_peer_is_stock_material_with_the_same_text(tmp_path: Path) -> None:
    text = "---\ntitle: {title}\ndescription: {title} in short\n---\n# {title} {{#top}}\n\n{body}\n"
    for lang in ("zh", "en"):
        folder = tmp_path / "docs" / lang
        (folder / "help").mkdir(parents=True)
        for slug, body in (("index", "[[home]]"), ("help/ask", "<fact S1>Ten</fact> words")):
            (folder / f"{slug}.md").write_text(text.format(title=slug, body=body), "utf-8")
    public = stock.build_stock(tmp_path, tmp_path / "stock")
    page = (public / "en/help/ask/index.html").read_text("utf-8")
    assert "Ten words" in page and "<fact" not in page
    assert "index in short" in (public / "index.html").read_text("utf-8")
    assert list(public.glob("assets/javascripts/bundle*.js"))
    assert gzip.decompress((public / "en/help/ask/index.html.gz").read_bytes()).decode() == page
