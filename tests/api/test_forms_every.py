"""What every form must do, whatever it asks: each definition is a case, a new one too."""

from __future__ import annotations

import json
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from forms_api.fields import Area, Contact, TextLine
from forms_api.form import Form
from forms_api.forms import DEFINITIONS, TRAP, load_all
from forms_api.languages import public
from forms_api.patterned import AccessCode
from forms_api.sealing import open_sealed
from tests.api.conftest import Instance
from tests.api.examples import ASK, answers

FORMS = load_all(DEFINITIONS)
READ_BACK = [name for name, form in FORMS.items() if form.check_page]
HTML = {"Accept": "text/html"}
LANGUAGES = ["zh-Hans", "zh-Hant", "en"]
FIELDS = [(form.id, field.name) for form in FORMS.values() for field in form.fields]
REQUIRED = [(form, name) for form, name in FIELDS if not FORMS[form].field(name).optional]
TYPED = [
    (form, name) for form, name in FIELDS if isinstance(FORMS[form].field(name), TextLine | Contact)
]
DEEP = "[" * 60_000
BODIES: list[tuple[dict[str, Any], dict[str, str], int, str]] = [
    ({"data": DEEP, "content_type": "application/json"}, {}, 400, "bad-request"),
    ({"data": b"\xff\xfe", "content_type": "application/json"}, {}, 400, "bad-request"),
    ({"data": b"x" * 10_000_000, "content_type": "application/json"}, {}, 413, "too-large"),
    ({"data": "x", "content_type": "text/plain"}, {}, 415, "media-type"),
    ({"json": {}}, {"Origin": "https://elsewhere.example"}, 403, "foreign"),
    ({"json": {}}, {"Sec-Fetch-Site": "cross-site"}, 403, "foreign"),
]
IDENTITY = ["110101199003071234", "１１０１０１ １９９００３０７ １２３４", "110101-19900307-1234"]
BANK = ["6222021234567890128", "６２２２ ０２１２ ３４５６ ７８９０ １２８"]


def code_for(form: Form, instance: Instance) -> str:
    """An access code that opens something, where the form asks for one."""
    if not any(isinstance(field, AccessCode) for field in form.fields):
        return ""
    code: str = instance.send("help-ask", ASK)["access_code"]
    return code


def of(form: str, instance: Instance, query: str) -> list[tuple[Any, ...]]:
    """The rows whose first column names the form, without it."""
    return [row[1:] for row in instance.rows(query) if row[0] == form]


def address(form: str) -> str:
    return f"/forms/{form}/check" if FORMS[form].check_page else f"/forms/{form}"


def asking_for(form: Form, name: str) -> dict[str, Any]:
    """Good answers under which the field is asked at all."""
    field, given = form.field(name), answers(form)
    for other, wanted in field.when.items():
        given[other] = wanted[0]
    return given


def codes(reply: Any) -> dict[str, str]:
    return {problem["field"]: problem["code"] for problem in reply.json["problems"]}


def problems_with(
    door: Instance, form: str, name: str, value: Any, lang: str = "en"
) -> dict[str, str]:
    """Code by field; what is refused may not be stored or said back."""
    before = door.rows("SELECT count(*) FROM submission")
    given = {**asking_for(FORMS[form], name), name: value, "lang": lang, TRAP: ""}
    reply = door.client.post(address(form), json=given)
    if reply.status_code != 422:
        assert reply.status_code in {200, 201}
        return {}
    assert reply.mimetype == "application/problem+json"
    assert reply.headers["Content-Language"] == lang
    assert door.rows("SELECT count(*) FROM submission") == before
    for text in [value] if isinstance(value, str) else value:
        if len(text.strip()) > 3:
            assert json.dumps(text)[1:-1] not in reply.get_data(as_text=True)
    return codes(reply)


def refused(door: Instance, form: str, name: str, value: Any, lang: str = "en") -> str:
    """The code beside the field."""
    return problems_with(door, form, name, value, lang).get(name, "")


