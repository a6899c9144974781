"""What only some forms do: erase by a code, give seats, refuse mobiles, keep at once."""

from __future__ import annotations

from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from forms_api import clock
from forms_api.forms import DEFINITIONS, TRAP, load_all
from forms_api.sealing import open_sealed
from tests.api.conftest import Instance
from tests.api.examples import AWAY, answers

FORMS = load_all(DEFINITIONS)
HTML = {"Accept": "text/html"}
FOOT = "/forms/page-feedback"
USEFUL = {"lang": "zh-Hans", "page": "help/ask", "useful": "yes", "missing": "电话"}
NO_CODE = "2222 2222 2222 2222 2222 2222 2222"


def codes(reply: Any) -> dict[str, str]:
    return {problem["field"]: problem["code"] for problem in reply.json["problems"]}


def test_a_word_about_a_page_is_kept_at_once_and_counted_by_page(instance: Instance) -> None:
    page = instance.client.post(FOOT, data=USEFUL, headers=HTML)
    assert page.status_code == 201
    assert HTMLParser(page.text).css_first(".jq-next a").attributes["href"] == "/help/ask/"
    assert instance.rows("SELECT field, choice, month, count FROM tally") == [
        ("useful", "help/ask:yes", f"{clock.today():%Y-%m}", 1)
    ]
    assert instance.rows("SELECT count(*) FROM consent") == [(0,)]


def test_a_double_click_on_it_counts_once_and_a_change_of_mind_twice(instance: Instance) -> None:
    for _ in range(3):
        assert instance.client.post(FOOT, json=USEFUL).status_code == 201
    assert instance.rows("SELECT count(*) FROM submission") == [(1,)]
    instance.client.post(FOOT, json={**USEFUL, "useful": "no"})
    instance.client.post(FOOT, json=USEFUL, headers={"User-Agent": "another"})
    assert instance.rows("SELECT count(*) FROM submission") == [(3,)]


def test_a_robot_s_word_about_a_page_is_not_counted(instance: Instance) -> None:
    assert instance.client.post(FOOT, json={**USEFUL, TRAP: "x"}).status_code == 201
    assert instance.rows("SELECT spam_score FROM submission") == [(100,)]
    assert instance.rows("SELECT * FROM tally") == []


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "null"}, {"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "same-site"}],
)
def test_without_a_token_it_must_come_from_our_own_pages(
    instance: Instance, headers: dict[str, str]
) -> None:
    reply = instance.client.post(FOOT, json=USEFUL, headers=headers)
    assert (reply.status_code, reply.json["code"]) == (403, "foreign")
    assert instance.rows("SELECT * FROM submission") == []


def test_a_page_nobody_has_is_refused(instance: Instance) -> None:
    reply = instance.client.post(FOOT, json={**USEFUL, "page": "../etc/passwd"})
    assert codes(reply) == {"page": "unknown-page"}


@pytest.mark.parametrize(
    ("form", "ask"), [("away-update-details", "change"), ("about-privacy", "ask")]
)
def test_deletion_by_access_code_is_done_at_once(instance: Instance, form: str, ask: str) -> None:
    first = instance.send("away-register", AWAY)
    given = {**answers(FORMS[form], first["access_code"]), ask: "delete"}
    second = instance.send(form, given)
    assert second["due_on"] == "2026-11-23"
    assert "删除了" in second["html"]
    assert instance.rows(
        "SELECT status, ciphertext IS NULL FROM submission WHERE form = 'away-register'"
    ) == [("withdrawn", 1)]


def test_correction_hands_the_desk_the_reference_and_never_the_code(instance: Instance) -> None:
    first = instance.send("away-register", AWAY)
    code = first["access_code"]
    given = {
        **answers(FORMS["about-privacy"], code.upper()),
        "ask": "correct",
        "correction": "换成东莞",
    }
    read_back = instance.check("about-privacy", given)
    assert code not in read_back.get_data(as_text=True)
    receipt = instance.confirm("about-privacy", read_back.json)
    assert code not in receipt.get_data(as_text=True)
    rows = instance.rows("SELECT form, ciphertext, status FROM submission ORDER BY id")
    sealed = open_sealed(rows[1][1], instance.identity)["answers"]
    assert sealed == {"code": first["reference"], "ask": "correct", "correction": "换成东莞"}
    assert rows[0][2] == "received"


@pytest.mark.parametrize(
    ("code", "problem"), [(NO_CODE, "code-unknown"), ("abc", "code-malformed")]
)
def test_a_code_that_opens_nothing_is_named(instance: Instance, code: str, problem: str) -> None:
    given = answers(FORMS["about-privacy"], code)
    assert codes(instance.check("about-privacy", given)) == {"code": problem}


def test_seats_are_held_until_there_are_no_more_and_then_waited_for(instance: Instance) -> None:
    given = answers(FORMS["away-activities"])
    assert instance.send("away-activities", {**given, "how_many": "３"})["place"] == "taken"
    second = instance.send("away-activities", {**given, "how_many": "3"})
    assert second["place"] == "waiting"
    assert "候补" in second["html"]
    assert instance.rows("SELECT event, seats, taken FROM seat") == [("tea", 5, 3)]
    status = instance.client.post(
        "/forms/status", data={"code": second["access_code"]}, headers=HTML
    )
    assert "候补" in status.text
    assert instance.rows("SELECT DISTINCT retain_until FROM submission") == [("2026-12-05",)]


