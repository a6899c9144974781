"""The search as a reader's browser runs it, under the site's own policy."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, Page

from scripts.directory import finder
from scripts.directory.schema import Directory
from scripts.search.corpus import collect
from scripts.search.indexer import index_tree, is_left_out
from scripts.search.serving import BLANK, serve
from scripts.search.tokens import HAN
from scripts.traditional.converter import load
from scripts.traditional.directory import Converted
from tests.site.directory_data import DATA, SOUND_ROW, TODAY, imported, lists, write_rows
from tests.site.search_tree import CASES, write_tree

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "docs" / "assets" / "js"
QUERIES = yaml.safe_load((CASES / "search_queries.yml").read_text(encoding="utf-8"))
TOKENS = yaml.safe_load((CASES / "search_tokens.yml").read_text(encoding="utf-8"))


COURIERS = SOUND_ROW | {
    "id": "ty-shenzhen-couriers",
    "name_zh": "棠砚县驻深圳快递骑手党支部",
    "name_en": "Party Branch of Tangyan County: Shenzhen couriers and riders",
    "short_name_zh": "驻深圳快递骑手",
    "short_name_en": "Shenzhen couriers and riders",
    "aliases_zh": "深圳外卖支部",
    "township_zh": "松笺镇",
    "township_en": "Songjian Town",
    "trade": "new_employment",
    "services": "reception",
}
DEMOS = [
    SOUND_ROW
    | {
        "id": f"ty-demo-{n}",
        "name_zh": f"棠砚县驻保定第{n}党支部",
        "name_en": f"Party Branch of Tangyan County: Demo {n}",
        "short_name_zh": f"驻保定第{n}",
        "short_name_en": f"Demo {n}",
        "province_code": "130000",
        "province_zh": "河北省",
        "province_en": "Hebei",
        "city_code": "130600",
        "city_zh": "保定",
        "city_en": "Baoding",
        "district_code": "",
        "district_zh": "",
        "district_en": "",
    }
    for n in range(1, 10)
]


Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_tree(tmp_path_factory.mktemp("tree"))
    rows = write_rows(tmp_path_factory.mktemp("rows"), [COURIERS, *DEMOS])
    branches, problems = imported(rows)
    assert problems == []
    convert = load(ROOT).many
    directory = Directory(tuple(branches), *lists())
    finder.write(directory, root, TODAY, DATA, traditional=Converted(convert))
    index_tree(root, root / "search-index", glossary=root / "glossary.tsv", traditional=convert)
    return root


@pytest.fixture(scope="module")
def address(tree: Path) -> Iterator[str]:
    with serve(tree, SCRIPTS) as served:
        yield served.address


@pytest.fixture(scope="module")
def ask(browser: Browser, address: str) -> Iterator[Ask]:
    """ask(lang, text, **options) → hits; at the end no browser has complained of anything."""
    said: list[str] = []
    pages: dict[str, Page] = {}

    def asked(lang: str, text: str, **options: Any) -> list[dict[str, Any]]:
        if lang not in pages:
            pages[lang] = page = browser.new_page()
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.goto(f"{address}{BLANK}{lang}/")
            page.evaluate(
                """async ({lang}) => {
                  const {openSearch} = await import("/assets/js/search.js");
                  window.search = await openSearch({lang});
                }""",
                {"lang": lang},
            )
        got: list[dict[str, Any]] = pages[lang].evaluate(
            "async ({text, options}) => [...await window.search.query(text, options)]",
            {"text": text, "options": options},
        )
        return got

    yield asked
    for page in pages.values():
        page.close()
    assert said == []


def cases(lang: str) -> list[Any]:
    return [pytest.param(lang, c["query"], c["first"], id=c["query"]) for c in QUERIES[lang]]


@pytest.mark.parametrize(("lang", "query", "first"), [*cases("zh-Hans"), *cases("en")])
def test_the_right_page_comes_first(ask: Ask, lang: str, query: str, first: str | None) -> None:
    urls = [hit["url"] for hit in ask(lang, query)]
    assert (urls[0] if urls else None) == first


def test_every_two_characters_of_a_page_find_it(ask: Ask, tree: Path) -> None:
    """What Ctrl-F finds on a page, the search finds among the exact hits."""
    wanted: dict[str, set[str]] = {}
    for article in collect(tree, is_left_out):
        for block in article.blocks if article.lang.startswith("zh") else ():
            for i in range(len(block) - 1):
                pair = block[i : i + 2]
                if all(_is_han(character) for character in pair):
                    wanted.setdefault(pair, set()).add(article.url)
    assert len(wanted) > 300
    for pair, urls in wanted.items():
        got = {hit["url"] for hit in ask("zh-Hans", pair, limit=99) if hit["exact"]}
        assert {_page(url) for url in urls} <= {_page(url) for url in got}, pair


def test_a_traditional_twin_finds_the_same_pages(ask: Ask, tree: Path) -> None:
    import opencc

    twin = opencc.OpenCC("s2t").convert
    tried = 0
    for article in collect(tree, is_left_out):
        for text in [article.title, *(s.heading for s in article.sections)]:
            if article.lang.startswith("zh") and twin(text) != text:
                tried += 1
                plain = [hit["url"] for hit in ask("zh-Hans", text)]
                assert [hit["url"] for hit in ask("zh-Hans", twin(text))] == plain
    assert tried > 5


@pytest.mark.parametrize(
    "query",
    ["组织关系转接", "組織關係轉接", "党费在哪交", "支部書記怎麼聯繫", "老板不发工资", "IC卡"],
)
def test_the_traditional_edition_finds_the_same_and_shows_it_in_its_characters(
    ask: Ask, query: str
) -> None:
    convert = load(ROOT).many
    simplified = [hit for hit in ask("zh-Hans", query) if hit["group"] != "branches"]
    traditional = [hit for hit in ask("zh-Hant", query) if hit["group"] != "branches"]
    assert simplified
    assert [hit["url"] for hit in traditional] == [f"/zh-hant{hit['url']}" for hit in simplified]
    for part in ("title", "section"):
        shown = [hit[part] for hit in traditional]
        assert shown == convert([hit[part] for hit in simplified])
    for mine, theirs in zip(traditional, simplified, strict=True):
        assert "<mark>" in mine["excerpt"] or "<mark>" not in theirs["excerpt"]
        # The marks stand in the same places.
        places = [
            [found.start() for found in re.finditer("</?mark>", excerpt)]
            for excerpt in (mine["excerpt"], theirs["excerpt"])
        ]
        assert places[0] == places[1]
        assert not re.search("[们关党织]", mine["excerpt"])


def test_a_branch_is_shown_in_the_traditional_edition_at_its_address_there(ask: Ask) -> None:
    (hit, *_) = [hit for hit in ask("zh-Hant", "深圳外卖支部") if hit["group"] == "branches"]
    assert hit["url"] == "/zh-hant/find/directory/ty-shenzhen-couriers/"
    assert (hit["title"], hit["excerpt"]) == ("駐深圳快遞騎手黨支部", "深圳龍崗區")


def test_words_that_fold_otherwise_in_traditional_are_marked_all_the_same(ask: Ask) -> None:
    """答复 becomes 答覆, and 覆 is a character of Simplified too."""
    (first, *_) = ask("zh-Hant", "支部的答复")
    assert "<mark>答覆</mark>" in first["excerpt"]


def test_other_names_are_said_in_traditional(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}{BLANK}zh-Hant/")
    also = page.evaluate(
        """async () => {
          const {openSearch} = await import("/assets/js/search.js");
          const search = await openSearch({lang: "zh-Hant"});
          return [(await search.query("漂着的党员")).also, (await search.query("zzgxzj")).also];
        }"""
    )
    page.close()
    assert also == [["流動黨員", "外出黨員"], ["組織關係轉接"]]


def test_the_browser_cuts_text_as_the_build_does(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}{BLANK}en/")
    answers = page.evaluate(
        """async ({texts, table}) => {
          const {fold, tokens, key} = await import("/assets/js/tokens.js");
          const map = new Map(Object.entries(table));
          const all = text => [fold(text, map), tokens(fold(text, map)), key(fold(text, map))];
          return texts.map(all);
        }""",
        {"texts": [case["text"] for case in TOKENS["cases"]], "table": TOKENS["table"]},
    )
    page.close()
    for case, (folded, words, key) in zip(TOKENS["cases"], answers, strict=True):
        assert folded == case.get("fold", case["text"])
        assert words == case.get("tokens", words)
        assert key == case["key"]


def test_a_browser_that_cannot_unzip_finds_the_same(
    browser: Browser, address: str, ask: Ask
) -> None:
    """Safari before 16.4 has no DecompressionStream."""
    page = browser.new_page()
    page.add_init_script("delete self.DecompressionStream")
    page.goto(f"{address}{BLANK}zh-Hans/")
    found = page.evaluate(
        """async () => {
          const {openSearch} = await import("/assets/js/search.js");
          return [...await (await openSearch({lang: "zh-Hans"})).query("组织关系转接")];
        }"""
    )
    page.close()
    assert found == ask("zh-Hans", "组织关系转接") != []


def test_exact_mended_and_near_hits_can_be_told_apart(ask: Ask) -> None:
    def kind(query: str) -> tuple[bool, bool]:
        hit = ask("zh-Hans", query)[0]
        return hit["exact"], hit["near"]

    assert kind("流动党员") == (True, False)
    assert kind("流动党圆") == (False, False)
    assert kind("党员开办流动工厂") == (False, True)


def test_words_that_stand_nowhere_are_never_exact(ask: Ask, tree: Path) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in tree.rglob("*.html"))
    for pair in ("桥驻", "费员", "织党", "系组", "薪欠", "位单", "员费党支"):
        assert pair not in text
        assert not [hit for hit in ask("zh-Hans", pair) if hit["exact"]]


BAD = {
    "empty": "",
    "blank": "   ",
    "control": "\x00\x07\x1b",
    "emoji": "😀👩👧",
    "quotes": "'\"“”‘’",
    "quote": '"',
    "script": "<script>alert(1)</script>",
    "long": "党" * 10_000,
    "long latin": "a" * 10_000,
    "marks": "-+*:^~ ？！。",
    "template": "${x}`",
    "escape": "%00",
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
@pytest.mark.parametrize("lang", ["zh-Hans", "en"])
def test_any_input_is_answered_calmly(ask: Ask, lang: str, text: str) -> None:
    for hit in ask(lang, text):
        assert "<" not in hit["excerpt"].replace("<mark>", "").replace("</mark>", "")


def test_straight_and_curly_apostrophes_are_one(ask: Ask) -> None:
    assert ask("en", "don’t carry")[0]["url"] == ask("en", "don't carry")[0]["url"]


def test_an_excerpt_is_safe_html_with_marks(ask: Ask) -> None:
    (hit,) = ask("en", "pay slips", filters={"group": "forms"})
    assert "messages &amp; <mark>pay</mark> <mark>slips</mark> &lt;photos&gt;." in hit["excerpt"]
    assert hit["label"] == "mixed"


def test_filters_keep_what_they_name_and_facets_count_the_rest(
    browser: Browser, address: str
) -> None:
    page = browser.new_page()
    page.goto(f"{address}{BLANK}zh-Hans/")
    counts, none, kept = page.evaluate(
        """async () => {
          const {openSearch} = await import("/assets/js/search.js");
          const search = await openSearch({lang: "zh-Hans"});
          const free = await search.query("深圳快递");
          const far = await search.query("深圳快递", {filters: {province: "110000"}});
          const near = await search.query("深圳快递", {filters: {province: "440000"}});
          return [free.facets, far.map(hit => hit.url), near.map(hit => hit.status)];
        }"""
    )
    page.close()
    assert counts["province"] == [["440000", 1, "广东"]]
    assert counts["service"] == [["reception", 1, "接待"]]
    assert (none, kept) == ([], ["active"])


def test_a_filter_keeps_one_group(ask: Ask) -> None:
    assert {hit["group"] for hit in ask("zh-Hans", "流动党员", filters={"group": "terms"})} == {
        "terms"
    }
    assert {hit["label"] for hit in ask("zh-Hans", "欠薪", filters={"label": "historical"})} == {
        "historical"
    }


@pytest.mark.parametrize(
    ("lang", "query", "url"),
    [
        ("zh-Hans", "深圳快递", "/find/directory/ty-shenzhen-couriers/"),
        ("zh-Hans", "驻深圳快递骑手党支部", "/find/directory/ty-shenzhen-couriers/"),
        ("zh-Hans", "深圳外賣", "/find/directory/ty-shenzhen-couriers/"),
        ("zh-Hans", "松笺镇", "/find/directory/ty-shenzhen-couriers/"),
        ("en", "couriers and riders branch Shenzhen", "/en/find/directory/ty-shenzhen-couriers/"),
    ],
)
def test_a_branch_is_found_in_the_directorys_data(
    ask: Ask, lang: str, query: str, url: str
) -> None:
    assert url in [hit["url"] for hit in ask(lang, query)[:3] if hit["group"] == "branches"]


@pytest.mark.parametrize("query", ["驻深圳快递骑手党支部", "ty-shenzhen-couriers", "深圳外卖支部"])
def test_a_branchs_name_alias_or_id_puts_it_first(ask: Ask, query: str) -> None:
    first = ask("zh-Hans", query)[0]
    assert (first["url"], first["exact"]) == ("/find/directory/ty-shenzhen-couriers/", True)


def test_a_word_of_every_branch_finds_no_branch(ask: Ask) -> None:
    assert not [hit for hit in ask("zh-Hans", "党支部") if hit["group"] == "branches"]


def _is_han(character: str) -> bool:
    return re.fullmatch(f"[{HAN}]", character) is not None


def _page(url: str) -> str:
    return url if "glossary" in url else url.split("#")[0]


def test_a_published_question_stands_behind_guidance_unless_asked_in_its_very_words(
    ask: Ask,
) -> None:
    def places(query: str, **options: Any) -> list[int]:
        hits = ask("zh-Hans", query, **options)
        return [place for place, hit in enumerate(hits) if hit["group"] == "questions"]

    for query in ("党费", "组织关系转接", "工资被拖欠怎么办"):
        hits = ask("zh-Hans", query)
        guides = [hit for hit in hits if hit["group"] != "questions" and not hit["near"]]
        assert places(query) == [min(3, len(guides))], query
    assert places("两边都叫我交党费，该交哪一边？")[0] == 0
    assert places("党费", filters={"group": "questions"}) == [0]
    assert places("只交一头") == [0]  # nothing else says so
