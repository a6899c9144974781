"""Site and forms through nginx, with exactly the files that a server gets."""

from __future__ import annotations

import gzip
import json
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from werkzeug.test import Client

from forms_api import headers
from forms_api.settings import Settings
from forms_api.site_files import SiteFiles
from tests.api.examples import ASK
from tests.browser.journeys import CHINESE, ENGLISH, Words
from tests.browser.test_journeys import fill_registration
from tests.browser.visitor import NewVisitor, Visitor
from tests.conftest import BuiltSite
from tests.server.conftest import Server
from tests.server.front import Front, ask

BRANCH = "/find/directory/ty-shenzhen-longgang-firms/"
CHECK = "/forms/help-ask/check"
BODY = json.dumps({**ASK, "city": ""}).encode()
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html,*/*;q=0.8"}


def coming_from(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address}


@pytest.fixture(scope="module")
def development(built_site: BuiltSite, tmp_path_factory: pytest.TempPathFactory) -> Client:
    def app(environ, start_response):
        raise AssertionError("only files are asked for here")

    return Client(SiteFiles(built_site.public, app, tmp_path_factory.mktemp("none") / "none"))


def paths(site: BuiltSite) -> list[str]:
    """One of each kind: pages of all editions, entries, data, assets, index, what is missing."""
    style = next((site.public / "assets/css").glob("*.css")).name
    finder = next((site.public / "data/finder").glob("*/*.json")).relative_to(site.public)
    part = next((site.public / "search-index").rglob("*.pf_index")).relative_to(site.public)
    found = ["/", "/en/", "/away/transfer/", "/en/away/transfer/", BRANCH, f"/en{BRANCH}"]
    found += ["/search/", "/sitemap.xml", "/robots.txt", "/data/pages.json", "/data/branches.csv"]
    found += [headers.SECURITY, "/.well-known/other", "/.well-known/"]
    found += [f"/assets/css/{style}", f"/{finder}", f"/{part}", "/about", "/en?q=1", "/sw.js"]
    found += ["/assets/css/none.0123abcd.css", "/none/", "/en/none/", "/.git/config", "/forms"]
    found += ["/zh-hant/", f"/zh-hant{BRANCH}", "/zh-hant/none/", "/zh-hant"]
    return [*found, "/metrics", "/health", "/data/", "/none?q=1"]


def test_every_kind_of_path_is_answered_as_the_development_server_does(
    server: Server, development: Client, built_site: BuiltSite
) -> None:
    compared = ["Content-Type", "Cache-Control", "Vary", "Location", "Content-Encoding"]
    for path in paths(built_site):
        ours = server.front.ask(path, headers={"Accept-Encoding": "gzip"})
        theirs = development.get(path, headers={"Accept-Encoding": "gzip"})
        assert ours.status == theirs.status_code, path
        names = [*headers.SITE, *(["Location"] if ours.status == 301 else compared)]
        for name in names:
            assert ours.headers[name] == theirs.headers.get(name), (path, name)
        assert ours.headers["Strict-Transport-Security"] and ours.headers["Server"] == "nginx"
        if ours.status != 301:
            mine, others = ours.body, theirs.data
            if ours.headers["Content-Encoding"]:
                mine, others = gzip.decompress(mine), gzip.decompress(others)
            assert mine == others, path


def test_what_the_service_answers_has_its_own_headers_and_no_others(server: Server) -> None:
    direct = ask(server.service.connect(), "/forms/help-ask?lang=en")
    through = server.front.ask("/forms/help-ask?lang=en", headers={"Accept-Encoding": "gzip"})
    assert direct.text == through.text
    for name in headers.FORMS:
        assert through.headers.get_all(name) == [headers.FORMS[name]], name
    assert through.headers["Content-Encoding"] is None


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
@pytest.mark.parametrize("path", ["/", "/data/pages.json"])
def test_what_did_not_change_is_not_sent_again(server: Server, path: str, encoding: str) -> None:
    wanted = {"Accept-Encoding": encoding}
    first = server.front.ask(path, headers=wanted)
    for held in (
        {"If-None-Match": first.headers["ETag"]},
        {"If-Modified-Since": first.headers["Last-Modified"]},
    ):
        again = server.front.ask(path, headers=wanted | held)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["Content-Security-Policy"] == headers.POLICY


