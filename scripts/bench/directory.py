"""What a directory of N made-up branches costs: pages, index, everything, one row changed.

A copy of the repository with N entries (its own and made-up ones) is built as `build` builds it,
then served while one row changes.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from scripts import standby
from scripts.bench import finder, hugo
from scripts.bench.copied import build, change, copied, offer_traditional, serve_one_row
from scripts.bench.tree import differences, shortfalls_of
from scripts.bench.visit import launch
from scripts.directory.importer import load_directory
from scripts.directory.schema import Directory

ROOT = Path(__file__).resolve().parents[2]
ENTRIES, QUICK = 10_000, 400
LANGUAGES = 2
_LINKS_UP_TO = 1000  # entries with which lychee reads every page
_PEER_PAGES, _PEER_ALL = 0.7, 1.5  # times the peer's seconds
_MOST_MB, _MOST_ROW = 3072.0, 3.0
LARGE = 100_000
_MOST_KB, _MOST_KB_LARGE, _MOST_MS = 60.0, 110.0, 5.0  # of the finder
_MOST_TRADITIONAL = 0.35  # of everything else
_PAIRS = 2  # builds with and without the Traditional edition


def measure(entries: int = ENTRIES, peer: str = "", quick: bool = False) -> dict[str, Any]:
    """One build, one changed row and, with `peer`, the same entries made by Hugo.

    That is in two languages; then what the Traditional edition takes besides, and a row with it. In
    short there is one build of all editions, a row, and another build to compare the tree with.
    """
    count = min(entries, QUICK) if quick else entries
    with copied(count) as root:
        offer_traditional(root, quick)
        built = build(root)
        public = Path(built["release"]) / "public"
        directory, _ = load_directory(root)
        few = count <= _LINKS_UP_TO
        editions = LANGUAGES + 1 if quick else LANGUAGES
        result = {
            "entries": built["entries"],
            "languages": editions,
            "seconds": built["seconds"],
            "peak_mb": built["peak_mb"],
            "peak_mb_by_stage": built["peak_mb_by_stage"],
            "output_mb": round(built["bytes"] / 2**20, 1),
            "pages": editions * built["entries"],
            "pages_a_second": round(editions * built["entries"] / built["seconds"]["pages"]),
            "shortfalls": shortfalls_of(public, directory, few, traditional=quick),
            "load": [round(number, 2) for number in os.getloadavg()],
            "peer": {},
        }
        if peer:
            made = hugo.measure(directory, public, root / "peer")
            result["peer"] = {"hugo": made.seconds}
            result["peer_details"] = {"version": made.version, "pages": made.pages, "by": made.way}
        if quick:
            result["rebuild_one_row_seconds"] = serve_one_row(root, count, *change(root))
            whole = Path(build(root, "--out", str(root / "whole"))["release"])
            result["shortfalls"] += differences(root / "var/current/public", whole / "public")
            return result
        with sync_playwright() as playwright:
            result["finder"] = finder.measure(launch(playwright, ROOT), public)
        result["rebuild_one_row_seconds"] = serve_one_row(root, count, *change(root))
        if count <= standby.MOST:
            figures, lacks = _traditional(root, directory, few)
            result |= figures
            result["shortfalls"] += lacks
            result["traditional_row_seconds"] = serve_one_row(root, count, *change(root))
        return result


def _traditional(
    root: Path, directory: Directory, links: bool
) -> tuple[dict[str, float], list[str]]:
    """What builds take more with the Traditional edition than without it, in turn, each into an
    empty folder; and what the edition's tree lacks. Leaves the edition offered."""
    seconds = {False: 0.0, True: 0.0}
    lacks: list[str] = []
    for offer in (False, True) * _PAIRS:
        offer_traditional(root, offer)
        out = root / "pair"
        built = build(root, "--out", str(out))
        seconds[offer] += built["seconds"]["total"]
        if offer:
            lacks = shortfalls_of(Path(built["release"]) / "public", directory, links, True)
        shutil.rmtree(out)
    more = (seconds[True] - seconds[False]) / _PAIRS
    share = more * _PAIRS / seconds[False]
    return {"traditional_seconds": round(more, 3), "traditional_share": round(share, 3)}, lacks


def table(result: dict[str, Any]) -> str:
    """For people; the keys are those of the JSON."""
    seconds, peer = result["seconds"], result["peer"].get("hugo")
    lines = [f"{result['entries']} × {result['languages']}  s  MB"]
    for name, taken in seconds.items():
        beside = f"{taken / peer:7.2f} × hugo" if peer and name in ("pages", "total") else ""
        held = result["peak_mb_by_stage"].get(name, "")
        lines.append(f"{name:12}{taken:9.2f}{held!s:>9}{beside}")
    if peer:
        details = result["peer_details"]
        lines.append(f"{'hugo':12}{peer:9.2f}  {details['version']}, {details['by']}")
    if "finder" in result:
        told = " ".join(f"{name} {value}" for name, value in result["finder"].items())
        lines.append(f"{'finder':12} {told}")
    lines.append(f"{'one row':12}{result['rebuild_one_row_seconds']:9.2f}")
    if "traditional_seconds" in result:
        more, row = result["traditional_seconds"], result["traditional_row_seconds"]
        share = result["traditional_share"]
        lines.append(f"{'traditional':12}{more:9.2f}  {share:.0%} of the total, one row {row:.2f}")
    lines.append(f"{'peak MB':12}{result['peak_mb']:9.1f}  output MB {result['output_mb']:.1f}")
    return "\n".join(lines)


def shortfalls(result: dict[str, Any]) -> list[str]:
    """What misses its figure; the comparisons with the peer need the peer."""
    seconds, peer = result["seconds"], result["peer"].get("hugo")
    found = list(result["shortfalls"])
    limits = [("peak_mb", result["peak_mb"], _MOST_MB)]
    if ENTRIES <= result["entries"] <= standby.MOST:
        limits.append(("rebuild_one_row_seconds", result["rebuild_one_row_seconds"], _MOST_ROW))
        limits.append(("traditional_row_seconds", result["traditional_row_seconds"], _MOST_ROW))
        limits.append(("traditional_share", result["traditional_share"], _MOST_TRADITIONAL))
    if "finder" in result:
        most = _MOST_KB if result["entries"] < LARGE else _MOST_KB_LARGE
        limits.append(("finder.first_kb", result["finder"]["first_kb"], most))
        limits.append(("finder.p95_ms", result["finder"]["p95_ms"], _MOST_MS))
    if peer and result["entries"] >= ENTRIES:
        limits.append(("seconds.pages", seconds["pages"], _PEER_PAGES * peer))
        limits.append(("seconds.total", seconds["total"], _PEER_ALL * peer))
    elif peer and result["languages"] == LANGUAGES:
        limits.append(("seconds.pages", seconds["pages"], peer))
    return found + [f"{name} {got:.2f} > {most:.2f}" for name, got, most in limits if got > most]
