"""The comparison of searches, on a small tree."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.bench import search
from scripts.bench.search_sets import Query
from scripts.outcome import CannotRun
from tests.site.search_tree import write_tree


def test_three_searches_are_asked_the_same_and_ours_finds_most(root: Path, tmp_path: Path) -> None:
    door = [sys.executable, "scripts/manage.py", "bench", "search", "--quick", "--json"]
    run = subprocess.run(  # in its own process: a browser of this one may be open
        [*door, "--tree", str(write_tree(tmp_path))], cwd=root, capture_output=True, text=True
    )
    result = json.loads(run.stdout)
    pooled = result["sets"]["pooled"]
    assert {engine: row["n"] for engine, row in pooled.items()} == dict.fromkeys(
        search.ENGINES, pooled["ours"]["n"]
    )
    assert pooled["ours"]["s3"] > max(pooled["pagefind"]["s3"], pooled["lunr"]["s3"])
    assert all(result["bytes"][engine]["first"] > 10_000 for engine in search.ENGINES)
    assert all(result["index_seconds"][engine] > 0 for engine in search.ENGINES)
    assert len(search.table(result).splitlines()) == len(result["sets"]) + 10
    assert all(value > 0 for value in result["pagefind_processor_seconds"].values())
    assert result["absent"] == {"n": 4, "exact": 0}
    assert result["entries"]["40"]["pooled"]["s3"] > 0.9
    assert 1_000 < result["entries"]["40"]["branch_bytes"] < 60 * 1024


def test_a_tree_without_pages_cannot_be_measured(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="build the site first"):
        search.measure(tree=tmp_path)


def test_figures_count_what_was_found_where() -> None:
    asked = [Query(text, "zh", frozenset({"/a/", "/b/"})) for text in ("x", "y", "z")]
    answers = [["/a/", "/b/"], ["/c/", "/b/"], []]
    assert search.figures(asked, answers) == {
        "n": 3,
        "zero": 0.3333,
        "recall": 0.5,
        "s1": 0.3333,
        "s3": 0.6667,
        "mrr": 0.5,
    }