@pytest.mark.parametrize(
    ("lang", "left", "none"),
    [("zh-Hans", "余 3 座", "已满，可候补"), ("en", "seats left: 3", "full; waiting list")],
)
def test_the_form_and_the_read_back_say_how_many_seats_are_free(
    instance: Instance, lang: str, left: str, none: str
) -> None:
    form = FORMS["away-activities"]
    page = f"/forms/{form.id}?lang={lang}"
    given = {**answers(form, lang=lang), "how_many": "2"}
    instance.send(form.id, given)
    assert left in instance.client.get(page).text
    read_back = instance.check(form.id, given).json
    assert left in read_back["html"] and left in read_back["answers"][0]["text"]
    receipt = instance.confirm(form.id, read_back).json
    assert receipt["place"] == "taken" and left not in receipt["html"]
    instance.send(form.id, {**given, "how_many": "1"})
    assert none in instance.client.get(page).text


@pytest.mark.parametrize("many", ["0", "6", "很多", "2.5", "-1", "1e3"])
def test_a_number_of_people_has_its_limits(instance: Instance, many: str) -> None:
    given = {**answers(FORMS["away-activities"]), "how_many": many}
    assert codes(instance.check("away-activities", given))["how_many"] in {
        "number",
        "number-range",
    }


@pytest.mark.parametrize(
    ("right", "problem"),
    [
        ("电话改成 0755-8888 0000", None),
        ("打 12345", None),
        ("打 13800138000 找老林", "mobile"),
        ("打 １３８ ００１３ ８０００", "mobile"),
        ("+86 138-0013-8000", "mobile"),
    ],
)
def test_a_correction_takes_office_numbers_and_no_mobiles(
    instance: Instance, right: str, problem: str | None
) -> None:
    given = {**answers(FORMS["find-correct-listing"]), "right": right}
    reply = instance.check("find-correct-listing", given)
    assert reply.status_code == (422 if problem else 200)
    if problem:
        assert codes(reply) == {"right": problem}


@pytest.mark.parametrize("words", ["漏了", "missing", "Missing"])
def test_a_branch_the_directory_lacks_may_be_reported(instance: Instance, words: str) -> None:
    instance.send(
        "find-correct-listing", {**answers(FORMS["find-correct-listing"]), "branch": words}
    )
    assert instance.rows("SELECT branch, desk FROM submission") == [(None, "directory")]


def test_the_correction_form_knows_the_branch_it_was_opened_from(instance: Instance) -> None:
    page = instance.client.get("/forms/find-correct-listing?branch=ty-sz&lang=zh-Hans")
    field = HTMLParser(page.text).css_first("#branch")
    assert field.attributes["value"] == "棠砚驻深圳企业支部"
    other = HTMLParser(page.text).css_first('a[hreflang="en"]')
    assert "branch=ty-sz" in (other.attributes["href"] if other else page.text)


@pytest.mark.parametrize(
    ("form", "name", "typed", "kept"),
    [
        ("help-complain", "when", "2026年11月2日", "2026-11-02"),
        ("help-complain", "when", "20261102", "2026-11-02"),
        ("help-complain", "when", "2026.11.2", "2026-11-02"),
        ("help-complain", "when", "2026-11-22", "date-future"),
        ("help-complain", "when", "2026-02-30", "date"),
        ("help-complain", "when", "0001-01-01", "date"),
        ("help-complain", "reference", "ｔｙ－７ｑｋ４－ｍ９ｘｄ", "TY-7QK4-M9XD"),
        ("help-complain", "reference", "TY-7QK4", "reference"),
        ("help-rights", "deadline", "2026-12-31", "2026-12-31"),
        ("branch-apply", "office_contact", "lin@example.org", "lin@example.org"),
        ("branch-apply", "office_contact", "0755-8888 0000", "0755 8888 0000"),
        ("branch-apply", "office_contact", "somewhere", "phone"),
        ("bridge-invest", "field_other", "修船", "修船"),
    ],
)
def test_shaped_answers_are_folded_or_named(
    instance: Instance, form: str, name: str, typed: str, kept: str
) -> None:
    given = {**answers(FORMS[form]), name: typed}
    if name == "field_other":
        given["field"] = "other"
    reply = instance.check(form, given)
    if reply.status_code == 422:
        assert codes(reply) == {name: kept}
    else:
        shown = {row["name"]: row["text"] for row in reply.json["answers"]}
        assert shown[name] == kept


def test_what_is_not_asked_is_neither_needed_nor_kept(instance: Instance) -> None:
    given = {**answers(FORMS["bridge-invest"]), "field": "catering", "field_other": "修船"}
    reply = instance.check("bridge-invest", given)
    assert "field_other" not in [row["name"] for row in reply.json["answers"]]
    given = {**answers(FORMS["away-update-details"]), "change": "city", "new_city": ""}
    given.pop("code")
    assert codes(instance.check("away-update-details", given)) == {"new_city": "choose"}