def test_plain_http_leads_to_https_and_the_certificate_authority_finds_its_answer(
    server: Server,
) -> None:
    front = server.front
    answer = front.place / "challenges/.well-known/acme-challenge/token"
    answer.parent.mkdir(parents=True, exist_ok=True)
    answer.write_text("proof", "utf-8")
    there = front.plain("/en/help/ask/?q=1")
    assert (there.status, there.headers["Location"]) == (301, f"{front.url}/en/help/ask/?q=1")
    assert front.plain("/.well-known/acme-challenge/token").text == "proof"


def test_whom_to_tell_of_a_weakness_is_told_for_less_than_a_year(server: Server) -> None:
    reply = server.front.ask(headers.SECURITY)
    told = dict(line.split(": ", 1) for line in reply.text.splitlines())
    assert told["Contact"] == "mailto:desk@example.org"
    left = datetime.fromisoformat(told["Expires"]) - datetime.now(UTC)
    assert timedelta(days=300) < left <= timedelta(days=365)


def test_a_browser_that_came_once_comes_by_https_for_a_year(server: Server) -> None:
    for path in ("/", "/none/", "/forms/help-ask"):
        assert server.front.ask(path).headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize(
    ("version", "ciphers", "taken"),
    [
        (ssl.TLSVersion.TLSv1_3, "DEFAULT", True),
        (ssl.TLSVersion.TLSv1_2, "ECDHE+AESGCM", True),
        (ssl.TLSVersion.TLSv1_2, "ECDHE+CHACHA20", True),
        (ssl.TLSVersion.TLSv1_2, "ECDHE+AES+SHA256:ECDHE+AES+SHA1:!AESGCM", False),
        (ssl.TLSVersion.TLSv1_2, "kRSA", False),
    ],
)
def test_only_authenticated_ciphers_with_forward_secrecy_are_spoken(
    server: Server, version: ssl.TLSVersion, ciphers: str, taken: bool
) -> None:
    context = ssl.create_default_context(cafile=server.front.host.certificate)
    context.minimum_version = context.maximum_version = version
    context.set_ciphers(ciphers)
    port = server.front.host.https_port
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as line,
        nullcontext() if taken else pytest.raises(ssl.SSLError),
        context.wrap_socket(line, server_hostname="localhost") as secure,
    ):
        assert secure.version() == version.name.replace("_", ".")


@pytest.fixture
def visitor(server: Server, browser: Browser) -> Iterator[NewVisitor]:
    """As everywhere, but through nginx, over HTTP/2."""
    visitors: list[Visitor] = []

    def arrive(viewport: str, lang: str, javascript: bool) -> Visitor:
        visitors.append(Visitor(browser, server.front.url, viewport, lang, javascript, dark=False))
        return visitors[-1]

    yield arrive
    assert [fault for one in visitors for fault in one.leaves()] == []


