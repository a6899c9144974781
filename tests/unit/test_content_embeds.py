"""Lines such as [[forms]] become what they name, in both languages."""

import datetime as dt
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from forms_api.forms import load_all
from scripts.answers.totals import Totals
from scripts.content import embeds, links
from scripts.content.context import Site
from scripts.content.embeds import Embeds, Published, load_added
from scripts.content.facts import load_facts
from scripts.content.glossary import load_terms
from scripts.content.pages import catalogue, read_page
from scripts.content.then_now import ThenNow
from scripts.content.words import load_identity, load_words
from scripts.directory.events import FILE as EVENTS
from scripts.directory.events import load_events
from scripts.directory.importer import load_directory

ROOT = Path(__file__).resolve().parents[2]
TODAY = dt.date(2026, 11, 21)
DIRECTORY = load_directory(ROOT)[0]
IDENTITY = load_identity(ROOT)
WORDS = load_words(ROOT, IDENTITY)
TITLES = {
    "zh": {"away/register": "在外登记", "help/ids": "证照", "join/index": "在外入党"},
    "en": {"away/register": "Register", "help/ids": "ID cards", "join/index": "Joining"},
}
RULE = """rules:
  - {{name: "{name}", issuer: "某部", issued: "{issued}", read: 副本{more}}}
"""
THEN_NOW = ThenNow.model_validate(
    {
        "items": [
            {
                "id": "fast-cards",
                "then": {"zh": "{county}快办<证>", "en": "Fast cards"},
                "today": {"zh": "异地可办", "en": "Anywhere"},
                "label": "historical",
                "facts": ["S2-W31"],
                "page": "help/ids",
                "verified": verified,
            }
            for verified in (False, True, "2026-11-21")
        ],
        "unverified": [{"zh": "年份", "en": "the year"}],
    }
)


def make(root: Path, **changes: object) -> Embeds:
    """Three pages a language: two that share a rule and carry facts, one planned."""
    pages = {}
    for lang in ("zh", "en"):
        for slug, rule, body in [
            (
                "away/register",
                {"name": "甲", "issued": "2024", "more": ""},
                "<fact S4-C16>双找</fact>",
            ),
            (
                "help/ids",
                {"name": "甲", "issued": "2024-11", "more": ", checked_on: 2026-11-20"},
                "<fact S4-C16 S2-W31>双找</fact>",
            ),
            (
                "join/index",
                {"name": "乙", "issued": "2014", "more": ", checked_on: 2026-11-19"},
                "",
            ),
        ]:
            path = root / f"docs/{lang}/{slug}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"---\n{RULE.format(**rule)}---\n{body}\n", encoding="utf-8")
            pages[slug, lang] = read_page(root, path, lang)
    site = Site(IDENTITY, WORDS, catalogue(ROOT), TITLES, {"zh": {}, "en": {}})
    made = Embeds(
        site=site,
        pages=pages,
        facts=load_facts(ROOT),
        forms=load_all(ROOT / "forms_api/definitions"),
        terms=load_terms(ROOT),
        then_now=THEN_NOW,
        added=load_added(ROOT),
        directory=DIRECTORY,
        events=load_events(ROOT / EVENTS, DIRECTORY, TODAY)[0],
        today=TODAY,
        answers=Published("help/answers", 0, Totals(), {}),
    )
    for name, value in changes.items():
        setattr(made, name, value)
    return made


@pytest.fixture
def made(tmp_path: Path) -> Embeds:
    return make(tmp_path)


def text(html: str) -> str:
    return " ".join(html.split())


@pytest.mark.parametrize(
    ("kind", "name", "known"),
    [
        ("forms", "", True),
        ("glossary", "", True),
        ("sources", "", True),
        ("sources", "rules", True),
        ("then-now", "", True),
        ("sources", "weather", False),
        ("forms", "rules", False),
        ("weather", "", False),
    ],
)
def test_a_page_may_call_only_for_what_there_is(
    made: Embeds, tmp_path: Path, kind: str, name: str, known: bool
) -> None:
    line = f"[[{kind}: {name}]]" if name else f"[[{kind}]]"
    path = tmp_path / "docs/zh/about/sources.md"
    path.parent.mkdir(parents=True)
    path.write_text(f"---\nslug: about/sources\n---\n{line}\n", encoding="utf-8")
    page = read_page(tmp_path, path, "zh")
    problems = list(links.Links([page], made.site.rows, set()).check(page))
    assert [problem.code for problem in problems] == ([] if known else ["embed"])
    if known:
        assert made.html(kind, name, "zh")
    else:
        with pytest.raises(KeyError, match="names nothing"):
            made.html(kind, name, "zh")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_form_says_who_reads_it_when_it_is_answered_and_how_long_it_is_kept(
    made: Embeds, lang: str
) -> None:
    html = made.html("forms", "", lang)
    for form in made.forms.values():
        for words in (form.title, form.who, form.kept):
            assert words[lang].replace("'", "&#39;") in html  # type: ignore[index]
    prefix = {"zh": "", "en": "/en"}[lang]
    assert f'<a href="{prefix}/away/register/">' in html
    assert "{days}" not in html
    assert html.count(f'data-label="{WORDS[lang]["forms_kept"]}"') == len(made.forms)


