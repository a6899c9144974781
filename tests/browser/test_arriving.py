"""Pages that arrive in pieces, their script last: what stands on the screen stays in its place."""

from __future__ import annotations

import http.server
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visitor import NewVisitor, Visitor
from tests.conftest import BuiltSite
from tests.serving import serving

WAIT = 0.3  # seconds between two pieces: the first is painted meanwhile
SHIFTS = """() => new Promise(tell => {
    new PerformanceObserver(list => tell(list.getEntries().map(one => one.sources
        .map(({node}) => (node?.className || node?.nodeName) + ": " + node?.textContent.trim()))))
        .observe({type: 'layout-shift', buffered: true});
    setTimeout(() => tell([]), 500);
})"""
CITY = "find/directory/city/220100/"


class InPieces(http.server.SimpleHTTPRequestHandler):
    """A page comes in two pieces, cut where its article ends; its own script comes late."""

    def do_GET(self) -> None:
        path = self.translate_path(self.path)
        if "/assets/js/site." in self.path:
            time.sleep(WAIT)
        if not self.path.endswith("/"):
            super().do_GET()
            return
        page = Path(path, "index.html").read_bytes()
        article, end, rest = page.rpartition(b"</article>")
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        for piece in (article + end, rest):
            self.wfile.write(piece)
            time.sleep(WAIT)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def slow_site(built_site: BuiltSite) -> Iterator[str]:
    with serving(partial(InPieces, directory=str(built_site.public))) as address:
        yield address


@pytest.mark.parametrize(
    ("viewport", "path", "keeps_pages"),
    [
        ("desktop", "/away/transfer/", False),
        ("desktop", "/en/help/rights/", False),  # with a button to leave quickly
        ("desktop", "/away/register/", False),
        ("desktop", "/search/", False),
        ("desktop", "/find/directory/", False),
        ("desktop", "/find/directory/province/650000/", False),
        ("desktop", f"/en/{CITY}print/", False),
        ("phone", "/en/print/year-plan/", False),
        ("phone", f"/{CITY}", True),  # with a button to keep the city
        ("phone", f"/en/{CITY}", True),
    ],
)
def test_what_is_read_already_does_not_move_while_the_rest_arrives(
    browser: Browser, slow_site: str, viewport: str, path: str, keeps_pages: bool
) -> None:
    reader = Visitor(
        browser, slow_site, viewport, "zh", javascript=True, dark=False, keeps_pages=keeps_pages
    )
    reader.opens(path)
    if keeps_pages:
        reader.page.locator("[data-jq-keepcity]").filter(visible=True).wait_for()
    assert reader.page.evaluate(SHIFTS) == []
    assert reader.leaves() == []


@pytest.mark.parametrize(
    "start",
    ["localStorage.setItem('jq-offline', 'no')", "delete HTMLScriptElement.prototype.noModule"],
    ids=["who wants nothing kept", "an old phone without modules"],
)
def test_no_place_is_held_for_what_will_not_come(visitor: NewVisitor, start: str) -> None:
    reader = visitor("phone", alone=True)
    reader.page.add_init_script(start)
    reader.opens(f"/{CITY}")
    expect(reader.page.locator("[data-jq-keepcity]")).to_have_css("display", "none")
