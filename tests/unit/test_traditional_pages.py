"""A finished page in Traditional characters: all that a reader sees or hears, and nothing else."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from scripts.traditional import converter, markup
from scripts.traditional.pages import Pages

ROOT = Path(__file__).resolve().parents[2]
CONVERT = converter.load(ROOT)
PAGES = Pages(CONVERT.many, "https://e.org/")


def page(text: str, here: str = "help/ask/") -> str:
    return PAGES.page(text, here)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<p>党员</p>", "<p>黨員</p>"),
        # A run of text is one, whatever is set off in it; what is no neighbour is none.
        ("<p><strong>干</strong>部，<b>干</b>净</p>", "<p><strong>幹</strong>部，<b>乾</b>淨</p>"),
        ("<li>头<span>发</span></li><li>发电</li>", "<li>頭<span>髮</span></li><li>發電</li>"),
        ("<p>若干<br>干净</p>", "<p>若干<br>乾淨</p>"),
        # Character references: those of Chinese are read, those of markup stay.
        ("<p>&#20826;&#x5458; &amp; &lt;书&gt;</p>", "<p>黨員 &amp; &lt;書&gt;</p>"),
        ("<p>a &lt;b&gt; c &notanentity; &</p>", "<p>a &lt;b&gt; c &notanentity; &</p>"),
        ("<title>党员 &middot; &amp;</title>", "<title>黨員 · &amp;</title>"),
        # Quotation marks follow the text.
        ("<p>“党员”</p>", "<p>「黨員」</p>"),
        # What reading aloud and hints say.
        ('<img alt="党员" src="/a.png">', '<img alt="黨員" src="/a.png">'),
        ("<a aria-label='党\"员' href='#x'>x</a>", "<a aria-label=\"黨&quot;員\" href='#x'>x</a>"),
        ("<input placeholder=党员 value=党员>", '<input placeholder="黨員" value=党员>'),
        ('<td data-label="谁发的">x</td>', '<td data-label="誰發的">x</td>'),
        ('<optgroup label="广东">', '<optgroup label="廣東">'),
        ('<a title="a > 党">党</a>', '<a title="a &gt; 黨">黨</a>'),
        # What is said to programs.
        ('<html lang="zh-Hans">', '<html lang="zh-Hant">'),
        ('<meta name="description" content="党员">', '<meta name="description" content="黨員">'),
        (
            '<meta property="og:locale" content="zh_CN">',
            '<meta property="og:locale" content="zh_TW">',
        ),
        ('<meta name="jq:keywords" content="党员">', '<meta name="jq:keywords" content="党员">'),
        (
            '<div data-jq-term="党员;dang yuan">党</div>',
            '<div data-jq-term="党员;dang yuan">黨</div>',
        ),
        # Its own language or spelling.
        ('<p lang="en">党 <b>员</b></p>党', '<p lang="en">党 <b>员</b></p>黨'),
        (
            '<span lang="zh-Hans">党<span>员</span></span>员',
            '<span lang="zh-Hans">党<span>员</span></span>員',
        ),
        ('<img lang="en" alt="党">党', '<img lang="en" alt="党">黨'),
        ('<b translate="no">党</b>员', '<b translate="no">党</b>員'),
        ("<p>运行 <code>导入 党员.csv</code>。</p>", "<p>運行 <code>导入 党员.csv</code>。</p>"),
        # Forms: what is sent stays, what is read is converted.
        ('<option value="党">党</option>', '<option value="党">黨</option>'),
        ("<option>党</option>", "<option>党</option>"),
        ("<textarea>党<b>员</textarea>党", "<textarea>党<b>员</textarea>黨"),
        (
            '<input type="hidden" name="lang" value="zh-Hans">',
            '<input type="hidden" name="lang" value="zh-Hant">',
        ),
        (
            '<input type="hidden" name="page" value="zh-Hans">',
            '<input type="hidden" name="page" value="zh-Hans">',
        ),
        ('<form action="/forms/help-ask/check">', '<form action="/forms/help-ask/check">'),
        # Scripts, styles, comments, what looks like tags.
        ("<script>var a = '<p>党员';</script>党", "<script>var a = '<p>党员';</script>黨"),
        (
            "<SCRIPT>'党'</SCRIPT ><style>/* 党 */</style>",
            "<SCRIPT>'党'</SCRIPT ><style>/* 党 */</style>",
        ),
        ("<!-- 党 > 员 -->党<!---->员<!-->党", "<!-- 党 > 员 -->黨<!---->員<!-->黨"),
        ("<p>3 < 5 党 <3</p>", "<p>3 < 5 黨 <3</p>"),
        ("<!doctype html><?党?></党>员", "<!doctype html><?党?></党>員"),
    ],
)
def test_what_a_reader_meets_is_converted_and_nothing_else(before: str, after: str) -> None:
    assert page(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("/help/rights/#steps", "/zh-hant/help/rights/#steps"),
        ("/search/?q=1", "/zh-hant/search/?q=1"),
        ("/", "/zh-hant/"),
        ("#top", "#top"),
        ("../rights/", "../rights/"),
        ("../../en/help/", "/en/help/"),
        ("../../data/branches.csv", "/data/branches.csv"),
        ("/en/help/ask/", "/en/help/ask/"),
        ("/data/cards/x.vcf", "/data/cards/x.vcf"),
        ("/manifest.webmanifest", "/zh-hant/manifest.webmanifest"),
        ("/forms/help-ask?lang=zh-Hans&page=x", "/forms/help-ask?lang=zh-Hant&page=x"),
        ("https://e.org/help/ask/", "https://e.org/zh-hant/help/ask/"),
        ("https://e.org/", "https://e.org/zh-hant/"),
        ("https://e.org/data/a.json", "https://e.org/data/a.json"),
        ("https://12371.cn/help/", "https://12371.cn/help/"),
        ("//e.org/help/", "//e.org/help/"),
        ("tel:12371", "tel:12371"),
        ("mailto:desk@example.org", "mailto:desk@example.org"),
    ],
)
def test_links_to_pages_lead_to_those_of_the_edition(before: str, after: str) -> None:
    old, new = html.escape(before), html.escape(after)
    assert page(f'<a href="{old}">x</a>') == f'<a href="{new}">x</a>'
    other = f'<a href="{old}" hreflang="zh-Hans" lang="zh-Hans">x</a>'
    assert page(other) == other


def test_a_page_that_leads_on_leads_to_the_edition() -> None:
    refresh = '<meta http-equiv="refresh" content="0; url={}">'
    assert page(refresh.format("/help/ask/")) == refresh.format("/zh-hant/help/ask/")


def test_an_address_of_this_site_in_a_text_is_that_of_the_edition() -> None:
    said = page("<p>看 https://e.org/find/directory/ 和 https://e.org/data/a.json 党</p>")
    assert said == "<p>看 https://e.org/zh-hant/find/directory/ 和 https://e.org/data/a.json 黨</p>"


@pytest.mark.parametrize("kind", ["application/json", "application/ld+json"])
def test_words_that_scripts_show_are_converted_in_their_json(kind: str) -> None:
    words = {"党": ["党员</script>", "“{n}” 条"], "url": "/help/ask/", "n": 3, "no": None}
    told = json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")
    made = page(f'<script type="{kind}">{told}</script><p>党</p>')
    assert made.endswith("</script><p>黨</p>") and made.count("</script>") == 1
    inside = made.partition(">")[2].partition("</script>")[0]
    said = {"党": ["黨員</script>", "「{n}」 條"], "url": "/zh-hant/help/ask/", "n": 3, "no": None}
    assert json.loads(inside) == said


_WORDS = st.sampled_from(
    ["党员", "干", "a", " ", "\n", "&amp;", "&#20826;", "&", "<", ">", '"', "'", "=", "/", "-", "!"]
)
_TAG_NAMES = (
    "<p> </p> <b> </b> <br> <div\ttitle='党>员'> </div> <img\talt=\"党\"> <!-- --> <title> </title>"
    " <textarea> </textarea> <script> </script> <style> </style> <span\tlang=en> </span>"
    " <a\thref=/x/> </a> <option> <select> </"
)
_TAGS = st.sampled_from(_TAG_NAMES.split(" "))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(_WORDS, _TAGS), max_size=14).map("".join))
def test_any_page_keeps_its_elements_and_the_length_of_its_texts(text: str) -> None:
    assert "".join(piece for _, _, piece in markup.pieces(text)) == text
    before, after = (LexborHTMLParser(f"<body>{one}").body for one in (text, page(text)))
    assert before is not None and after is not None
    assert list(outline(after)) == list(outline(before))


def outline(node: LexborNode) -> Iterator[tuple[str, object]]:
    """Elements with the names of their attributes, texts by their length, in order."""
    for child in node.iter(include_text=True):
        if child.tag == "-text":
            yield "text", len(child.text_content or "")
        else:
            yield child.tag or "", sorted(child.attributes)
            yield from outline(child)
            yield "end", child.tag
