"""The finished tree is looked at once more: each fault is named with its page."""

from pathlib import Path

import pytest

from scripts.verify import verify

NOTICE = '<footer><section class="jq-notice">不是党政机关网站</section></footer>'
HEAD = '<meta name="robots" content="noindex"><link rel="canonical" href="https://example.org/">'


def tree(root: Path, head: str = HEAD, body: str = "", notice: str = NOTICE) -> Path:
    page = root / "index.html"
    html = f"<!doctype html><html><head>{head}</head><body><h1 id=top>题</h1>{body}{notice}</body>"
    page.write_text(html, encoding="utf-8")
    return root


def codes(public: Path, sample: bool = True) -> set[str]:
    return {problem.code for problem in verify(public, {"sample": sample})}


def test_a_sound_tree_passes(tmp_path: Path) -> None:
    assert codes(tree(tmp_path, body='<a href="/#top">上</a>')) == set()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('<p data-jq="today"> </p>', "leftover"),
        ("<!--jq:content-->", "leftover"),
        ("<fact S1-A1>字</fact>", "leftover"),
        ("<p>[[form: nothing]]</p>", "leftover"),
        ('<p style="color:red">字</p>', "leftover"),
        ("<script>alert(1)</script>", "inline-script"),
        ('<img src="https://example.com/a.png" alt="">', "external"),
        ('<script src="//example.com/a.js"></script>', "external"),
        ('<link rel="stylesheet" href="https://example.com/a.css">', "external"),
        ("<h1>又一个</h1>", "heading"),
        ('<a href="/nowhere/">断</a>', "broken-link"),
        ('<a href="/#nowhere">断</a>', "broken-link"),
    ],
)
def test_what_must_not_be_released_is_named(tmp_path: Path, body: str, code: str) -> None:
    assert code in codes(tree(tmp_path, body=body))


@pytest.mark.parametrize(
    "body",
    [
        '<script type="application/ld+json">{}</script>',
        '<script type="application/json" id="w">{}</script>',
        '<a href="/forms/status">查进度</a>',
        '<a href="https://www.gov.cn/">官网</a>',
    ],
)
def test_what_is_allowed_is_left_alone(tmp_path: Path, body: str) -> None:
    assert codes(tree(tmp_path, body=body)) == set()


def test_a_page_without_the_notice_is_not_released(tmp_path: Path) -> None:
    assert codes(tree(tmp_path, notice="")) == {"notice"}


def test_sample_data_may_not_be_indexed_by_search_engines(tmp_path: Path) -> None:
    public = tree(tmp_path, head="")
    assert codes(public) == {"sample"}
    assert codes(public, sample=False) == set()
