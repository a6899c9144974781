"""Odd, hostile and foreign requests: a stable code, the reader's words, never a server error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from forms_api.problems import answer
from forms_api.refusals import STATUS
from forms_api.tokens import new_key
from tests.api.conftest import Instance
from tests.api.examples import ASK

HTML = {"Accept": "text/html"}
JSON = {"Accept": "application/json"}
CHECK = "/forms/help-ask/check"
DEEP = "[" * 60_000


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/forms/nothing", {}, 404, "not-found"),
        ("GET", "/forms/help-ask/other", {}, 404, "not-found"),
        ("GET", "/elsewhere", {}, 404, "not-found"),
        ("GET", CHECK, {}, 405, "method"),
        ("PUT", CHECK, {"json": {}}, 405, "method"),
        ("BREW", "/forms/help-ask", {}, 405, "method"),
        ("DELETE", "/forms/status", {}, 405, "method"),
        ("POST", "/forms/health", {}, 405, "method"),
        ("POST", CHECK, {"data": "{", "content_type": "application/json"}, 400, "bad-request"),
        ("POST", CHECK, {"data": b"\xff", "content_type": "application/json"}, 400, "bad-request"),
        ("POST", CHECK, {"data": DEEP, "content_type": "application/json"}, 400, "bad-request"),
        ("POST", CHECK, {"json": []}, 400, "bad-request"),
        ("POST", CHECK, {"json": {"question": 5}}, 400, "bad-request"),
        ("POST", CHECK, {"json": {"question": {"a": "b"}}}, 400, "bad-request"),
        ("POST", CHECK, {"json": {"want": [["x"]]}}, 400, "bad-request"),
        ("POST", CHECK, {"data": "x", "content_type": "text/plain"}, 415, "media-type"),
        ("POST", CHECK, {"data": b""}, 415, "media-type"),
        ("POST", CHECK, {"json": {"question": "x" * 70_000}}, 413, "too-large"),
        ("POST", CHECK, {"data": {"question": "x" * 70_000}}, 413, "too-large"),
        ("POST", CHECK, {"json": {}}, 422, "answers"),
        ("POST", CHECK, {"json": {"question": ["a" * 9, "b"], "\ud800": "\ud800"}}, 422, "answers"),
        ("POST", CHECK, {"data": {f"x{n}": "1" for n in range(900)}}, 422, "answers"),
        ("POST", "/forms/help-ask", {"json": {}}, 400, "token"),
    ],
)  # fmt: skip
def test_a_wrong_request_gets_a_problem_with_a_stable_code(
    instance: Instance, method: str, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    reply = instance.client.open(path, method=method, headers=JSON, **body)
    assert (reply.status_code, reply.json["code"]) == (status, code)
    assert reply.mimetype == "application/problem+json"
    assert reply.json["status"] == status
    page = instance.client.open(path, method=method, headers=HTML, **body)
    assert page.status_code == status
    assert page.mimetype == "text/html"
    assert "<h1" in page.text and "</html>" in page.text


@pytest.mark.parametrize("code", STATUS)
@pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant", "en"])
def test_every_problem_has_words_in_every_edition(instance: Instance, code: str, lang: str) -> None:
    for headers in (JSON, HTML):
        with instance.app.test_request_context(f"/forms/help-ask?lang={lang}", headers=headers):
            reply = answer(code)
            assert reply.status_code == STATUS[code]
            assert reply.headers["Content-Language"] == lang


@pytest.mark.parametrize("path", ["/forms/help-ask", "/forms/status", "/forms/health"])
def test_head_and_options_are_answered(instance: Instance, path: str) -> None:
    head = instance.client.head(path)
    assert head.status_code == 200 and head.data == b""
    options = instance.client.options(path)
    assert options.status_code == 200 and "GET" in options.headers["Allow"]


def test_every_answer_carries_the_strict_headers(instance: Instance) -> None:
    client = instance.client
    for reply in (
        client.get("/forms/help-ask"),
        client.get("/forms/nothing"),
        client.post(CHECK, json=ASK),
        client.post(CHECK, data="x"),
    ):
        assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
        assert "unsafe-inline" not in reply.headers["Content-Security-Policy"]
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.headers["Referrer-Policy"] == "no-referrer"
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in reply.headers
        for inline in (b"style=", b"<style", b"onclick", b"<script>"):
            assert inline not in reply.data


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, False),
        ({"Origin": "http://localhost"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "http://localhost.evil.example"}, False),
    ],
)
def test_pages_of_other_sites_cannot_post(
    instance: Instance, headers: dict[str, str], allowed: bool
) -> None:
    reply = instance.client.post(CHECK, json=ASK, headers=headers)
    assert reply.status_code == (200 if allowed else 403)


def test_behind_a_proxy_the_public_address_counts_as_ours(
    new_instance: Callable[..., Instance],
) -> None:
    instance = new_instance(public_url="https://jinqiao.example.org")
    ours = {"Origin": "https://jinqiao.example.org"}
    assert instance.client.post(CHECK, json=ASK, headers=ours).status_code == 200


def test_too_many_posts_are_put_off_but_reading_goes_on(
    new_instance: Callable[..., Instance],
) -> None:
    instance = new_instance(rate_limit="3 per minute")
    statuses = [instance.client.post(CHECK, json=ASK).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    reply = instance.client.post(CHECK, json=ASK)
    assert reply.json["code"] == "too-many" and int(reply.headers["Retry-After"]) > 0
    assert instance.client.get("/forms/help-ask").status_code == 200


def test_an_unexpected_error_is_logged_by_kind_and_place_and_tells_nothing(
    new_instance: Callable[..., Instance], capsys: pytest.CaptureFixture[str]
) -> None:
    instance = new_instance(testing=False)
    checked = instance.check("help-ask", ASK).json
    instance.services.engine.dispose()
    with instance.services.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE idempotency")
    reply = instance.confirm("help-ask", checked)
    assert (reply.status_code, reply.json["code"]) == (500, "server")
    out = capsys.readouterr().out
    assert "OperationalError" in out
    assert ASK["contact"] not in out and checked["token"] not in out


def test_an_unknown_name_in_a_post_is_left_out(instance: Instance) -> None:
    checked = instance.check("help-ask", {**ASK, "id_card": "x", "lang": "xx"}).json
    assert "id_card" not in checked["html"]
    assert instance.confirm("help-ask", checked).status_code == 201


def test_a_page_without_a_build_wears_a_plain_shell_and_then_the_new_one(
    instance: Instance,
) -> None:
    plain = instance.client.get("/forms/help-ask?lang=en").text
    assert plain.startswith("<!doctype html>")
    private = instance.settings.release / "_private"
    for n in range(2):
        shell = (
            f"<!--jq:title--><!--/jq:title--><main class={n}><!--jq:content--><!--/jq:content-->"
        )
        (private / "shell.en.html").write_text(shell, "utf-8")
        page = instance.client.get("/forms/help-ask?lang=en").text
        assert page.startswith(f"<title>Ask a question · Jinqiao</title><main class={n}>")
    (private / "shell.en.html").write_text("<!--jq:title-->", "utf-8")
    broken = instance.client.get("/forms/help-ask?lang=en").text
    assert broken.startswith("<title>Ask a question")


def test_a_key_given_by_the_program_is_the_one_that_comes_back(instance: Instance) -> None:
    key = new_key()
    assert (
        instance.check("help-ask", ASK, **{"Idempotency-Key": key}).json["idempotency_key"] == key
    )


@pytest.mark.parametrize(
    ("first", "second", "one"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("2001:db8:1:200::7", "2001:db8:1:2ff:ffff::8", True),
        ("2001:db8:1:2ff::7", "2001:db8:1:300::7", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.8", False),
    ],
)
def test_a_visitor_is_an_address_of_ipv4_or_a_network_of_ipv6(
    new_instance: Callable[..., Instance], first: str, second: str, one: bool
) -> None:
    instance = new_instance(rate_limit="1 per minute")
    came = [
        instance.client.post(CHECK, json=ASK, environ_overrides={"REMOTE_ADDR": address})
        for address in (first, second)
    ]
    assert [reply.status_code for reply in came] == [200, 429 if one else 200]


def test_what_a_visitor_posts_counts_together_at_whatever_address(
    new_instance: Callable[..., Instance],
) -> None:
    instance = new_instance(rate_limit="2 per minute")
    posts = (CHECK, "/forms/status", "/forms/help-rights/check")
    came = [instance.client.post(path, json={"code": "x"}).status_code for path in posts]
    assert came == [422, 422, 429]
    assert instance.client.get("/forms/help-ask").status_code == 200