@pytest.mark.parametrize("form", READ_BACK)
def test_good_answers_are_kept_sealed_and_acknowledged(door: Instance, form: str) -> None:
    for lang in LANGUAGES:
        given = answers(FORMS[form], code_for(FORMS[form], door), lang)
        receipt = door.send(form, given)
        assert receipt["reference"].startswith("TY-")
        assert (receipt["due_on"] is None) == (FORMS[form].answer_days is None)
        kept = of(form, door, "SELECT form, ciphertext, lang FROM submission ORDER BY id")
        assert kept[-1][1] == ("en" if lang == "en" else "zh")
        payload = open_sealed(kept[-1][0], door.identity)
        assert public(payload["lang"]) == lang
        sealed = payload["answers"]
        ticks = {one.name for one in FORMS[form].consents}
        assert set(sealed) == set(given) - ticks - {"lang"}
        assert all(sealed.values())


@pytest.mark.parametrize("form", FORMS)
def test_a_required_answer_left_out_or_blank_is_named(door: Instance, form: str) -> None:
    for field in FORMS[form].fields:
        for nothing in ("", " \u3000\t ", "\u200b\x00", []):
            wanted = "" if field.optional else field.missing
            assert problems_with(door, form, field.name, nothing).get(field.name, "") == wanted


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
def test_an_empty_form_says_in_the_readers_language_what_is_missing(
    door: Instance, form: str, lang: str
) -> None:
    page = door.client.post(address(form), data={"lang": lang}, headers=HTML)
    tree = HTMLParser(page.text)
    assert page.status_code == 422
    assert tree.css_first("html").attributes["lang"] == lang
    start = {"zh-Hans": "错误：", "zh-Hant": "錯誤：", "en": "Error:"}[lang]
    assert tree.css_first("title").text().startswith(start)
    assert tree.css_first(".jq-summary [role=alert]")
    linked = [link.attributes["href"] for link in tree.css(".jq-summary a")]
    asked = [f for f in FORMS[form].fields if not f.optional and not f.when]
    assert linked == [f"#{field.name}" for field in asked]
    for field in asked:
        assert tree.css_first(f"#{field.name}")


@pytest.mark.parametrize("form", FORMS)
def test_what_a_field_cannot_take_gets_a_stable_code_and_is_not_repeated(
    door: Instance, form: str
) -> None:
    for field in FORMS[form].fields:
        hostile = ["no-such-thing"]
        if isinstance(field, TextLine | Contact):
            limit = field.limits()["max"]
            assert refused(door, form, field.name, "林" * (limit + 1)) == "too-long"
            for number in IDENTITY:
                assert refused(door, form, field.name, number) in {"id-number", "too-long"}
            for number in BANK:
                assert refused(door, form, field.name, number) in {"bank-number", "too-long"}
            hostile = [IDENTITY[0], BANK[0]]
        if isinstance(field, Area) and field.min > 1:
            assert refused(door, form, field.name, "林" * (field.min - 1)) == "too-short"
        for value in hostile:
            for lang in ("zh-Hans", "en"):
                given = [value] if field.many else value
                assert refused(door, form, field.name, given, lang) in field.all_codes()


@pytest.mark.parametrize("form", FORMS)
def test_a_text_of_full_length_is_read_back_whole(door: Instance, form: str) -> None:
    for field in FORMS[form].fields:
        if isinstance(field, TextLine) and FORMS[form].check_page:
            given = {**asking_for(FORMS[form], field.name), field.name: "林" * field.max}
            reply = door.client.post(address(form), json=given)
            if reply.status_code == 200:
                shown = {row["name"]: row["text"] for row in reply.json["answers"]}
                assert shown[field.name] == "林" * field.max
            else:
                assert field.name not in codes(reply)


@pytest.mark.parametrize("form", FORMS)
def test_odd_values_are_a_bad_request_or_harmless(door: Instance, form: str) -> None:
    for field in FORMS[form].fields:
        good = asking_for(FORMS[form], field.name)
        for value in (5, {"a": "b"}, [["x"]], [None]):
            reply = door.client.post(address(form), json={**good, field.name: value})
            assert (reply.status_code, reply.json["code"]) == (400, "bad-request")
        for value in ("\ud800", "a\x00b\udfff", "\u202e" * 50):
            reply = door.client.post(f"/forms/{form}/check", json={**good, field.name: value})
            assert reply.status_code in {200, 422}
            assert "\\u0000" not in reply.get_data(as_text=True)


