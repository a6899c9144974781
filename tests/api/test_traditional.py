"""The service in the Traditional edition: all of its own words, none of anybody else's."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from forms_api import render, traditional
from forms_api.fields import TextLine
from forms_api.forms import DEFINITIONS, load_all
from forms_api.words import spoken
from tests.api.conftest import Instance
from tests.api.examples import ASK, AWAY, CATALOGUE, answers, in_traditional

FORMS = load_all(DEFINITIONS)
HTML = {"Accept": "text/html"}
#: Simplified, and with characters that a converter would change: 里 后 发 面 干.
TYPED = "里面发干，以后请听我说"
HAN = re.compile(r"[\u3400-\u9fff]")


def simplified_in(html: str) -> list[str]:
    """Words and hints of a page that a converter would still change."""
    tree = HTMLParser(html)
    tree.strip_tags(["script", "style"])
    texts = re.split(r"[<>\"\n]", tree.html or "")
    return [one for one in texts if HAN.search(one) and in_traditional()(one) != one]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_drawn_in_traditional_characters(form: str, release: Path) -> None:
    table = (release / "_private" / traditional.FILE).read_text("utf-8")
    with traditional.speaking(traditional.Table.parse(table, spoken(FORMS))):
        html = render.form_page_html(FORMS[form], "zh-hant", CATALOGUE)
        html += render.rail_html(FORMS[form], "zh-hant")
    assert simplified_in(html) == []
    assert 'name="lang" value="zh-Hant"' in html


def page(instance: Instance, path: str, **data: Any) -> HTMLParser:
    reply = instance.client.post(path, data={**data, "lang": "zh-Hant"}, headers=HTML)
    assert reply.headers["Content-Language"] == "zh-Hant"
    assert simplified_in(reply.text.replace(TYPED, "")) == []
    return HTMLParser(reply.text)


@pytest.mark.parametrize("form", [name for name, form in FORMS.items() if form.check_page])
def test_from_mistake_to_receipt_only_what_was_typed_stays_simplified(
    door: Instance, form: str
) -> None:
    code = door.send("help-ask", ASK)["access_code"]
    given = answers(FORMS[form], code, "zh-Hant")
    texts = [one.name for one in FORMS[form].fields if isinstance(one, TextLine)]
    given |= {
        name: (TYPED * 20)[: max(FORMS[form].field(name).limits()["min"], len(TYPED))]
        for name in texts
        if name in given
    }
    wrong = page(door, f"/forms/{form}/check", **{**given, "consent": ""})
    assert "錯誤：" in wrong.css_first("title").text()
    for name in texts:
        if name in given:
            control = wrong.css_first(f"#{name}")
            assert TYPED in (control.attributes.get("value") or control.text())
    read_back = page(door, f"/forms/{form}/check", **given)
    assert read_back.body is not None
    assert read_back.body.text().count(TYPED) >= len([n for n in texts if n in given])
    token = read_back.css_first('input[name="token"]').attributes["value"]
    receipt = page(door, f"/forms/{form}", token=token)
    assert receipt.body is not None
    assert receipt.body.text().count(TYPED) >= len([n for n in texts if n in given])


def test_the_pages_lead_on_within_the_edition(door: Instance) -> None:
    typed = {"call_me": TYPED, "dest_district": TYPED}
    read_back = page(door, "/forms/away-register/check", **{**AWAY, **typed})
    assert read_back.css_first("[data-jq-drop]").attributes["href"] == "/zh-hant/away/register/"
    crumbs = [one.attributes["href"] for one in read_back.css(".jq-crumbs a")]
    assert crumbs == ["/zh-hant/", "/zh-hant/away/register/"]
    token = read_back.css_first('input[name="token"]').attributes["value"]
    receipt = page(door, "/forms/away-register", token=token)
    assert receipt.css_first('a[href="/forms/status?lang=zh-Hant"]').text() == "查進度"
    code = receipt.css_first(".jq-code").text()
    status = page(door, "/forms/status", code=code)
    assert "已收到" in status.css_first("dl").text()
    gone = page(door, "/forms/status/erase", code=code)
    assert gone.css_first(".jq-next a").attributes["href"] == "/zh-hant/"


@pytest.mark.parametrize(
    ("path", "sent", "status", "title"),
    [
        ("/forms/nothing", {}, 404, "這裡沒有路"),
        ("/forms/help-ask", {"token": "x"}, 400, "這一頁的憑據不對"),
        ("/forms/status", {"code": "abc"}, 422, "查進度"),
        ("/forms/status/erase", {"code": "abc"}, 422, "查詢碼不完整"),
        ("/forms/help-ask/check", {"question": "x" * 300_000}, 413, "內容太多了"),
    ],
)
def test_refusals_are_said_in_traditional_characters(
    door: Instance, path: str, sent: dict[str, str], status: int, title: str
) -> None:
    asked = f"{path}?lang=zh-Hant"
    shown = door.client.post(asked, data={**sent, "lang": "zh-Hant"}, headers=HTML)
    assert shown.status_code == status
    assert HTMLParser(shown.text).css_first("h1").text() == title
    assert simplified_in(shown.text) == []
    told = door.client.post(asked, json={**sent, "lang": "zh-Hant"})
    assert told.headers["Content-Language"] == "zh-Hant"
    assert simplified_in(json.dumps(told.json, ensure_ascii=False)) == []


@pytest.mark.parametrize(
    ("form", "field", "typed", "kept", "shown"),
    [
        ("away-register", "preferred_branch", "棠硯駐深圳企業支部", "ty-sz", "棠硯駐深圳企業支部"),
        ("away-register", "preferred_branch", "棠砚驻深圳企业支部", "ty-sz", "棠硯駐深圳企業支部"),
        ("away-register", "away_since", "2025年3月", "2025-03", "2025-03"),
        ("away-training", "seats", "３ 個", "3", "3"),
        ("help-complain", "when", "2026年3月5號", "2026-03-05", "2026-03-05"),
    ],
)
def test_what_is_written_in_traditional_characters_is_understood(
    door: Instance, form: str, field: str, typed: str, kept: str, shown: str
) -> None:
    given = {**answers(FORMS[form], "", "zh-Hant"), field: typed}
    checked = door.check(form, given)
    assert checked.status_code == 200, checked.json
    rows = {row["name"]: row["text"] for row in checked.json["answers"]}
    assert rows[field] == shown
    draft, _ = door.services.tokens.read(checked.json["token"], form)
    assert (draft.values[field], draft.lang) == (kept, "zh-hant")
    back = {"token": checked.json["token"], "back": field}
    again = page(door, f"/forms/{form}/check", **back).css_first(f"#{field}")
    assert again.attributes["value"] == shown


def test_a_name_that_somebody_wrote_in_traditional_characters_stays_theirs(
    instance: Instance, release: Path
) -> None:
    own = {"zh": "台州干校支部", "zh-hant": "台州幹校支部", "en": "Taizhou Branch"}
    path = release / "_private" / "catalogue.json"
    path.write_text(json.dumps({**CATALOGUE, "branches": {"tz": own}}), "utf-8")
    for typed in own.values():
        given = {**AWAY, "lang": "zh-Hant", "preferred_branch": typed}
        rows = {
            row["name"]: row["text"]
            for row in instance.check("away-register", given).json["answers"]
        }
        assert rows["preferred_branch"] == own["zh-hant"]


def test_free_seats_are_counted_in_traditional_characters(instance: Instance) -> None:
    shown = instance.client.get("/forms/away-training?lang=zh-Hant", headers=HTML).text
    assert "工資課（餘 5 座）" in shown


@pytest.mark.parametrize("lacks", ["the table", "a sentence"])
def test_without_all_its_words_the_edition_is_not_pretended(
    instance: Instance, release: Path, lacks: str
) -> None:
    path = release / "_private" / traditional.FILE
    table = json.loads(path.read_text("utf-8"))
    if lacks == "the table":
        path.unlink()
    else:
        del table["请核对一遍"]
        path.write_text(json.dumps(table), "utf-8")
    reply = instance.check("away-register", {**AWAY, "lang": "zh-Hant"})
    assert reply.headers["Content-Language"] == "zh-Hans"
    assert reply.json["title"].startswith("请核对一遍")
    shown = instance.client.get("/forms/help-ask?lang=zh-Hant", headers=HTML)
    assert HTMLParser(shown.text).css_first("html").attributes["lang"] == "zh-Hans"


def test_a_new_release_is_spoken_from_the_next_request_on(
    instance: Instance, release: Path
) -> None:
    path, asked = release / "_private" / traditional.FILE, {**ASK, "lang": "zh-Hant"}
    assert instance.check("help-ask", asked).json["title"] == "請核對一遍 · 金橋"
    path.write_text(path.read_text("utf-8").replace("請核對一遍", "請覆核一遍"), "utf-8")
    assert instance.check("help-ask", asked).json["title"] == "請覆核一遍 · 金橋"


def test_in_the_clear_nothing_tells_which_script_somebody_reads(instance: Instance) -> None:
    for lang in ("zh-Hans", "zh-Hant"):
        instance.send("away-register", {**AWAY, "lang": lang})
    assert len(set(instance.rows("SELECT lang, form, version, key_ids FROM submission"))) == 1
    assert len(set(instance.rows("SELECT purpose, notice_version, notice_hash FROM consent"))) == 2


def test_thanks_for_a_word_about_a_page_lead_back_to_it_in_the_edition(door: Instance) -> None:
    given = {"page": "help/ask", "useful": "no", "missing": TYPED}
    thanks = page(door, "/forms/page-feedback", **given)
    assert thanks.css_first("h1").text() == "謝謝，收到了"
    assert thanks.css_first(".jq-next a").attributes["href"] == "/zh-hant/help/ask/"
