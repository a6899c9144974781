"""Who watches the visitor: a page that asks others, lacks a file or breaks must not pass."""

from __future__ import annotations

import http.server
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.visitor import Visitor
from tests.serving import serving

PAGE = "<!doctype html><html lang=en><meta charset=utf-8><title>Page</title><main>{}</main>"
PAGES = {
    "/well": "<h1>好</h1><form><label>称呼 <input name=a></label><button>发送</button></form>",
    "/foreign": "<img src='http://127.0.0.1:9/x.png' alt=''>",
    "/missing": "<img src='/no.png' alt=''>",
    "/inline": "<p style='color:red'>red</p>",
    "/breaks": "<script src='/breaks.js'></script>",
    "/wide": "<p class=wide>wide</p><link rel=stylesheet href=/wide.css>",
    "/barrier": "<img src='/dot.svg'>",
}
FILES = {
    "/breaks.js": ("text/javascript", "throw new Error('so it breaks')"),
    "/wide.css": ("text/css", ".wide{width:2000px}"),
    "/dot.svg": ("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "/favicon.ico": ("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        kind, text = FILES.get(path, ("text/html", PAGE.format(PAGES.get(path, "nothing"))))
        self.send_response(200 if path in PAGES or path in FILES else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", "default-src 'self'")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(Handler) as address:
        yield address


def arrive(browser: Browser, url: str, *, javascript: bool = True) -> Visitor:
    return Visitor(browser, url, "phone", "zh", javascript, dark=False)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_well_made_page_is_read_filled_and_sent(
    browser: Browser, url: str, javascript: bool
) -> None:
    visitor = arrive(browser, url, javascript=javascript)
    assert visitor.opens("/well") == 200
    visitor.sees_heading("好")
    visitor.fills("称呼", "林")
    visitor.sends()
    visitor.is_at("/well")
    visitor.needs_no_sideways_scrolling()
    assert "a=%E6%9E%97" in visitor.page.url
    assert visitor.leaves() == []


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/foreign", "asked another origin: http://127.0.0.1:9/x.png"),
        ("/missing", "404 for "),
        ("/inline", "Content Security Policy"),
        ("/breaks", "so it breaks"),
    ],
)
def test_a_fault_of_the_page_is_noticed(browser: Browser, url: str, path: str, fault: str) -> None:
    visitor = arrive(browser, url)
    visitor.opens(path)
    assert any(fault in noted for noted in visitor.leaves())


def test_a_missing_page_is_no_fault_of_its_own(browser: Browser, url: str) -> None:
    visitor = arrive(browser, url)
    assert visitor.opens("/nowhere") == 404
    assert visitor.leaves() == []


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_sideways_scrolling_and_barriers_are_noticed(
    browser: Browser, url: str, javascript: bool
) -> None:
    visitor = arrive(browser, url, javascript=javascript)
    visitor.opens("/wide")
    with pytest.raises(AssertionError, match="px wider than the window"):
        visitor.needs_no_sideways_scrolling()
    visitor.opens("/barrier")
    with pytest.raises(AssertionError, match="image-alt"):
        visitor.meets_no_barrier()
    visitor.leaves()
