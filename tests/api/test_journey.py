"""From form to receipt, as a page and as JSON, in all languages."""

from __future__ import annotations

import re
import time
from datetime import date
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from forms_api.sealing import open_sealed
from forms_api.tokens import Draft, new_key
from tests.api.conftest import Instance
from tests.api.examples import ASK, AWAY, GOOD

HTML = {"Accept": "text/html"}
REFERENCE = re.compile(r"TY-[34679ACDEFGHJKMNPQRTWXY]{4}-[34679ACDEFGHJKMNPQRTWXY]{4}")


def without(answers: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in answers.items() if key != name}


def token_of(html: str) -> str:
    found = HTMLParser(html).css_first('input[name="token"]')
    return found.attributes["value"] or ""


def codes(reply: Any) -> dict[str, str]:
    return {problem["field"]: problem["code"] for problem in reply.json["problems"]}


@pytest.mark.parametrize("form", GOOD)
@pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant", "en"])
def test_good_answers_are_read_back_kept_and_acknowledged(
    instance: Instance, form: str, lang: str
) -> None:
    receipt = instance.send(form, {**GOOD[form], "lang": lang})
    assert REFERENCE.fullmatch(receipt["reference"])
    assert len(receipt["access_code"].replace(" ", "")) == 28
    assert receipt["due_on"] == "2026-11-27"
    ((ciphertext, kept_lang, reference, branch),) = instance.rows(
        "SELECT ciphertext, lang, reference, branch FROM submission"
    )
    assert kept_lang == ("en" if lang == "en" else "zh")
    assert reference == receipt["reference"]
    assert branch == ("ty-sz" if form == "away-register" else None)
    answers = open_sealed(ciphertext, instance.identity)["answers"]
    wanted = {**GOOD[form], "contact": "138 0013 8000"} if form == "away-register" else GOOD[form]
    for name, value in answers.items():
        assert value == wanted[name]
    assert "consent" not in answers


@pytest.mark.parametrize(
    ("form", "name", "value", "code"),
    [
        ("away-register", "call_me", "林" * 21, "too-long"),
        ("away-register", "dest_district", "园" * 41, "too-long"),
        ("away-register", "call_me", "110101199003071234", "id-number"),
        ("away-register", "contact", "6222 0212 3456 7890 128", "bank-number"),
        ("away-register", "contact", "138 0013", "phone-short"),
        ("away-register", "dest_city", "999999", "unknown-choice"),
        ("away-register", "situation", ["work", "spy"], "unknown-choice"),
        ("away-register", "away_since", "2027-01", "month-future"),
        ("away-register", "preferred_branch", "没有的支部", "unknown-branch"),
        ("away-register", "preferred_branch", "同名支部", "unknown-branch"),
        ("away-register", "reply_by", "none", "unknown-choice"),
        ("away-register", "consent", "agreed!", "consent"),
        ("help-ask", "question", "四个字。", "too-short"),
        ("help-ask", "question", "问" * 1001, "too-long"),
        ("help-ask", "question", "我的号是 １１０１０１ １９９００３０７ １２３４", "id-number"),
        ("help-ask", "question", "card 6222021234567890128, please", "bank-number"),
        ("help-ask", "publish_ok", "perhaps", "unknown-choice"),
        ("help-ask", "contact", "lin at example", "email"),
    ],
)
def test_a_wrong_answer_gets_its_code_and_is_never_repeated(
    instance: Instance, form: str, name: str, value: Any, code: str
) -> None:
    reply = instance.check(form, {**GOOD[form], name: value})
    assert reply.status_code == 422
    assert codes(reply) == {name: code}
    typed = value if isinstance(value, str) else value[-1]
    assert typed not in reply.get_data(as_text=True)


@pytest.mark.parametrize("form", GOOD)
def test_answers_up_to_the_limit_are_kept_whole(instance: Instance, form: str) -> None:
    longest = {"away-register": ("call_me", "林" * 20), "help-ask": ("question", "问" * 1000)}
    name, value = longest[form]
    instance.send(form, {**GOOD[form], name: value})
    ((ciphertext,),) = instance.rows("SELECT ciphertext FROM submission")
    assert open_sealed(ciphertext, instance.identity)["answers"][name] == value


def test_a_branch_may_be_given_by_its_name(instance: Instance) -> None:
    instance.send("away-register", {**AWAY, "preferred_branch": "Tangyan Branch in Shenzhen"})
    assert instance.rows("SELECT branch, desk FROM submission") == [("ty-sz", "liaison")]


def test_without_a_branch_the_guide_desk_gets_it(instance: Instance) -> None:
    instance.send("away-register", without(AWAY, "preferred_branch"))
    assert instance.rows("SELECT branch, desk FROM submission") == [(None, "guide")]


def test_a_contact_that_is_not_asked_for_is_not_kept(instance: Instance) -> None:
    instance.send("help-ask", {**ASK, "reply_by": "none"})
    ((ciphertext,),) = instance.rows("SELECT ciphertext FROM submission")
    assert "contact" not in open_sealed(ciphertext, instance.identity)["answers"]


