"""One key, one record, one receipt."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from forms_api.tokens import new_key
from tests.api.conftest import Instance
from tests.api.examples import ASK


def test_64_simultaneous_posts_with_one_key_make_one_record_and_one_receipt(
    instance: Instance,
) -> None:
    checked = instance.check("help-ask", ASK).json
    gate = threading.Barrier(64)

    def post(_: int) -> tuple[int, Any]:
        client = instance.app.test_client()
        gate.wait()
        reply = instance.confirm("help-ask", checked, client)
        return reply.status_code, reply.json

    with ThreadPoolExecutor(64) as pool:
        replies = list(pool.map(post, range(64)))
    assert {status for status, _ in replies} == {201}
    assert all(body == replies[0][1] for _, body in replies)
    for table in ("submission", "idempotency", "consent", "event"):
        assert instance.rows(f"SELECT count(*) FROM {table}") == [(1,)]  # noqa: S608


def test_the_same_key_with_other_answers_is_refused(instance: Instance) -> None:
    key = new_key()
    first = instance.check("help-ask", ASK, **{"Idempotency-Key": key}).json
    other = {**ASK, "question": "Quite another question"}
    second = instance.check("help-ask", other, **{"Idempotency-Key": key}).json
    assert instance.confirm("help-ask", first).status_code == 201
    reply = instance.confirm("help-ask", second)
    assert (reply.status_code, reply.json["code"]) == (422, "key-mismatch")
    assert instance.rows("SELECT count(*) FROM submission") == [(1,)]


def test_a_token_with_a_key_that_is_not_its_own_is_refused(instance: Instance) -> None:
    checked = {**instance.check("help-ask", ASK).json, "idempotency_key": new_key()}
    assert instance.confirm("help-ask", checked).status_code == 422


def test_a_program_must_name_its_key(instance: Instance) -> None:
    token = instance.check("help-ask", ASK).json["token"]
    reply = instance.client.post("/forms/help-ask", json={"token": token})
    assert (reply.status_code, reply.json["code"]) == (400, "key-missing")


@pytest.mark.parametrize("key", ["1", "short-and-guessable", "x" * 129, "clé" * 10])
def test_a_key_that_could_be_guessed_is_refused(instance: Instance, key: str) -> None:
    assert instance.check("help-ask", ASK, **{"Idempotency-Key": key}).status_code == 400


def test_a_receipt_is_shown_again_for_a_day_only(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = instance.check("help-ask", ASK).json
    first = instance.confirm("help-ask", checked)
    assert instance.confirm("help-ask", checked).json == first.json
    monkeypatch.setenv("JINQIAO_TODAY", "2026-11-23")
    reply = instance.confirm("help-ask", checked)
    assert (reply.status_code, reply.json["code"]) == (409, "already-sent")


def test_a_duplicate_waits_for_the_first_and_only_then_hears_409(
    new_instance: Callable[..., Instance],
) -> None:
    instance = new_instance(wait_seconds=1.0)
    checked = instance.check("help-ask", ASK).json
    other = instance.check("help-ask", ASK).json
    hold = threading.Event()
    instance.services.writer.submit(lambda _: hold.wait(10))
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(instance.confirm, "help-ask", checked, instance.app.test_client())]
        while not instance.services.keeping.under_way() and not both[0].done():
            time.sleep(0.005)
        both.append(pool.submit(instance.confirm, "help-ask", checked, instance.app.test_client()))
        replies = [one.result() for one in both]
    assert sorted(reply.status_code for reply in replies) == [409, 503]
    assert all(int(reply.headers["Retry-After"]) > 0 for reply in replies)
    hold.set()
    assert instance.confirm("help-ask", other).status_code == 201
    assert instance.confirm("help-ask", checked).status_code == 201
    assert instance.rows("SELECT count(*) FROM submission") == [(2,)]