@pytest.mark.parametrize("words", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_a_registration_without_javascript_reaches_its_receipt(
    visitor: NewVisitor, words: Words
) -> None:
    member = visitor("phone", words.lang, javascript=False)
    member.opens(f"{words.prefix}away/register/")
    fill_registration(member, words, "林师傅", "Bantian")
    member.presses(words.check)
    member.sees_heading(words.read_back)
    member.presses(words.confirm)
    member.sees_heading(words.received)
    assert re.search(r"TY-[0-9A-Z]{4}-[0-9A-Z]{4}", member.reads())


def test_search_and_finder_work_with_scripts(visitor: NewVisitor) -> None:
    reader = visitor("desktop", "zh", javascript=True)
    query, path = next(iter(CHINESE.searches.items()))
    reader.opens(f"/search/?q={query}")
    reader.page.locator(f'[data-jq-results] h3 a[href^="{path}"]').first.click()
    reader.is_at(path)
    reader.opens("/find/directory/?place=440000&home=songjian")
    expect(reader.page.locator("[data-jq-list] .jq-card h4 a")).to_have_count(2)


def test_a_program_checks_and_confirms(server: Server) -> None:
    checked = server.front.ask(CHECK, "POST", BODY, JSON)
    draft = json.loads(checked.text)
    sent = JSON | {"Idempotency-Key": draft["idempotency_key"]}
    body = json.dumps({"token": draft["token"]}).encode()
    receipts = [server.front.ask("/forms/help-ask", "POST", body, sent) for _ in range(2)]
    assert [reply.status for reply in receipts] == [201, 201]
    assert len({json.loads(reply.text)["reference"] for reply in receipts}) == 1


LANGUAGES = [
    ("", {"Accept-Language": "en-GB,en;q=0.9"}, "en"),
    ("", {"Accept-Language": "fr, zh-CN;q=0.8, en;q=0.5"}, "zh-Hans"),
    ("", {"Accept-Language": "fr"}, "zh-Hans"),
    ("", {}, "zh-Hans"),
    ("?lang=en", {"Accept-Language": "zh-CN"}, "en"),
    ("?lang=zh-Hant", {"Accept-Language": "en"}, "zh-Hant"),
    ("", {"Accept-Language": "fr, zh-TW, zh;q=0.5"}, "zh-Hant"),
    ("", {"Accept-Language": "en", "Referer": "{url}/zh-hant/help/ask/"}, "zh-Hant"),
    ("", {"Accept-Language": "zh-CN", "Referer": "{url}/en/help/ask/"}, "en"),
    ("", {"Accept-Language": "en", "Referer": "{url}/help/ask/"}, "zh-Hans"),
    ("", {"Accept-Language": "en", "Referer": "https://elsewhere.example/"}, "en"),
]


@pytest.mark.parametrize(("query", "sent", "language"), LANGUAGES)
def test_too_large_a_body_is_refused_in_the_readers_language(
    server: Server, query: str, sent: dict[str, str], language: str
) -> None:
    sent = {name: value.format(url=server.front.url) for name, value in sent.items()}
    seen = server.service.answered
    body = b"x" * (Settings().max_body + 1)
    page = server.front.ask(f"{CHECK}{query}", "POST", body, FORM | sent)
    assert (page.status, page.headers["Content-Language"]) == (413, language)
    assert f'<html lang="{language}"' in page.text and "jq-notice" in page.text
    told = server.front.ask(f"{CHECK}{query}", "POST", body, JSON | sent)
    problem = json.loads(told.text)
    assert told.headers["Content-Type"] == "application/problem+json"
    assert (problem["status"], problem["code"]) == (413, "too-large")
    assert dict(headers.FORMS).items() <= dict(page.headers).items()
    assert server.service.answered == seen


def test_a_browser_that_sends_too_much_is_told_so_on_our_own_page(visitor: NewVisitor) -> None:
    member = visitor("phone", "zh", javascript=False)
    member.opens("/help/ask/")
    form = member.page.locator('form[action*="/forms/help-ask/check"]')
    form.locator("textarea").first.fill("长" * 25_000)
    form.locator("button:not([type=button])").last.click()
    member.sees_heading("内容太多了")
    member.meets_no_barrier()
    member.needs_no_sideways_scrolling()


def test_nginx_and_the_service_refuse_in_the_same_words(server: Server) -> None:
    body, sent = b"x" * (Settings().max_body + 1), JSON | {"Accept-Language": "en"}
    direct = ask(server.service.connect(), CHECK, "POST", body, sent)
    assert json.loads(server.front.ask(CHECK, "POST", body, sent).text) == json.loads(direct.text)


def test_a_body_up_to_the_limit_reaches_the_service(server: Server) -> None:
    body = b"question=" + b"x" * (Settings().max_body - 9)
    assert server.front.ask(CHECK, "POST", body, FORM).status == 422


@pytest.mark.parametrize(
    ("address", "neighbour", "stranger"),
    [
        ("203.0.113.5", "203.0.113.5", "203.0.113.6"),
        ("2001:db8:7:1::1", "2001:db8:7:ff:ffff::2", "2001:db8:7:100::1"),
    ],
)
def test_too_many_posts_of_one_visitor_are_put_off_and_others_go_on(
    server: Server, address: str, neighbour: str, stranger: str
) -> None:
    came = [
        server.front.ask(CHECK, "POST", b"{", JSON | coming_from(address)).status
        for _ in range(server.front.host.burst + 5)
    ]
    assert came[:20] == [400] * 20 and 429 in came
    put_off = server.front.ask(CHECK, "POST", b"{", FORM | coming_from(neighbour))
    assert put_off.status == 429 and put_off.headers["Retry-After"] == "60"
    assert server.front.ask(CHECK, "POST", b"{", JSON | coming_from(stranger)).status == 400
    assert server.front.ask("/forms/help-ask", headers=coming_from(address)).status == 200


def test_only_a_front_that_is_named_may_say_who_asks(server: Server, tmp_path: Path) -> None:
    """The service behind counts as well: with a limit it sees one visitor, whatever they claim."""
    front = Front(tmp_path, server.root, server.front.host.services, burst=1)
    try:
        came = [
            front.ask(CHECK, "POST", b"{", JSON | coming_from(f"203.0.113.{number}")).status
            for number in range(6)
        ]
    finally:
        front.stop()
    assert 429 in came


def test_a_slow_body_ends_with_408_and_never_reaches_the_service(server: Server) -> None:
    seen, front = server.service.answered, server.front
    trusted = ssl.create_default_context(cafile=front.host.certificate)
    plain = socket.create_connection(("127.0.0.1", front.host.https_port), timeout=20)
    with trusted.wrap_socket(plain, server_hostname="localhost") as line:
        head = f"POST {CHECK} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        line.sendall(f"{head}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY[:9])
        began = time.monotonic()
        assert line.recv(10) == b""  # nginx closes the connection without a word
    assert 0.5 < time.monotonic() - began < 10
    assert " POST form 408 " in front.log
    assert server.service.answered == seen
    assert front.ask(CHECK, "POST", BODY, JSON).status == 200


