"""What no page of ours would send: numbers without end, addresses elsewhere, marks and controls."""

from __future__ import annotations

import pytest

from forms_api.inbox.lists import whole_number
from forms_api.inbox.routes.guard import local
from tests.inbox.office import URL, Desk, Office

NUMBERS = ("9" * 5000, "9" * 30, "9" * 10, "-1", "٣", "²", "1e9", "+1", "1_0", "", " 1", "\x00")
TEXTS = (
    *("a\x00b", "\x01\r\nSet-Cookie: a=b\t\x7f", "\u202e\u2066", "\ufffd", "长" * 300),
    *("<script>alert(1)</script>{{ 7 * 7 }}", "TY-", "\U0001f600" * 40),
)
QUERY = (
    "status",
    "form",
    "desk",
    "branch",
    "spam",
    "due",
    "sort",
    "search",
    "page",
    "lang",
    "done",
)
FIELDS = (
    *(*QUERY, "edition", "newest", "seen_status", "seen_desk", "way", "text", "close", "note"),
    *("original", "then", "file", "kind", "sure", "topic", "question_zh", "answer_en"),
)


@pytest.mark.parametrize("given", NUMBERS)
def test_a_number_that_no_page_writes_is_none(given: str) -> None:
    assert whole_number(given) is None


def test_no_odd_value_of_a_query_or_a_form_is_an_error_of_the_program(
    office: Office, desk: Desk
) -> None:
    """The test client raises what a view raises, so that a 500 fails as itself."""
    reference = office.sends(publish_ok="yes").reference
    seen = desk.fields(reference)
    paths = [("GET", "/"), ("GET", "/export"), ("GET", f"/s/{reference}"), ("POST", "/search")]
    paths += [("GET", f"/s/{reference}/publish"), ("GET", "/s/\x00%2f"), ("POST", "/export")]
    actions = ("note", "status", "hand", "merge", "spam", "answer", "publish", "erase")
    paths += [("POST", f"/s/{reference}/{action}") for action in actions]
    for odd in (*NUMBERS, *TEXTS):
        for method, path in paths:
            given = {**dict.fromkeys(FIELDS, odd), "csrf": desk.desktop.door.csrf}
            if odd in TEXTS:  # so that the odd edition does not hide the rest
                given |= seen
            reply = desk.client.open(
                path, method=method, base_url=URL, query_string=dict.fromkeys(QUERY, odd),
                data=given if method == "POST" else None,
            )  # fmt: skip
            assert reply.status_code < 500, (method, path, odd[:20])
        given = {**dict.fromkeys(FIELDS, odd), "passphrase": odd, "desk": "guide"}
        assert desk.post("/unlock", **given).headers.get("Location") == "/"
        desk.desktop.vault.wait(20)
    assert desk.get("/").status_code == 200


@pytest.mark.parametrize(
    "then",
    [
        *("//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example"),
        *("/\n/evil.example", "/\r\\evil.example", "\t//evil.example", " //evil.example"),
        *("/\x00/evil.example", "/\x1f/evil.example", "/%09/evil.example", "/%2f/evil.example"),
        *("/\u00a0/evil.example", "/\u2028/evil.example", "/./\t/evil.example", "///evil.example"),
        *("https://evil.example", "https:evil.example", "javascript:alert(1)", "evil.example"),
        *("/@evil.example", "/.evil.example", "/s/\t/evil.example", "/s/" + "x" * 5000, ""),
    ],
)
def test_an_address_elsewhere_becomes_the_list(then: str) -> None:
    assert local(then) == "/"


@pytest.mark.parametrize("then", ["/", "/?status=all&desk=", "/s/TY-7777-7777", "/mail", "/export"])
def test_an_address_of_the_inbox_is_kept(then: str) -> None:
    assert local(then) == then


def test_unlocking_leads_to_no_other_host(desk: Desk) -> None:
    there = desk.post("/unlock", desk="guide", then="/\t/evil.example").headers["Location"]
    assert there == "/"
    assert 'name="then" value="/"' in desk.post("/unlock", desk="", then="//evil.example").text
