"""The access code: what it opens, and what it never shows."""

from __future__ import annotations

import pytest
from nacl.public import PublicKey, SealedBox

from forms_api import codes
from tests.api.conftest import Instance
from tests.api.examples import AWAY

HTML = {"Accept": "text/html"}


def test_the_status_page_shows_dates_and_never_content(instance: Instance) -> None:
    receipt = instance.send("away-register", AWAY)
    page = instance.client.post(
        "/forms/status", data={"code": receipt["access_code"]}, headers=HTML
    )
    assert page.status_code == 200
    assert "已收到" in page.text and "2026 年 11 月 27 日" in page.text
    for name in ("call_me", "dest_district", "contact"):
        assert AWAY[name] not in page.text
    assert "138 0013 8000" not in page.text
    assert receipt["reference"] not in page.text


@pytest.mark.parametrize(
    "dress",
    [str.upper, lambda code: code.replace(" ", ""), lambda code: code.replace(" ", " - ")],
    ids=["capitals", "in one piece", "dashed"],
)
def test_the_code_may_be_typed_in_any_dress(instance: Instance, dress) -> None:
    code = instance.send("away-register", AWAY)["access_code"]
    reply = instance.client.post("/forms/status", json={"code": dress(code)})
    assert reply.json["status"] == "received"


@pytest.mark.parametrize(
    ("typed", "status", "code"),
    [
        ("", 422, "code-malformed"),
        ("TY-7QK4-M9XD", 422, "code-malformed"),
        ("wq3f 8ktz 5mdr 2xhn 7cvp 4jby aaaa", 422, "code-malformed"),
        (codes.new_access_code(), 404, "code-unknown"),
    ],
    ids=["empty", "reference", "slip", "unknown"],
)
def test_a_wrong_code_says_so_in_both_dresses(
    instance: Instance, typed: str, status: int, code: str
) -> None:
    reply = instance.client.post("/forms/status", json={"code": typed})
    assert (reply.status_code, reply.json["code"]) == (status, code)
    page = instance.client.post("/forms/status", data={"code": typed}, headers=HTML)
    assert page.status_code == status
    assert "<title>错误：" in page.text and "jq-summary" in page.text


def test_two_characters_that_changed_places_are_noticed() -> None:
    code = codes.new_access_code()
    for place in range(25):
        first, second = code[place], code[place + 1]
        swapped = code[:place] + second + first + code[place + 2 :]
        assert first == second or codes.parse_access_code(swapped) is None


def test_one_wrong_character_of_a_code_is_noticed() -> None:
    code = codes.new_access_code()
    for place in range(len(code)):
        for wrong in set("23456789abcdefghjkmnpqrstuvwxyz") - {code[place]}:
            assert codes.parse_access_code(code[:place] + wrong + code[place + 1 :]) is None
    assert codes.parse_access_code(codes.grouped(code)) == code


def test_erasing_takes_the_ciphertext_and_leaves_the_count(instance: Instance) -> None:
    receipt = instance.send("away-register", AWAY)
    ((ciphertext,),) = instance.rows("SELECT ciphertext FROM submission")
    page = instance.client.post(
        "/forms/status/erase", data={"code": receipt["access_code"]}, headers=HTML
    )
    assert page.status_code == 200 and "已经删除" in page.text
    assert instance.rows("SELECT ciphertext, status FROM submission") == [(None, "withdrawn")]
    assert instance.rows("SELECT count(*) FROM consent WHERE withdrawn_on IS NULL") == [(0,)]
    assert instance.rows("SELECT actor, action FROM event") == [
        ("public", "received"),
        ("public", "erased"),
    ]
    again = instance.client.post("/forms/status", json={"code": receipt["access_code"]})
    assert again.json["status"] == "withdrawn"
    assert ciphertext


def test_a_reply_could_be_sealed_to_the_holder_of_the_code_alone(instance: Instance) -> None:
    code = instance.send("away-register", AWAY)["access_code"].replace(" ", "")
    ((public_key,),) = instance.rows("SELECT public_key FROM submission")
    sealed = SealedBox(PublicKey(public_key)).encrypt("答复".encode())
    assert SealedBox(codes.reply_key(code)).decrypt(sealed).decode() == "答复"
