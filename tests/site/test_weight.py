"""What a visit costs: weight, requests, movement; what is kept, compressed and never sent."""

from __future__ import annotations

import gzip
import http.server
import urllib.request
from collections.abc import Iterator
from email.message import Message
from typing import ClassVar
from urllib.error import HTTPError

import brotli
import pytest
from playwright.sync_api import Browser
from selectolax.lexbor import LexborHTMLParser

from scripts.bench.pages import over_budget
from scripts.bench.visit import visit
from tests.conftest import BuiltSite, LiveServer
from tests.serving import serving

KINDS = {
    "home": "",
    "guide": "find/lost-contact/",
    "branch": "find/directory/ty-shenzhen-longgang-firms/",
    "form": "away/register/",
    "search": "search/",
}
#: What stock Material, MkDocs' search and a bundler would leave in a web root.
FOREIGN = ("bundle*.js", "lunr*", "main.*.css", "palette.*.css", "*.map", "search_index.json")
SMALL_SCRIPTS = 4 * 1024  # theme.js and site.js together, after gzip


def ask(url: str, **headers: str) -> tuple[int, Message, bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=named)) as reply:
            return reply.status, reply.headers, reply.read()
    except HTTPError as reply:
        with reply:
            return reply.code, reply.headers, reply.read()


@pytest.mark.parametrize("prefix", ["", "en/"], ids=["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_first_visit_stays_within_its_budget_and_nothing_moves(
    browser: Browser, live_server: LiveServer, kind: str, prefix: str
) -> None:
    row = visit(browser, live_server.url, prefix + KINDS[kind])
    assert over_budget(prefix + kind, row) == []
    assert row["kb_gz"] > 5 and row["requests"] >= 3 and row["lcp_ms"] > 0, "nothing was measured"


class Costly(http.server.BaseHTTPRequestHandler):
    """A page of 10,000 bytes that asks another origin and pushes its text down."""

    taken: ClassVar[list[str]] = []
    page = (
        "<!doctype html><title>x</title><p>text</p><img src='http://127.0.0.1:9/x.png'>"
        "<script>const shift = () => document.body.insertAdjacentHTML('afterbegin',"
        "'<div style=height:20px></div>');"
        "setInterval(shift, 50)</script>"  # whenever the first paint comes, a shift follows it
    ).ljust(10_000)

    def do_GET(self) -> None:
        body = self.page.encode() if self.path == "/costly/" else b""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.taken.append(self.headers.get("Accept-Encoding", ""))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def costly_site() -> Iterator[str]:
    with serving(Costly) as address:
        yield address


def test_the_measurement_sees_bytes_other_origins_and_movement(
    browser: Browser, costly_site: str
) -> None:
    row = visit(browser, costly_site, "costly/")
    assert 10_000 / 1024 < row["kb_gz"] < 10_600 / 1024
    assert row["external"] == 1 and row["requests"] >= 2
    assert row["cls"] > 0 and row["lcp_ms"] > 150
    assert set(Costly.taken) == {"gzip"}


def test_nothing_of_the_theme_is_released(built_site: BuiltSite) -> None:
    found = [path for pattern in FOREIGN for path in built_site.public.rglob(pattern)]
    assert found == []


def test_what_every_page_runs_at_once_is_small(built_site: BuiltSite) -> None:
    scripts = built_site.public / "assets/js"
    first = [*scripts.glob("theme.*.js"), *scripts.glob("site.*.js")]
    assert len(first) == 2
    assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in first) <= SMALL_SCRIPTS


def test_every_twin_holds_what_its_file_holds(built_site: BuiltSite) -> None:
    twins = {"index.html", "en/find/lost-contact/index.html", "sitemap.xml"}
    for path in built_site.public.rglob("*.gz"):
        plain = path.with_suffix("")
        body = plain.read_bytes()
        assert gzip.decompress(path.read_bytes()) == body, path
        assert brotli.decompress(plain.with_name(plain.name + ".br").read_bytes()) == body, path
        twins.discard(plain.relative_to(built_site.public).as_posix())
    assert not twins, "these have no compressed twin"


def assets_of(page: bytes) -> list[str]:
    tree = LexborHTMLParser(page.decode())
    nodes = tree.css("script[src], link[rel=stylesheet], link[rel=icon]")
    return [str(node.attributes.get("src") or node.attributes.get("href")) for node in nodes]


@pytest.mark.parametrize("path", ["/", "/en/away/register/", "/search/"])
def test_assets_are_kept_for_good_and_pages_are_asked_for_again(
    live_server: LiveServer, path: str
) -> None:
    status, fields, page = ask(live_server.url + path)
    assert (status, fields["Cache-Control"]) == (200, "no-cache")
    assets = assets_of(page)
    assert len(assets) >= 4
    for asset in assets:
        _, kept, _ = ask(live_server.url + asset)
        assert kept["Cache-Control"] == "public, max-age=31536000, immutable", asset
    status, again, body = ask(live_server.url + path, If_None_Match=fields["ETag"])
    assert (status, body, again["ETag"]) == (304, b"", fields["ETag"])


@pytest.mark.parametrize(
    ("path", "accepted", "encoding"),
    [
        ("/find/lost-contact/", "gzip, deflate, br", "br"),
        ("/find/lost-contact/", "gzip", "gzip"),
        ("/find/lost-contact/", "", None),
        ("/find/directory/ty-shenzhen-longgang-firms/", "gzip, deflate, br", "gzip"),
        ("/data/branches.json", "gzip", "gzip"),
    ],
)
def test_text_crosses_the_line_compressed(
    live_server: LiveServer, path: str, accepted: str, encoding: str | None
) -> None:
    _, fields, body = ask(live_server.url + path, Accept_Encoding=accepted)
    assert (fields["Content-Encoding"], fields["Vary"]) == (encoding, "Accept-Encoding")
    plain = ask(live_server.url + path, Accept_Encoding="identity")[2]
    opened = {"br": brotli.decompress, "gzip": gzip.decompress}.get(str(encoding), bytes)(body)
    assert opened == plain
