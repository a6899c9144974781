"""What a first visit costs on an old phone, beside stock Material in the same run.

Chromium with an empty cache, a 390 × 844 screen, a processor slowed four times, and a line of 1.6
Mbit/s down, 0.75 up, 150 ms there and back. Each figure is the median of five visits (one with
--quick); visits to the two sides take turns, so that what else the machine does falls on both.
Both are handed out by the same server with the same compression.

The peer is the same text under Material as it comes: its palette, search and Google's font. The
font's style sheet counts as a request to outside, and with nothing when that host cannot be
reached. Material's home page is its description alone and its forms are left out: both favour it.
"""

from __future__ import annotations

import gzip
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from forms_api.languages import DEFAULT
from scripts.bench.stock import build_stock
from scripts.bench.visit import KEYS, launch, visit
from scripts.build import build
from scripts.children import Child
from scripts.offline import worker
from scripts.outcome import CannotRun
from scripts.progress import say, step
from scripts.service import answers, free_port

ROOT = Path(__file__).resolve().parent.parent.parent
#: Pages to visit, and whether the peer has them.
PAGES = {
    "home": ("", True),
    "guide": ("find/lost-contact/", True),
    "branch": ("find/directory/ty-shenzhen-longgang-firms/", False),
    "province": ("find/directory/province/440000/", False),
    "form": ("away/register/", True),
    "search": ("search/", False),
    "home_en": ("en/", True),
    "guide_en": ("en/find/lost-contact/", True),
    "form_en": ("en/away/register/", True),
}
#: The most that a first visit to a page of ours may cost.
BUDGET = {"kb_gz": 45.0, "requests": 8, "external": 0, "cls": 0.0}
VISITS = 5
#: What browsers fetch some seconds after a first visit, for reading without a network: no page, but
#: a row of the result with its own limit.
LATER = "later"
LATER_BUDGET = {"kb_gz": 65.0}


def measure(quick: bool = False) -> dict[str, Any]:
    """page → `ours`, `material` → kb_gz, requests, external, lcp_ms, cls, tbt_ms."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        with step("ours: build", announce=True):
            ours = build(ROOT, folder / "ours").release
        if ours is None:
            raise CannotRun("网站没有建成：先运行 check。", "the site does not build: run check.")
        with step("material: build", announce=True):
            trees = {"ours": ours / "public", "material": build_stock(ROOT, folder / "stock")}
        sites = {
            side: stack.enter_context(_server(tree, folder / f"{side}-data"))
            for side, tree in trees.items()
        }
        browser = launch(stack.enter_context(sync_playwright()), ROOT)
        stack.callback(browser.close)
        say(f"Chromium {browser.version}, load {os.getloadavg()[0]:.1f}, {os.cpu_count()} CPUs")
        found: dict[str, Any] = {}
        for site in sites.values():
            visit(browser, site, "")  # the first start of anything is slower than all later ones
        for page, (path, both) in PAGES.items():
            with step(page, announce=True):
                rows: dict[str, list[dict[str, float]]] = {}
                for _ in range(1 if quick else VISITS):
                    for side in ("ours", "material") if both else ("ours",):
                        rows.setdefault(side, []).append(visit(browser, sites[side], path))
            found[page] = {side: median(visits) for side, visits in rows.items()}
        found[LATER] = {"ours": _later(trees["ours"])}
    return found


def _later(public: Path) -> dict[str, float]:
    """The worker and all files of the Chinese edition's essential pages, though a first visit has
    fetched some of them already; bodies after gzip, without headers."""
    files = [public / worker.NAME, *worker.files(ROOT, public, DEFAULT)]
    size = sum(len(gzip.compress(path.read_bytes(), 9)) for path in files)
    return dict.fromkeys(KEYS, 0.0) | {"kb_gz": round(size / 1024, 1), "requests": len(files)}


@contextmanager
def _server(public: Path, data: Path) -> Iterator[str]:
    """The development server over one tree; `data` keeps its database out of the way."""
    data.mkdir()
    port = free_port()
    environ = dict(os.environ) | {
        "FORMS_DATABASE_URL": f"sqlite:///{data / 'forms.sqlite'}",
        "FORMS_KEYS_FOLDER": str(data / "keys"),
        "FORMS_SITE_PROBLEMS": str(data / "problems.json"),
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


def median(rows: list[dict[str, float]]) -> dict[str, float]:
    """Of each figure by itself."""
    return {key: round(statistics.median(row[key] for row in rows), 3) for key in KEYS}


def over_budget(page: str, row: dict[str, float]) -> list[str]:
    """What a visit to a page of ours cost beyond BUDGET, in words."""
    return [
        f"{page}: {key} {row[key]:g} > {limit:g}"
        for key, limit in (LATER_BUDGET if page == LATER else BUDGET).items()
        if row[key] > limit
    ]


def shortfalls(result: dict[str, Any]) -> list[str]:
    return [line for page, sides in result.items() for line in over_budget(page, sides["ours"])]


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
