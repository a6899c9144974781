"""A tree is published only with an index that can answer."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.search.indexer import index_tree
from scripts.search.soundness import check
from scripts.traditional.converter import load
from tests.site.search_tree import write_tree


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = write_tree(tmp_path)
    index_tree(root, root / "search-index", glossary=root / "glossary.tsv")
    return root


def first(folder: Path, pattern: str) -> Path:
    return sorted(folder.glob(pattern))[0]


def change(folder: Path, **values: object) -> None:
    tables = json.loads((folder / "tables.json").read_bytes())
    (folder / "tables.json").write_text(json.dumps({**tables, **values}), encoding="utf-8")


def test_an_index_as_it_is_made_is_sound(tree: Path) -> None:
    assert check(tree) == []


HARM: dict[str, Callable[[Path], object]] = {
    "no tables": lambda folder: (folder / "tables.json").unlink(),
    "broken tables": lambda folder: (folder / "tables.json").write_text("{", encoding="utf-8"),
    "other format": lambda folder: change(folder, format=0),
    "a file of words missing": lambda folder: first(folder, "index/*").unlink(),
    "a file of words empty": lambda folder: first(folder, "index/*").write_bytes(b""),
    "no branches": lambda folder: change(folder, finder="/data/finder/zh.json"),
    "no chunks": lambda folder: shutil.rmtree(folder / "index"),
    "a page missing": lambda folder: first(folder, "fragment/*").unlink(),
    "a page broken": lambda folder: first(folder, "fragment/*").write_bytes(b"broken"),
    "no sounds": lambda folder: (folder / "sounds.json").unlink(),
}


@pytest.mark.parametrize("harm", HARM.values(), ids=HARM)
def test_a_harmed_index_is_a_problem(tree: Path, harm: Callable[[Path], object]) -> None:
    harm(tree / "search-index" / "zh")
    found = check(tree)
    assert {problem.code for problem in found} == {"search-index"}
    assert all("search-index/zh" in problem.file for problem in found)


def test_a_hit_that_leads_nowhere_is_a_problem(tree: Path) -> None:
    (tree / "away" / "index.html").unlink()
    (problem,) = check(tree)
    assert problem.message == "/away/ is no page"


def test_a_traditional_edition_needs_its_own_records(tree: Path) -> None:
    shutil.copytree(tree, tree / "zh-hant", ignore=shutil.ignore_patterns("search-index", "en"))
    convert = load(Path(__file__).parents[2]).many
    index_tree(tree, tree / "search-index", glossary=tree / "glossary.tsv", traditional=convert)
    assert check(tree) == []
    next((tree / "search-index/zh-hant/fragment").iterdir()).unlink()
    (problem,) = check(tree)
    assert problem.file == "search-index/zh-hant/fragment"
    index_tree(tree, tree / "search-index", glossary=tree / "glossary.tsv")
    assert [problem.message for problem in check(tree)][
        -1
    ] == "does not know of search-index/zh-hant"


def test_a_tree_without_an_index_is_a_problem_in_both_languages(tmp_path: Path) -> None:
    assert [problem.file for problem in check(tmp_path)] == ["search-index/zh", "search-index/en"]