def test_a_form_of_every_page_is_named_without_a_link(made: Embeds) -> None:
    form = made.forms["away-register"].model_copy(update={"page": embeds.EVERY})
    made.forms = {"away-register": form}
    html = made.html("forms", "", "zh")
    assert WORDS["zh"]["forms_every"] in html
    assert "<a " not in html


@pytest.mark.parametrize(
    ("lang", "pieces"),
    [
        (
            "zh",
            [
                '<a href="#letter-l">L</a>',
                '<h3 class="jq-letter" id="letter-l"',
                '<div id="term-migrant-party-member" data-jq-term="流动党员;外出党员;',
                "<dt>流动党员</dt>",
                '<span lang="zh-Hant" data-jq-hans="流动党员">流動黨員</span>'
                '<span lang="zh-Latn">liú dòng dǎng yuán</span>'
                '<span lang="en">migrant Party member</span>',
                "也叫：外出党员、",
            ],
        ),
        (
            "en",
            [
                '<a href="#letter-0-9">0–9</a>',
                '<div id="term-migrant-party-member" data-jq-term="migrant Party member;floating',
                "<dt>migrant Party member</dt>",
                '<span lang="zh-Latn">liú dòng dǎng yuán</span><span lang="zh-Hant">流動黨員</span>'
                '<span lang="zh-Hans">流动党员</span>',
                "Also: floating Party member, ",
            ],
        ),
    ],
)
def test_a_term_stands_with_its_names_each_in_its_language(
    made: Embeds, lang: str, pieces: list[str]
) -> None:
    html = made.html("glossary", "", lang)
    position = 0
    for piece in pieces:
        assert piece in html[position:], piece
        position = html.index(piece, position)
    assert html.count("<dt>") == len(made.terms)


def test_both_languages_of_the_glossary_have_the_same_anchors(made: Embeds) -> None:
    anchors = {
        lang: {part.split('"')[0] for part in made.html("glossary", "", lang).split('id="term-')}
        for lang in ("zh", "en")
    }
    anchors = {lang: {one for one in found if "<" not in one} for lang, found in anchors.items()}
    assert anchors["zh"] == anchors["en"]
    assert len(anchors["zh"]) == len(made.terms)


def test_an_essay_says_how_many_facts_were_used_and_on_which_pages(made: Embeds) -> None:
    html = text(made.html("sources", "essays", "zh"))
    essays = html.split("<dt>")[1:]
    assert len(essays) == 5
    assert "用了 1 处" in essays[2]
    assert '<a href="/help/ids/">证照</a>' in essays[2]
    assert "用了 1 处" in essays[4]
    assert '<a href="/away/register/">在外登记</a>、<a href="/help/ids/">证照</a>' in essays[4]
    assert "用了 0 处" in essays[0]


def test_a_rule_stands_once_with_its_fullest_date_its_check_and_its_pages(made: Embeds) -> None:
    html = text(made.html("sources", "rules", "zh"))
    first, second = html.split('role="rowheader">')[1:]
    assert first.startswith("甲<")
    assert "2024 年 11 月" in first
    assert "在外登记</a>、" in first
    assert "证照</a>" in first
    assert WORDS["zh"]["today_unchecked"] in first, "one of its two pages did not check it"
    assert second.startswith("乙<")
    assert "2026 年 11 月 19 日" in second


def test_many_pages_fold_away_under_their_number(made: Embeds) -> None:
    page = made.pages["away/register", "zh"]
    made.pages = {(slug, "zh"): page for slug in list(made.site.rows)[:5]}
    assert "<summary>写在 5 页里</summary>" in made.html("sources", "rules", "zh")


def test_what_we_added_to_the_lists_is_told(made: Embeds) -> None:
    html = made.html("sources", "added", "en")
    assert "<dt>Trade</dt>" in html
    assert "software" in html
    assert "municipal works" not in html
    for name in made.added:
        assert f"list_{name}" in WORDS["zh"]


def test_all_four_lists_together_have_headings_and_one_alone_has_none(made: Embeds) -> None:
    assert made.html("sources", "", "zh").count("<h3") == 4
    assert "<h3" not in made.html("sources", "unverified", "zh")
    assert "<li>the year</li>" in made.html("sources", "unverified", "en")


