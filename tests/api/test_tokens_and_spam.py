"""What travels between check and confirm, how old it may be, and what is flagged."""

from __future__ import annotations

import base64
import re
import time
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from forms_api.forms import TRAP
from forms_api.tokens import LONGEST, Draft, Tokens, new_key
from tests.api.conftest import Instance
from tests.api.examples import ASK, AWAY, CATALOGUE

HTML = {"Accept": "text/html"}


def draft(instance: Instance, key: str = "", version: int | None = None, **changes: Any) -> Draft:
    form = instance.services.forms["help-ask"]
    given = {name: [value] for name, value in {**ASK, **changes}.items()}
    values = form.check(given, CATALOGUE, date(2026, 11, 21)).values
    return Draft(form.id, version or form.version, "en", key or new_key(), values)


def confirm(instance: Instance, one: Draft, seconds: float) -> Any:
    token = instance.token(one, time.time() - seconds)
    return instance.confirm("help-ask", {"token": token, "idempotency_key": one.key})


@pytest.mark.parametrize(
    ("seconds", "trapped", "aside", "signs"),
    [
        (30, False, False, ""),
        (3, False, False, ""),
        (0, False, False, "too-fast"),
        (2, False, False, "too-fast"),
        (30, True, False, "honeypot"),
        (0, True, True, "honeypot,too-fast"),
        # The clock was set back, or another host issued the token: nobody knows how fast it was.
        (-5, False, False, ""),
        (-600, True, False, "honeypot"),
    ],
)
def test_one_sign_of_a_robot_only_marks_and_two_set_aside(
    instance: Instance, seconds: float, trapped: bool, aside: bool, signs: str
) -> None:
    one = replace(draft(instance), trapped=trapped)
    assert confirm(instance, one, seconds).status_code == 201
    found = instance.rows("SELECT spam_score > 0, spam_reason FROM submission")
    assert found == [(int(aside), signs)]
    told = instance.rows("SELECT count(*) FROM outbox WHERE kind = 'received'")
    assert told == [(0 if aside else 1,)]


def test_the_hidden_field_is_noticed_on_the_way(instance: Instance) -> None:
    instance.send("help-ask", {**ASK, TRAP: "http://spam.example"})
    assert instance.rows("SELECT spam_reason FROM submission") == [("honeypot,too-fast",)]


@pytest.mark.parametrize("way", ["script", "pages"])
def test_haste_is_measured_from_the_first_read_back(instance: Instance, way: str) -> None:
    """Change one word of what was read back a minute ago, and confirm at once."""
    earlier = instance.token(draft(instance), time.time() - 60)
    client = instance.client
    if way == "pages":
        back = {"token": earlier, "back": "question"}
        page = client.post("/forms/help-ask/check", data=back, headers=HTML).text
        (carried,) = re.findall(r'name="token" value="([^"]+)"', page)
        wrong = {**ASK, "question": "", "token": carried}
        page = client.post("/forms/help-ask/check", data=wrong, headers=HTML).text
        (earlier,) = re.findall(r'name="token" value="([^"]+)"', page)
    checked = instance.check("help-ask", {**ASK, "question": "改了一个字", "token": earlier}).json
    assert instance.confirm("help-ask", checked).status_code == 201
    assert instance.rows("SELECT spam_reason FROM submission") == [("",)]


@pytest.mark.parametrize(("trap", "aside"), [("", False), ("http://spam.example", True)])
def test_without_a_read_back_the_hidden_field_alone_sets_aside(
    instance: Instance, trap: str, aside: bool
) -> None:
    given = {"page": "help/ask", "useful": "yes", TRAP: trap}
    assert instance.client.post("/forms/page-feedback", data=given).status_code == 201
    assert instance.rows("SELECT spam_score > 0 FROM submission") == [(int(aside),)]


def test_an_unreadable_earlier_token_is_no_token(instance: Instance) -> None:
    assert instance.check("help-ask", {**ASK, "token": "x"}).status_code == 200


def test_the_trap_is_none_that_programs_fill_for_a_person(instance: Instance) -> None:
    page = instance.client.get("/forms/help-ask").text
    (trap,) = re.findall(rf'<input[^>]* name="{TRAP}"[^>]*>', page)
    for told in ('autocomplete="off"', 'tabindex="-1"', "data-1p-ignore", "data-bwignore",
                 'data-lpignore="true"', 'data-form-type="other"'):  # fmt: skip
        assert told in trap
    assert not re.search(r"web|url|site|mail|name|phone|tel|address|user|pass", TRAP)


def test_an_expired_token_shows_the_read_back_again_with_a_fresh_one(instance: Instance) -> None:
    one = draft(instance)
    reply = confirm(instance, one, LONGEST + 60)
    assert reply.status_code == 409
    assert reply.json["expired"]
    assert reply.json["idempotency_key"] == one.key
    assert ASK["contact"] in reply.json["html"]
    assert instance.rows("SELECT * FROM submission") == []
    assert instance.confirm("help-ask", reply.json).status_code == 201


def test_an_expired_page_keeps_the_answers(instance: Instance) -> None:
    token = instance.token(draft(instance), time.time() - LONGEST - 60)
    page = instance.client.post("/forms/help-ask", data={"token": token}, headers=HTML)
    assert page.status_code == 409
    assert ASK["contact"] in page.text


def test_an_expired_token_still_gets_the_receipt_it_earned(instance: Instance) -> None:
    one = draft(instance)
    first = confirm(instance, one, 30)
    assert confirm(instance, one, LONGEST + 60).json == first.json


def test_an_earlier_version_of_the_form_is_read_back_again(instance: Instance) -> None:
    reply = confirm(instance, draft(instance, version=99), 30)
    assert reply.status_code == 409
    assert instance.confirm("help-ask", reply.json).status_code == 201


def test_a_token_of_another_form_another_service_or_nobody_is_refused(instance: Instance) -> None:
    checked = instance.check("away-register", AWAY).json
    one = draft(instance)
    foreign = Tokens("another secret of thirty-two letters").issue(one)
    good = instance.token(one)
    for token in (checked["token"], foreign, good[:-4] + "AAA=", "", "x", "令牌", "\ud800"):
        reply = instance.client.post(
            "/forms/help-ask", json={"token": token}, headers={"Idempotency-Key": one.key}
        )
        assert reply.status_code == 400
        assert reply.json["code"] == "token"
    assert instance.rows("SELECT * FROM submission") == []


def test_a_token_hides_what_it_carries(instance: Instance) -> None:
    token = instance.check("help-ask", ASK).json["token"]
    assert b"wanderer" not in base64.urlsafe_b64decode(token)