def test_each_consent_is_recorded_with_the_notice_it_was_given_to(instance: Instance) -> None:
    instance.send("away-register", AWAY)
    rows = instance.rows(
        "SELECT purpose, notice_version, length(notice_hash), separate FROM consent"
    )
    assert rows == [("base", "2026-11", 32, 0), ("reveals-membership", "2026-11", 32, 1)]


def test_only_choices_meant_for_totals_are_counted(instance: Instance) -> None:
    form = instance.services.forms["help-ask"]
    values = form.check(
        {name: [value] for name, value in ASK.items()},
        instance.services.site.catalogue,
        date(2026, 11, 21),
    ).values
    for _ in range(2):
        key = new_key()
        draft = Draft("help-ask", form.version, "en", key, values)
        token = instance.token(draft, time.time() - 30)
        instance.confirm("help-ask", {"token": token, "idempotency_key": key})
    assert instance.rows("SELECT * FROM tally") == []  # desks count what they open


def test_the_pages_lead_from_form_to_receipt_without_scripts(instance: Instance) -> None:
    client = instance.client
    page = client.get("/forms/away-register?branch=ty-sz", headers=HTML)
    assert page.status_code == 200
    assert "棠砚驻深圳企业支部" in page.text

    wrong = client.post("/forms/away-register/check", data={**AWAY, "call_me": ""}, headers=HTML)
    tree = HTMLParser(wrong.text)
    assert wrong.status_code == 422
    assert tree.css_first("title").text().startswith("错误：")
    assert tree.css_first(".jq-summary a").attributes["href"] == "#call_me"
    assert tree.css_first("#contact").attributes["value"] == AWAY["contact"]
    assert tree.css_first("#dest_city [selected]").attributes["value"] == "440300"
    assert len(tree.css('[name="situation"][checked]')) == 2

    read_back = client.post("/forms/away-register/check", data=AWAY, headers=HTML)
    assert read_back.status_code == 200
    assert "138 0013 8000" in read_back.text
    token = token_of(read_back.text)

    change = {"token": token, "back": "call_me", "lang": "zh-Hans"}
    again = client.post("/forms/away-register/check", data=change, headers=HTML)
    tree = HTMLParser(again.text)
    assert again.status_code == 200
    assert tree.css_first("#call_me").attributes["value"] == AWAY["call_me"]
    assert tree.css_first("#preferred_branch").attributes["value"] == "棠砚驻深圳企业支部"

    receipt = client.post("/forms/away-register", data={"token": token}, headers=HTML)
    assert receipt.status_code == 201
    assert REFERENCE.search(receipt.text)
    assert "11 月 27 日前：" in receipt.text
    repeated = client.post("/forms/away-register", data={"token": token}, headers=HTML)
    assert repeated.text == receipt.text
    assert instance.rows("SELECT count(*) FROM submission") == [(1,)]


def test_typed_html_stays_text_on_every_page(instance: Instance) -> None:
    nasty = '<b onclick="x">"=1+1&'
    answers = {**ASK, "question": nasty, "topic": "no"}
    for topic in ("no", "dues"):
        page = instance.client.post(
            "/forms/help-ask/check", data={**answers, "topic": topic}, headers=HTML
        )
        assert "<b onclick" not in page.text
        assert "&lt;b onclick" in page.text
    assert "&#34;=1+1&amp;" in page.text


def test_only_a_branch_of_the_directory_is_filled_in(instance: Instance) -> None:
    for query in ("branch=nowhere", "call_me=Lin&consent=yes", 'branch="><script>'):
        page = instance.client.get(f"/forms/away-register?{query}", headers=HTML)
        assert page.status_code == 200
        assert HTMLParser(page.text).css_first("#preferred_branch").attributes["value"] == ""
        assert " checked" not in page.text


@pytest.mark.parametrize(
    ("headers", "query", "lang"),
    [
        ({}, "", "zh-Hans"),
        ({"Accept-Language": "en-GB"}, "", "en"),
        ({"Accept-Language": "en-GB"}, "?lang=zh-Hant", "zh-Hant"),
        ({"Accept-Language": "zh-TW, en;q=0.8"}, "", "zh-Hant"),
        ({}, "?lang=en", "en"),
        ({}, "?lang=xx", "zh-Hans"),
    ],
)
def test_the_page_speaks_the_readers_language(
    instance: Instance, headers: dict[str, str], query: str, lang: str
) -> None:
    page = instance.client.get(f"/forms/help-ask{query}", headers=headers)
    assert page.headers["Content-Language"] == lang


def test_the_language_switch_of_a_posted_page_leads_to_the_static_form(instance: Instance) -> None:
    page = instance.client.post("/forms/help-ask/check", data=ASK, headers=HTML)
    assert HTMLParser(page.text).css_first("header a[hreflang]").attributes["href"] == "/help/ask/"
    page = instance.client.post("/forms/away-register/check", data=AWAY, headers=HTML)
    there = HTMLParser(page.text).css_first("header a[hreflang]").attributes["href"]
    assert there == "/en/away/register/"
