"""One first visit to a page, as an old phone on a poor line has it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Playwright

from scripts import tools

#: What a visit tells, in this order.
KEYS = ("kb_gz", "requests", "external", "lcp_ms", "cls", "tbt_ms")
_LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6e6 / 8,
    "uploadThroughput": 0.75e6 / 8,
}
_SLOWER = 4
_SETTLE = 500  # milliseconds after the line fell silent, for layout that moves late
_OBSERVE = """
window.jq = {lcp: 0, cls: 0, tbt: 0};
const see = (type, each) => new PerformanceObserver(list => list.getEntries().forEach(each))
  .observe({type, buffered: true});
see("largest-contentful-paint", entry => { jq.lcp = entry.startTime; });
see("layout-shift", entry => { if (!entry.hadRecentInput) jq.cls += entry.value; });
see("longtask", entry => { jq.tbt += Math.max(0, entry.duration - 50); });
"""


def launch(playwright: Playwright, root: Path) -> Browser:
    """The Chromium that tests use as well."""
    return playwright.chromium.launch(
        executable_path=tools.require(tools.CHROMIUM, root),
        args=["--no-sandbox"] if os.geteuid() == 0 else [],
    )


def visit(browser: Browser, site: str, path: str) -> dict[str, float]:
    """`KEYS` of one visit with an empty cache to `site`/`path`; `site` has no closing slash.

    kb_gz counts headers and bodies as they crossed the line, gzip being the only compression
    accepted (1 KB = 1024 bytes). lcp_ms and tbt_ms count from the request on, with the processor
    slowed; tbt_ms is what tasks longer than 50 ms took beyond that.
    """
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True
    )
    page = context.new_page()
    page.add_init_script(_OBSERVE)
    session = context.new_cdp_session(page)
    asked, sizes = _listen(session)
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.send("Network.setExtraHTTPHeaders", {"headers": {"Accept-Encoding": "gzip"}})
    session.send("Network.emulateNetworkConditions", _LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
    page.goto(f"{site}/{path}", wait_until="networkidle")
    page.wait_for_timeout(_SETTLE)
    seen = page.evaluate("jq")
    context.close()
    loaded = [address for address in asked.values() if not address.startswith("data:")]
    outside = sum(not address.startswith(f"{site}/") for address in loaded)
    found = (sum(sizes) / 1024, len(loaded), outside, seen["lcp"], seen["cls"], seen["tbt"])
    return dict(zip(KEYS, map(float, found), strict=True))


def _listen(session: CDPSession) -> tuple[dict[str, str], list[float]]:
    """Addresses by request, also of requests that fail, and bytes of each finished answer."""
    asked: dict[str, str] = {}
    sizes: list[float] = []

    def began(event: dict[str, Any]) -> None:
        asked.setdefault(event["requestId"], event["request"]["url"])

    def ended(event: dict[str, Any]) -> None:
        sizes.append(event["encodedDataLength"])

    session.on("Network.requestWillBeSent", began)
    session.on("Network.loadingFinished", ended)
    session.send("Network.enable")
    return asked, sizes
