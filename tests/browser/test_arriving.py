"""Pages that arrive in pieces, their script last: what stands on the screen stays in its place."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.visitor import Visitor
from tests.conftest import BuiltSite

WAIT = 0.3  # seconds between two pieces: the first is painted meanwhile
SHIFTS = """() => new Promise(tell => {
    new PerformanceObserver(list => tell(list.getEntries().map(one => one.sources
        .map(({node}) => (node?.className || node?.nodeName) + ": " + node?.textContent.trim()))))
        .observe({type: 'layout-shift', buffered: true});
    setTimeout(() => tell([]), 500);
})"""
CITY = "find/directory/city/220100/"


class InPieces(http.server.SimpleHTTPRequestHandler):
    """A page ends twice: with its article, then with what stands beside and below it."""

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
    handler: Any = partial(InPieces, directory=str(built_site.public))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


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
    reader = Visitor(browser, slow_site, viewport, "zh", True, False, keeps_pages)
    reader.opens(path)
    if keeps_pages:
        reader.page.locator("[data-jq-keepcity]").filter(visible=True).wait_for()
    assert reader.page.evaluate(SHIFTS) == []
    assert reader.leaves() == []
