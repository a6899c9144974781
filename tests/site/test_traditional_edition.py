"""The Traditional edition: as many pages, the same forms, no Simplified left over."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import opencc
import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from scripts.traditional import converter, terms
from scripts.walk import files_below
from tests.conftest import ROOT, BuiltSite

BASE = "zh-hant/"
#: Written as it is to be typed, found or read in another language.
KEPT = {"script", "style", "textarea", "code", "kbd", "pre", "samp", "-comment"}
#: Traditional characters too, where they stand in words such as 咸寧, 新余, 公里 and 皇后.
BOTH = set("咸余里后岳淀吃准台群")
SPOKEN = ("alt", "title", "aria-label", "placeholder", "label", "data-label", "content")


@pytest.fixture(scope="module")
def pairs(built_site: BuiltSite) -> dict[str, tuple[str, str]]:
    """Simplified and Traditional page by the path of the Simplified."""
    public = built_site.public
    names = {name for name in files_below(public) if name.endswith(".html")}
    simplified = {name for name in names if not name.startswith((BASE, "en/"))}
    assert {name.removeprefix(BASE) for name in names if name.startswith(BASE)} == simplified
    return {
        name: ((public / name).read_text("utf-8"), (public / BASE / name).read_text("utf-8"))
        for name in sorted(simplified)
    }


def test_every_page_says_its_language_its_address_and_how_it_came_about(
    pairs: dict[str, tuple[str, str]],
) -> None:
    for name, (_, text) in pairs.items():
        page = LexborHTMLParser(text)
        assert page.css("html[lang=zh-Hant]"), name
        canonical = page.css_first("link[rel=canonical]")
        if name != "404.html":
            assert canonical is not None, name
            path = name.removesuffix("index.html")
            assert canonical.attributes["href"] == f"https://jinqiao.example.org/{BASE}{path}"
        note = page.css_first("main > .jq-made")
        assert note is not None and "簡體" in note.text(), name


def test_nothing_simplified_is_left_but_what_says_so(pairs: dict[str, tuple[str, str]]) -> None:
    alone = simplified_alone(re.findall(r"[\u3400-\u9fff]", "".join(t for t, _ in pairs.values())))
    assert len(alone) > 300
    for name, (_, text) in pairs.items():
        root = LexborHTMLParser(text).css_first("html")
        assert root is not None
        for said in spoken(root):
            assert alone.isdisjoint(said), (name, said.strip()[:60])


def simplified_alone(characters: list[str]) -> set[str]:
    """Those that are no Traditional characters too, by themselves, in OpenCC's names of places or
    in our own wordings."""
    wordings = (terms.phrases(ROOT), terms.forms(ROOT), terms.glossary_terms(ROOT))
    ours = {one for table in wordings for word in table.values() for one in word}
    convert, fold = converter.load(ROOT), opencc.OpenCC("tw2s")
    return {
        one
        for one in set(characters) - ours - BOTH
        if convert(one) != one and fold.convert(one) == one
    }


def spoken(node: LexborNode) -> Iterator[str]:
    for child in node.iter(include_text=True):
        attributes = child.attributes
        if child.tag == "-text":
            yield child.text_content or ""
        elif child.tag not in KEPT and "lang" not in attributes:
            if not (attributes.get("name") or "").startswith("jq:"):
                yield from (text for name in SPOKEN if (text := attributes.get(name)))
            yield from spoken(child)


def test_forms_send_the_same_but_for_their_language(pairs: dict[str, tuple[str, str]]) -> None:
    counted = 0
    for name, (simplified, traditional) in pairs.items():
        before, after = sent(simplified), sent(traditional)
        counted += len(before)
        in_simplified = ("input", "", "", "lang", "zh-Hans")
        in_traditional = (*in_simplified[:-1], "zh-Hant")
        assert in_traditional not in before and in_simplified not in after
        assert [in_simplified if one == in_traditional else one for one in after] == before, name
    assert counted > 2000


def sent(text: str) -> list[tuple[str, ...]]:
    """(element, id, name, value) of all that a form sends, with where it goes."""
    page = LexborHTMLParser(text)
    fields = "main form[method=post], main [name], main form[method=post] option"
    return [
        (
            node.tag or "",
            node.attributes.get("action") or "",
            node.attributes.get("id") or "",
            node.attributes.get("name") or "",
            node.attributes.get("value") or (node.text() if node.tag == "textarea" else ""),
        )
        for node in page.css(fields)
    ]


def test_links_lead_to_simplified_pages_only_where_they_say_so(
    pairs: dict[str, tuple[str, str]],
) -> None:
    outside = re.compile(r"/(?:zh-hant|en|data|forms|assets)/")
    for name, (_, text) in pairs.items():
        for link in LexborHTMLParser(text).css("a[href^='/']:not([hreflang])"):
            assert outside.match(link.attributes["href"] or ""), (name, link.attributes["href"])


def test_a_term_shows_its_simplified_name_beside_the_traditional(
    pairs: dict[str, tuple[str, str]],
) -> None:
    page = LexborHTMLParser(pairs["about/glossary/index.html"][1])
    written = {one["zh_hant"]: one["zh_hans"] for one in glossary()}
    shown = {}
    for term in page.css("[data-jq-term]"):
        name, beside = term.css_first("dt"), term.css_first(".jq-names [lang=zh-Hans]")
        assert name is not None and beside is not None
        shown[name.text()] = beside.text()
    assert shown == written
    assert not page.css(".jq-names [lang=zh-Hant]")


def glossary() -> Iterator[dict[str, str]]:
    rows = (ROOT / terms.GLOSSARY).read_text("utf-8").splitlines()
    head = rows[0].split("\t")
    yield from (dict(zip(head, row.split("\t"), strict=False)) for row in rows[1:])


def test_the_service_has_a_frame_and_all_its_words(built_site: BuiltSite) -> None:
    frame = (built_site.private / "shell.zh-hant.html").read_text("utf-8")
    assert '<html lang="zh-Hant">' in frame and "jq:content" in frame
    table = json.loads((built_site.private / "traditional.json").read_text("utf-8"))
    assert all(len(one) == len(other) for one, other in table.items())
    assert table["怎么称呼您"] == "怎麼稱呼您"


def test_a_manifest_opens_the_edition(built_site: BuiltSite) -> None:
    text = (built_site.public / BASE / "manifest.webmanifest").read_text("utf-8")
    manifest = json.loads(text)
    assert (manifest["lang"], manifest["start_url"]) == ("zh-Hant", "/zh-hant/")
    assert (manifest["scope"], manifest["short_name"]) == ("/", "金橋")
