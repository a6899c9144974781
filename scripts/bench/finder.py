"""How long the finder's page works from a choice until its counts stand, in a real browser.

Choices are made as links make them; what has to be fetched first is not counted, as it depends on
the line. `performance.measure` of docs/assets/js/finder.js tells the time.
"""

from __future__ import annotations

import random
import statistics
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from scripts.search.serving import serve

CHOICES, QUICK = 200, 20
_SEED = 20261122
_PAGE = "/find/directory/"
_CHOOSE = """href => {
  history.pushState(null, "", href);
  dispatchEvent(new PopStateEvent("popstate"));
}"""
_LINKS = """() => [...document.querySelectorAll("[data-jq-finder] a[href*='?']")]
  .filter(link => !link.closest("[hidden]")).map(link => link.getAttribute("href"))"""
_TIMES = "performance.getEntriesByName('jq-finder').map(one => one.duration)"


def measure(browser: Browser, public: Path, choices: int = CHOICES) -> dict[str, Any]:
    """`first_kb`: of the finder's data, compressed, before the first choice can be made; `p50_ms`
    and `p95_ms` of `choices` choices, up to four conditions at a time."""
    chance = random.Random(_SEED)  # noqa: S311  # cases, not secrets
    with serve(public) as served:
        page = browser.new_page()
        page.goto(f"{served.address}{_PAGE}")
        _wait(page)
        first = served.below("/data/finder/")
        for number in range(choices):
            _choose(page, _PAGE if number % 4 == 0 else chance.choice(page.evaluate(_LINKS)))
        times: list[float] = sorted(page.evaluate(_TIMES)[1:])  # the first laid the page out
        page.close()
    return {
        "choices": len(times),
        "first_kb": round(first / 1024, 1),
        "p50_ms": round(statistics.median(times), 2),
        "p95_ms": round(times[int(len(times) * 0.95)], 2),
    }


def _choose(page: Page, address: str) -> None:
    page.evaluate(_CHOOSE, address)
    _wait(page)


def _wait(page: Page) -> None:
    """Until everything shown follows from the address."""
    expect(page.locator("[data-jq-list]")).to_have_attribute("aria-busy", "false", timeout=60_000)
