"""From a tree of HTML to the index on disk."""

import argparse
import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.outcome import DONE, SHORT, CannotRun
from scripts.search import cbor, pagefind
from scripts.search.corpus import articles_of, collect
from scripts.search.evaluate import (
    Answer,
    Question,
    figures,
    page_of,
    rank_of,
    read_questions,
)
from scripts.search.index_command import add_arguments, run
from scripts.search.indexer import index_tree, is_left_out
from tests.site.search_tree import write_tree

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_tree(tmp_path_factory.mktemp("tree"))
    index_tree(root, root / "search-index", glossary=root / "glossary.tsv")
    return root


def test_a_page_is_read_block_by_block() -> None:
    (article,) = articles_of(
        """<html lang="zh-Hans"><head><meta name="jq:keywords" content="欠薪; 讨薪"></head><main>
        <nav>栏目</nav><article><h1>工资<a class="headerlink" href="#top">¶</a></h1>
        <p>第一行，\n第二行<b>粗</b>。</p><h2 id="a">今天</h2>
        <ul><li>一<ul><li>二</li></ul></li></ul>
        <table><tr><th>甲</th><td>乙</td></tr></table><form>表单</form></article></main>""",
        "/x/",
    )
    assert article.blocks == ["工资", "第一行，第二行粗。", "今天", "一", "二", "甲 · 乙"]
    assert [(s.id, s.heading, s.block) for s in article.sections] == [("a", "今天", 2)]
    assert article.keywords == ["欠薪", "讨薪"]


def test_terms_are_things_of_their_own(tree: Path) -> None:
    html = (tree / "about" / "glossary" / "index.html").read_text(encoding="utf-8")
    page, first, second = articles_of(html, "/about/glossary/")
    assert (first.url, first.title, first.kind) == ("/about/glossary/#liudong", "流动党员", "term")
    assert first.keywords == ["外出党员", "在外党员"]
    assert second.title == "口袋党员"
    assert page.blocks == ["名词解释"]


def test_what_is_no_page_for_readers_stays_out(tree: Path) -> None:
    articles = list(collect(tree, is_left_out))
    assert "/" not in [article.url for article in articles]
    assert not [a.url for a in articles if "独角兽" in "".join(a.blocks)]
    assert {a.url for a in articles} >= {"/away/", "/en/help/rights/", "/bridge/organise/"}


def test_indexing_twice_gives_the_same_bytes(tree: Path, tmp_path: Path) -> None:
    index_tree(tree, tmp_path, glossary=tree / "glossary.tsv")
    again = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    first = tree / "search-index"
    assert again == {p.relative_to(first): p.read_bytes() for p in first.rglob("*") if p.is_file()}


def test_the_installed_pagefind_writes_the_pinned_format(tmp_path: Path) -> None:
    """When this fails after an upgrade: read pagefind.py again before changing VERSION."""
    (tmp_path / "work").mkdir()
    page = pagefind.TokenPage(
        name="000001-abc",
        blocks=[
            ["驻外", "外"],
            ["党支", "支部", "部", "。"],
            ["complains", "部", "Café", "HttpServer"],
        ],
        fields={"title": ["标题", "题"], "k": ["ꀀ标题"]},
    )
    contents = pagefind.Run([page], tmp_path / "work", tmp_path / "out").wait()
    ((path, name),) = pagefind.fragments(tmp_path / "out")
    assert name == page.name
    assert contents.pages == [path.stem]
    assert path.suffix == ".pf_fragment"
    raw = gzip.decompress(path.read_bytes())
    assert raw[:12] == b"pagefind_dcd"
    assert json.loads(raw[12:]) == {
        "url": "/000001-abc.html",
        "content": "驻外 外. 党支 支部 部 。 complains 部 Café HttpServer.",
        "word_count": 10,
        "filters": {},
        "meta": {"title": "标题 题", "k": "ꀀ标题"},
        "anchors": [],
    }
    assert contents.fields == ["k", "title"]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["fragment", "index"]
    ((first, chunk),) = contents.chunks
    data = gzip.decompress((tmp_path / "out" / "index" / f"{chunk}.pf_index").read_bytes())
    assert data[:12] == b"pagefind_dcd"
    # word, [page (more than the last), places, places in fields], spellings with accents;
    # a negative number begins a group (a weight, a field), where each place is told from the last
    assert cbor.decode(data[12:]) == [
        [
            ["cafe", [], [["café", [[0, [-25, 8], []]]]]],
            ["complains", [[0, [-25, 6], []]], []],
            ["http", [[0, [-13, 9], []]], []],
            ["httpserver", [[0, [-25, 9], []]], []],
            ["server", [[0, [-13, 9], []]], []],
            ["党支", [[0, [-25, 2], []]], []],
            ["外", [[0, [-25, 1], []]], []],
            ["支部", [[0, [-25, 3], []]], []],
            ["标题", [[0, [], [-2, 0]]], []],
            ["部", [[0, [-25, 4, 3], []]], []],
            ["题", [[0, [], [-2, 1]]], []],
            ["驻外", [[0, [-25, 0], []]], []],
            ["ꀀ标题", [[0, [], [-1, 0]]], []],
        ]
    ]
    assert first <= "cafe"


