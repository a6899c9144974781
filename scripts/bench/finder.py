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
_PASSES = 3
_SEED = 20261122
_PAGE = "/find/directory/"
_CHOOSE = """href => {
  history.pushState(null, "", href);
  dispatchEvent(new PopStateEvent("popstate"));
}"""
_LINKS = """() => [...document.querySelectorAll("[data-jq-finder] a[href*='?']")]
  .filter(link => !link.closest("[hidden]")).map(link => link.getAttribute("href"))"""
_TIME = "performance.getEntriesByName('jq-finder').at(-1).duration"


def measure(browser: Browser, public: Path, choices: int = CHOICES) -> dict[str, Any]:
    """`first_kb`: of the finder's data, compressed, before the first choice can be made; `p50_ms`
    and `p95_ms` of `choices` choices, up to four conditions at a time. Of each choice the median of
    three passes counts: what else the machine did meanwhile is not the finder's."""
    chance = random.Random(_SEED)  # noqa: S311  # cases, not secrets
    with serve(public) as served:
        page = browser.new_page()
        page.goto(f"{served.address}{_PAGE}")
        _wait(page)
        first = served.below("/data/finder/")
        made: list[str] = []
        taken: list[list[float]] = []
        for number in range(choices):
            made.append(_PAGE if number % 4 == 0 else chance.choice(page.evaluate(_LINKS)))
            taken.append([_choose(page, made[-1])])
        for _ in range(_PASSES - 1):
            for address, times in zip(made, taken, strict=True):
                times.append(_choose(page, address))
        page.close()
    medians = sorted(map(statistics.median, taken))
    return {
        "choices": choices,
        "first_kb": round(first / 1024, 1),
        "p50_ms": round(statistics.median(medians), 2),
        "p95_ms": round(medians[int(choices * 0.95)], 2),
    }


def _choose(page: Page, address: str) -> float:
    """Milliseconds from the choice until its counts stood."""
    page.evaluate(_CHOOSE, address)
    _wait(page)
    return float(page.evaluate(_TIME))


def _wait(page: Page) -> None:
    """Until everything shown follows from the address."""
    expect(page.locator("[data-jq-list]")).to_have_attribute("aria-busy", "false", timeout=60_000)