def test_then_stands_beside_today_with_its_essay_label_check_and_page(made: Embeds) -> None:
    html = text(made.html("then-now", "", "zh"))
    county = IDENTITY["county"]["zh"]
    rows = html.split('<tr role="row" id=')[1:]
    assert rows[0].startswith('"now-fast-cards"')
    for piece in [f"{county}快办&lt;证&gt;", WORDS["zh"]["seed_2"], "异地可办", "jq-label--old"]:
        assert piece in rows[0]
    assert '<a href="/help/ids/">证照</a>' in rows[0]
    assert WORDS["zh"]["then_now_unchecked"] in rows[0]
    assert WORDS["zh"]["then_now_checked"] in rows[1]
    assert "核对于 2026 年 11 月 21 日" in rows[2]


def test_without_rows_the_table_says_that_it_is_being_prepared(made: Embeds) -> None:
    made.then_now = ThenNow()
    assert WORDS["en"]["then_now_none"] in made.html("then-now", "", "en")


@pytest.mark.parametrize(
    ("kind", "name", "lang", "held"),
    [
        ("events", "", "zh", "新到深圳老乡茶话会"),
        ("events", "home", "en", "Open day for those home at Spring Festival"),
        ("courses", "", "en", "Unpaid wages, what to do"),
        ("upkeep", "", "zh", "译文可能没跟上"),
        ("upkeep", "", "en", "Rules not yet compared with the official text"),
    ],
)
def test_events_and_upkeep_are_worded(
    tmp_path: Path, kind: str, name: str, lang: str, held: str
) -> None:
    assert held in make(tmp_path).html(kind, name, lang)


@pytest.mark.parametrize(
    ("kind", "said"), [("events", "没有登出来的活动"), ("courses", "没有登出来的课")]
)
def test_without_events_the_page_says_so(tmp_path: Path, kind: str, said: str) -> None:
    empty = make(tmp_path, events=[]).html(kind, "", "zh")
    assert said in empty
    assert "/data/events.ics" in empty


def test_the_way_to_published_questions_is_there_when_there_are_any(made: Embeds) -> None:
    assert text(made.html("answers", "", "en")) == ""
    for count, said in ((1, "one question answered"), (7, "7 questions answered")):
        made.answers = Published("help/answers", count, Totals(), {})
        html = made.html("answers", "", "en")
        assert said in html
        assert 'href="/en/help/answers/"' in html
    assert 'href="/help/answers/"' in made.html("answers", "", "zh")


@pytest.mark.parametrize("kind", ["service", "survey"])
def test_without_figures_it_says_so(made: Embeds, kind: str) -> None:
    for lang, said in (("zh", "还没有"), ("en", "no " if kind == "service" else "No results")):
        html = made.html("figures", kind, lang)
        assert said in html
        assert "<svg" not in html


FIGURES = Totals.model_validate(
    {
        "until": "2026-10",
        "service": {
            "received": 64,
            "answered": 30,
            "months": {"2026-09": {}, "2026-10": {"received": 64, "answered": 30}},
            "forms": {
                "help-ask": {"received": 40, "answered": 30, "median": 2.5, "in_time": 0.95},
                "help-complain": {},
            },
        },
        "choices": {
            "branch-survey": {
                "know": {"answers": 60, "cells": {"yes": 31, "no": None, "unsure": None}},
                "useful_1": {"answers": 50, "cells": {"1": 10, "2": 10, "3": 10, "4": 10, "5": 10}},
            }
        },
    }
)


def test_a_chart_stands_beside_a_table_that_says_the_same(made: Embeds) -> None:
    made.answers = Published("help/answers", 0, FIGURES, {})
    page = LexborHTMLParser(made.html("figures", "service", "en"))
    chart = page.css_first('figure svg[role="img"]')
    label = page.css_first(f"#{chart.attributes['aria-labelledby']}")
    assert label.text() == "Received and answered each month, to the nearest ten"
    assert [bar.attributes["height"] for bar in chart.css("rect")] == ["96.0", "45.0"]
    rows = [" ".join(row.text(separator=" ").split()) for row in page.css("figure tbody tr")]
    assert rows == ["Sept 2026 not shown not shown", "Oct 2026 64 30"]
    (form,) = page.css("table.jq-stack tbody tr")
    said = " ".join(form.text(separator=" ").split())
    assert (
        said == "Ask a question 40 30 2.5 working days Promised: 5 working days; about 95% in time"
    )
    assert "Of 1 other forms" in page.text()


def test_a_hidden_number_has_no_bar(made: Embeds) -> None:
    made.answers = Published("help/answers", 0, FIGURES, {})
    page = LexborHTMLParser(made.html("figures", "survey", "zh"))
    known, scale = page.css("table")
    assert [len(row.css("svg")) for row in known.css("tbody tr")] == [1, 0, 0]
    assert "不显示" in known.text()
    assert [len(row.css("rect")) for row in scale.css("svg")] == [5]