@pytest.mark.parametrize(
    "data",
    [b"plain", gzip.compress(b"other_magic{}"), gzip.compress(b'pagefind_dcd{"url":"/x/"}')],
    ids=["not compressed", "another magic", "keys missing"],
)
def test_another_fragment_format_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "en_1.pf_fragment"
    path.write_bytes(data)
    with pytest.raises(pagefind.FormatChanged, match=pagefind.VERSION):
        pagefind.read_fragment(path)


def test_fragments_hold_what_a_reader_reads(tree: Path) -> None:
    found = [
        pagefind.read_fragment(path)["jq"]
        for path, _ in pagefind.fragments(tree / "search-index" / "zh")
    ]
    (rights,) = [one for one in found if one["url"] == "/help/rights/"]
    assert rights["title"] == "工资被拖欠怎么办"
    assert rights["kind"] == "form"
    assert (
        "先打 12333 向当地劳动保障监察投诉，不收费，不用请律师。同时留好证据。" in rights["blocks"]
    )


def test_changed_text_comes_under_a_new_file_name(tmp_path: Path) -> None:
    """Punctuation alone changes no word, but a browser may keep fragments for ever."""
    names = []
    for mark in "。；":
        root = tmp_path / str(ord(mark))
        root.mkdir()
        (root / "index.html").write_text(
            f'<html lang="zh"><main><h1>题</h1><p>一句{mark}</p></main></html>', encoding="utf-8"
        )
        index_tree(root, root / "search-index")
        names.append([p.name for p, _ in pagefind.fragments(root / "search-index" / "zh")])
    assert names[0] != names[1]


def test_a_folder_without_pages_falls_short(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    assert run(parser.parse_args([str(tmp_path)])) == SHORT
    with pytest.raises(CannotRun):
        run(parser.parse_args([str(tmp_path / "none")]))
    write_tree(tmp_path)
    assert run(parser.parse_args([str(tmp_path), "--json"])) == DONE
    assert json.loads(capsys.readouterr().out)["zh"]["pages"] == 11


@pytest.mark.parametrize(
    ("url", "slug", "branch"),
    [
        ("/", "index", ""),
        ("/en/", "index", ""),
        ("/away/", "away", ""),
        ("/en/away/register/#steps", "away/register", ""),
        ("/find/directory/", "find/directory", ""),
        ("/find/directory/ty-demo/", "find/directory/ty-demo", "ty-demo"),
        ("/en/find/directory/city/4403/", "find/directory/city/4403", ""),
    ],
)
def test_an_address_names_its_page_and_branch(url: str, slug: str, branch: str) -> None:
    assert page_of(url) == (slug, branch)


def test_figures_count_ranks_and_empty_answers() -> None:
    question = Question("Q1", "zh-Hans", "x", ("away/index", "help/ids"), ("ty-demo",))
    assert rank_of(question, ["/x/", "/away/#a"]) == 2
    assert rank_of(question, ["/find/directory/ty-demo/"]) == 1
    assert rank_of(question, ["/x/"]) == 0
    answers = [Answer(question, rank, ("/x/",) * bool(rank), 1.0) for rank in (1, 2, 4, 0)]
    assert figures(answers) == {
        "n": 4, "zero": 0.25, "s1": 0.25, "s3": 0.5, "s10": 0.75, "mrr": 0.4375,
    }  # fmt: skip


def test_questions_are_asked_of_the_built_pages(tree: Path, tmp_path: Path) -> None:
    file = tmp_path / "questions.tsv"
    file.write_text(
        "id\tlang\ttype\tquery\tbest_slugs\tfact_ids\tbranch_ids\n"
        "A\tzh-Hans\tkeyword\t组织关系转接\taway/transfer\t\t\n"
        "B\tzh-Hant\tkeyword\t組織關係\taway/transfer;about/index\t\t\n"
        "C\ten\tquestion\twhere can I complain about poor service\thelp/complain\t\t\n"
        "D\tzh-Hans\tkeyword\t还没有这一页\tnot/built\t\t\n"
        "E\tzh-Hans\tkeyword\t独角兽\taway/index\t\t\n",
        encoding="utf-8",
    )
    door = [sys.executable, "scripts/manage.py", "evaluate", str(file), "--site", str(tree)]
    done = subprocess.run([*door, "--json"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == DONE, done.stderr
    got = json.loads(done.stdout)
    assert got["all"] == {"n": 4, "zero": 0.25, "s1": 0.75, "s3": 0.75, "s10": 0.75, "mrr": 0.75}
    assert got["zh-Hant"]["s1"] == got["en"]["s1"] == 1
    assert got["missed"] == [{"id": "E", "query": "独角兽", "got": []}]
    assert got["unbuilt"] == ["D"]
    assert got["latency_ms"]["p95"] >= got["latency_ms"]["p50"] > 0
    assert 10_000 < got["bytes"]["first"] < 125_000
    assert got["bytes"]["next"] < 20_000


def test_a_file_without_the_columns_is_refused_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "q.tsv"
    file.write_text("id\tquery\nA\tx\n", encoding="utf-8")
    with pytest.raises(CannotRun, match="no column 'lang'"):
        read_questions(file)


def test_the_development_questions_can_be_read() -> None:
    questions = read_questions(ROOT / "docs" / "data" / "questions_dev.tsv")
    assert len(questions) == 40
    assert all(question.slugs for question in questions)