@pytest.mark.parametrize("form", FORMS)
def test_a_body_that_is_none_or_comes_from_elsewhere_is_refused(door: Instance, form: str) -> None:
    before = door.rows("SELECT count(*) FROM submission")
    for body, headers, status, code in BODIES:
        accepted = {"Accept": "application/json", **headers}
        for path in {f"/forms/{form}", address(form)}:
            reply = door.client.post(path, headers=accepted, **body)
            assert (reply.status_code, reply.json["code"]) == (status, code)
    assert door.client.put(f"/forms/{form}", json={}).status_code == 405
    assert door.rows("SELECT count(*) FROM submission") == before


@pytest.mark.parametrize("form", READ_BACK)
def test_a_token_of_another_form_is_refused(door: Instance, form: str) -> None:
    given = answers(FORMS[form], code_for(FORMS[form], door))
    token = door.check(form, given).json["token"]
    other = next(name for name in READ_BACK if name != form)
    reply = door.client.post(f"/forms/{other}", json={"token": token})
    assert (reply.status_code, reply.json["code"]) == (400, "token")


@pytest.mark.parametrize("form", READ_BACK)
def test_the_whole_way_works_without_scripts_and_ends_with_a_copy(
    door: Instance, form: str
) -> None:
    given = answers(FORMS[form], code_for(FORMS[form], door))
    texts = [f for f in FORMS[form].fields if isinstance(f, TextLine) and f.name in given]
    nasty = "=1+1<b>&"
    for field in texts:
        given[field.name] = nasty.ljust(max(field.min, len(nasty)), "！")[: field.max]
    client = door.client
    before = len(of(form, door, "SELECT form FROM submission"))
    page = client.get(f"/forms/{form}?lang=zh-Hans", headers=HTML)
    assert page.status_code == 200
    read_back = client.post(f"/forms/{form}/check", data=given, headers=HTML)
    assert read_back.status_code == 200
    assert "<b>&" not in read_back.text
    token = HTMLParser(read_back.text).css_first('input[name="token"]').attributes["value"]
    receipt = client.post(f"/forms/{form}", data={"token": token}, headers=HTML)
    assert receipt.status_code == 201
    assert "<b>&" not in receipt.text
    copy = HTMLParser(receipt.text).css_first(".jq-sent")
    assert copy.text().count(nasty) == len(texts)
    again = client.post(f"/forms/{form}", data={"token": token}, headers=HTML)
    assert again.text == receipt.text
    assert len(of(form, door, "SELECT form FROM submission")) == before + 1


@pytest.mark.parametrize("form", READ_BACK)
def test_status_shows_no_content_and_robots_are_flagged(door: Instance, form: str) -> None:
    given = answers(FORMS[form], code_for(FORMS[form], door))
    counted = of(form, door, "SELECT form, sum(count) FROM tally GROUP BY form")
    code = door.send(form, {**given, TRAP: "https://spam.example"})["access_code"]
    score, reason = of(
        form, door, "SELECT form, spam_score, spam_reason FROM submission ORDER BY id"
    )[-1]
    assert score >= 100 and "honeypot" in reason
    assert of(form, door, "SELECT form, sum(count) FROM tally GROUP BY form") == counted
    page = door.client.post("/forms/status", data={"code": code}, headers=HTML)
    assert page.status_code == 200
    for field in FORMS[form].fields:
        if isinstance(field, TextLine | Contact) and field.name in given:
            assert given[field.name] not in page.text


@pytest.mark.parametrize("form", FORMS)
def test_every_form_has_its_notices_in_both_languages(form: str) -> None:
    found = FORMS[form]
    assert found.never and found.kept.zh and found.who.en
    assert found.retention.days <= found.retention.at_most
    if found.check_page:
        assert found.consents
    if found.sensitive:
        assert any(one.separate for one in found.consents)


def test_the_sixteen_forms_are_here() -> None:
    assert len(FORMS) == 16
    assert {form.id for form in FORMS.values() if form.sensitive} == {
        "away-register",
        "away-update-details",
    }
