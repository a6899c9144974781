"""What travels between check and confirm, how old it may be, and what is flagged."""

from __future__ import annotations

import base64
import time
from datetime import date
from typing import Any

import pytest

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
    ("seconds", "website", "score", "reason"),
    [
        (30, "", 0, ""),
        (3, "", 0, ""),
        (0, "", 50, "too-fast"),
        (30, "http://spam.example", 100, "honeypot"),
        (0, "http://spam.example", 150, "honeypot,too-fast"),
    ],
)
def test_suspicious_posts_are_stored_and_flagged(
    instance: Instance, seconds: float, website: str, score: int, reason: str
) -> None:
    one = draft(instance)
    one = Draft(one.form, one.version, one.lang, one.key, one.values, trapped=bool(website))
    assert confirm(instance, one, seconds).status_code == 201
    assert instance.rows("SELECT spam_score, spam_reason FROM submission") == [(score, reason)]


def test_the_hidden_field_is_noticed_on_the_way(instance: Instance) -> None:
    instance.send("help-ask", {**ASK, "website": "http://spam.example"})
    ((reason,),) = instance.rows("SELECT spam_reason FROM submission")
    assert reason.startswith("honeypot")


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