def test_nothing_typed_and_no_address_is_left_on_the_disk(server: Server) -> None:
    word, address = "Weidenkaetzchen", "203.0.113.99"
    for path in (f"/search/?q={word}", f"/{word}/", f"/forms/{word}", f"/forms/help-ask?{word}"):
        server.front.ask(path, headers=coming_from(address))
    server.front.ask(CHECK, "POST", f"question={word}".encode(), FORM | coming_from(address))
    server.front.ask(CHECK, "POST", word.encode() * 9000, FORM | coming_from(address))
    written = [path for path in server.front.place.rglob("*") if path.is_file()]
    for path in written:
        text = path.read_text("utf-8", "replace")
        assert "Weidenk" not in text and address not in text, path
    line = re.compile(r"\S+ (GET|POST) [a-z-]+ \d{3} [\d-]+ [\d.]+ [\d., -]+")
    assert [one for one in server.front.log.splitlines() if not line.fullmatch(one)] == []


def test_while_the_service_is_away_pages_are_read_and_forms_say_so(
    server: Server, tmp_path: Path, built_site: BuiltSite
) -> None:
    front = Front(tmp_path / "nginx", server.root, ("127.0.0.1:1",))
    try:
        assert front.ask("/").status == 200
        page = front.ask("/forms/help-ask?lang=en", headers=FORM)
        assert (page.status, page.headers["Retry-After"]) == (502, "2")
        assert "Something went wrong on our side" in page.text
        problem = json.loads(front.ask(CHECK, "POST", BODY, JSON).text)
        assert (problem["status"], problem["code"]) == (502, "server")
    finally:
        front.stop()
