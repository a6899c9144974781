"""Published questions as pages: in both languages, searchable, and nothing that tells who asked."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from forms_api import publishable
from forms_api.shell import Shell
from scripts.answers import pages
from scripts.answers.files import SLUG, Answer, load_answers
from scripts.sources import Sources, read_sources
from tests.conftest import ROOT, BuiltSite

ANSWERS = load_answers(ROOT)
LANGS = {"zh": ("", "zh-Hans"), "en": ("en/", "en")}
SHELL = Shell.parse(
    "<!--jq:title--><!--/jq:title--><!--jq:crumbs--><!--/jq:crumbs-->"
    "<!--jq:content--><!--/jq:content--><!--jq:rail--><!--/jq:rail-->"
)
DATE = re.compile(r"\d{4}-\d\d-\d\d|\d+ 月 \d+ 日|\d+ (?:Nov|Oct)")


@pytest.fixture(scope="module")
def sources() -> Sources:
    return read_sources(ROOT)


def _page(site: BuiltSite, address: str) -> LexborHTMLParser:
    return LexborHTMLParser((site.public / address / "index.html").read_text("utf-8"))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("one", ANSWERS, ids=[one.slug for one in ANSWERS])
def test_each_question_has_its_page(built_site: BuiltSite, one: Answer, lang: str) -> None:
    prefix, code = LANGS[lang]
    page = _page(built_site, f"{prefix}{SLUG}/{one.slug}")
    assert page.css_first("html").attributes["lang"] == code
    assert page.css_first("h1").text() == one.question[lang]
    assert page.css_first("title").text().startswith(one.question[lang])
    article = page.css_first("article")
    said = article.text()
    for block in one.blocks(lang):
        for line in [block] if isinstance(block, str) else block:
            assert line in said
    assert str(one.checked) in said
    assert not DATE.search(said), "a date that may tell who asked"
    assert page.css_first('meta[name="jq:kind"]').attributes["content"] == "answer"
    assert page.css_first(".jq-foot-form input[name=page]").attributes["value"] == (
        f"{SLUG}/{one.slug}"
    )
    other = "en/" if lang == "zh" else ""
    twin = f"/{other}{SLUG}/{one.slug}/"
    assert page.css_first(f'header a[href="{twin}"]') is not None
    assert page.css_first(f'a[href="/{prefix}help/ask/"]') is not None
    data = json.loads(page.css_first('script[type="application/ld+json"]').text())
    assert data["mainEntity"]["acceptedAnswer"]["text"] == one.answer[lang]


@pytest.mark.parametrize("lang", LANGS)
def test_the_list_holds_every_question_under_its_topic(built_site: BuiltSite, lang: str) -> None:
    prefix = LANGS[lang][0]
    page = _page(built_site, f"{prefix}{SLUG}")
    topics = publishable.topics()
    sections = page.css("article section:has(h2[id]):has(.jq-section)")
    assert len(sections) == len({one.topic for one in ANSWERS})
    for section in sections:
        topic = section.css_first("h2").attributes["id"]
        assert section.css_first("h2").text().startswith(topics[topic][lang])  # type: ignore[index]
        links = [link.attributes["href"] for link in section.css("a")]
        assert links == [f"/{prefix}{SLUG}/{one.slug}/" for one in ANSWERS if one.topic == topic]
    assert len(page.css("article .jq-section li")) == len(ANSWERS)


def test_search_sitemap_feedback_and_open_data_know_them(
    built_site: BuiltSite, sources: Sources
) -> None:
    sitemap = (built_site.public / "sitemap.xml").read_text("utf-8")
    listed = json.loads((built_site.public / "data/answers.json").read_text("utf-8"))
    catalogue = json.loads((built_site.private / "catalogue.json").read_text("utf-8"))
    assert [row["slug"] for row in listed] == [f"{SLUG}/{one.slug}" for one in ANSWERS]
    for row in listed:
        for url in row["url"].values():
            assert sitemap.count(f"<loc>{sources.site_url}{url.lstrip('/')}</loc>") == 1
        assert row["slug"] in catalogue["pages"]
    tables = json.loads((built_site.public / "search-index/zh/tables.json").read_text("utf-8"))
    assert sum(page[2] == "answer" for page in tables["pages"]) == len(ANSWERS) + 1


def test_without_any_answer_the_list_says_so_and_leads_to_the_form(
    sources: Sources, tmp_path: Path
) -> None:
    pages.write(replace(sources, answers=[]), {"zh": SHELL, "en": SHELL}, tmp_path)
    for prefix, said in (("", "还没有公开的问答"), ("en/", "Nothing has been published yet")):
        text = (tmp_path / prefix / SLUG / "index.html").read_text("utf-8")
        assert said in text
        assert f'href="/{prefix}help/ask/"' in text
        assert "jq-sample" not in text
    assert len(list(tmp_path.rglob("index.html"))) == 2


def test_what_somebody_wrote_stays_text(sources: Sources, tmp_path: Path) -> None:
    nasty = "</script><img src=x onerror=alert(1)> & <b>"
    one = replace(
        ANSWERS[0],
        sample=False,
        question=ANSWERS[0].question.model_copy(update={"en": nasty}),
        answer=ANSWERS[0].answer.model_copy(update={"en": f"{nasty}\n\n- {nasty}"}),
    )
    pages.write(replace(sources, answers=[one]), {"zh": SHELL, "en": SHELL}, tmp_path)
    for path in (tmp_path / "en").rglob("index.html"):
        text = path.read_text("utf-8")
        assert "<img src=x" not in text
        assert "<b>" not in text
        assert "jq-sample" not in text
