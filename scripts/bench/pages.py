"""What a first visit costs on an old phone, beside stock Material in the same run.

Chromium with an empty cache, a 390 × 844 screen, a processor slowed four times, and a line of 1.6
Mbit/s down, 0.75 up, 150 ms there and back. Each figure is the median of five visits (one with
--quick). Both sides are handed out by the same server with the same compression.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from scripts import tools
from scripts.bench.stock import build_stock
from scripts.build import build
from scripts.children import Child
from scripts.outcome import CannotRun
from scripts.progress import step
from scripts.service import answers, free_port

ROOT = Path(__file__).resolve().parent.parent.parent
#: Pages to visit, and whether the peer has them.
PAGES = {
    "home": ("", True),
    "guide": ("find/lost-contact/", True),
    "branch": ("find/directory/ty-shenzhen-longgang-firms/", False),
    "province": ("find/directory/province/440000/", False),
    "form": ("away/register/", True),
    "search": ("search/", True),
    "guide_en": ("en/find/lost-contact/", True),
}
VISITS = 5
_LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6e6 / 8,
    "uploadThroughput": 0.75e6 / 8,
}
_SLOWER = 4
_OBSERVE = """
window.jq = {lcp: 0, cls: 0, tbt: 0};
const see = (type, each) => new PerformanceObserver(list => list.getEntries().forEach(each))
  .observe({type, buffered: true});
see("largest-contentful-paint", entry => { jq.lcp = entry.startTime; });
see("layout-shift", entry => { if (!entry.hadRecentInput) jq.cls += entry.value; });
see("longtask", entry => { jq.tbt += Math.max(0, entry.duration - 50); });
"""


def measure(quick: bool = False) -> dict[str, Any]:
    """page → `ours`, `material` → kb_gz, requests, external, lcp_ms, cls, tbt_ms."""
    visits = 1 if quick else VISITS
    with tempfile.TemporaryDirectory() as folder:
        ours = build(ROOT, Path(folder) / "ours")
        if ours.release is None:
            raise CannotRun("网站没有建成：先运行 check。", "the site does not build: run check.")
        stock = build_stock(ROOT, Path(folder) / "stock")
        sides = {"ours": ours.release / "public", "material": stock}
        found: dict[str, Any] = {name: {} for name in PAGES}
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=tools.require(tools.CHROMIUM, ROOT),
                args=["--no-sandbox"] if os.geteuid() == 0 else [],
            )
            for side, public in sides.items():
                with _server(public, Path(folder) / f"{side}-data") as url:
                    for name, (path, both) in PAGES.items():
                        if side == "ours" or both:
                            with step(f"{side} {name}"):
                                found[name][side] = _median(browser, url, path, visits)
            browser.close()
    return found


@contextmanager
def _server(public: Path, data: Path) -> Iterator[str]:
    """The development server over one tree; `data` keeps its database out of the way."""
    data.mkdir()
    port = free_port()
    environ = dict(os.environ) | {
        "FORMS_DATABASE_URL": f"sqlite:///{data / 'forms.sqlite'}",
        "FORMS_KEYS_FOLDER": str(data / "keys"),
    }
    command = [sys.executable, "-m", "forms_api.cli", "serve", "--site", str(public)]
    with (data / "log").open("wb") as log:
        child = Child([*command, "--port", str(port)], ROOT, environ, stdout=log)
        try:
            while not answers("127.0.0.1", port):
                if child.wait(0.1) is not None:
                    raise CannotRun("服务没有启动。", "the service did not start.")
            yield f"http://127.0.0.1:{port}"
        finally:
            child.stop()


def _median(browser: Browser, url: str, path: str, visits: int) -> dict[str, float]:
    rows = [_visit(browser, url, path) for _ in range(visits)]
    return {key: round(statistics.median(row[key] for row in rows), 3) for key in rows[0]}


def _visit(browser: Browser, url: str, path: str) -> dict[str, float]:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True
    )
    page = context.new_page()
    page.add_init_script(_OBSERVE)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.send("Network.emulateNetworkConditions", _LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
    asked: dict[str, str] = {}
    sizes: list[float] = []

    def began(event: dict[str, Any]) -> None:
        asked.setdefault(event["requestId"], event["request"]["url"])

    def ended(event: dict[str, Any]) -> None:
        sizes.append(event["encodedDataLength"])

    session.on("Network.requestWillBeSent", began)
    session.on("Network.loadingFinished", ended)
    page.goto(f"{url}/{path}", wait_until="networkidle")
    page.wait_for_timeout(500)
    seen = page.evaluate("jq")
    context.close()
    loaded = [address for address in asked.values() if not address.startswith("data:")]
    return {
        "kb_gz": sum(sizes) / 1024,
        "requests": len(loaded),
        "external": sum(not address.startswith(url) for address in loaded),
        "lcp_ms": seen["lcp"],
        "cls": seen["cls"],
        "tbt_ms": seen["tbt"],
    }


def table(result: dict[str, Any]) -> str:
    """The same as lines for a terminal."""
    lines = ["page       side        KB gz  requests  external  LCP ms    CLS  TBT ms"]
    for name, sides in result.items():
        for side, row in sides.items():
            lines.append(
                f"{name:<10} {side:<9} {row['kb_gz']:>7.1f} {row['requests']:>9.0f} "
                f"{row['external']:>9.0f} {row['lcp_ms']:>7.0f} {row['cls']:>6.3f} "
                f"{row['tbt_ms']:>7.0f}"
            )
    return "\n".join(lines)
