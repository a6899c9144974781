"""What a directory of N made-up branches costs: pages, index, everything, one row changed.

A copy of the repository with N entries (its own and made-up ones) is built as `build` builds it,
then served while one row changes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from forms_api import clock
from scripts import environment, spare, standby
from scripts.bench import finder, hugo
from scripts.bench.entries import add_entries
from scripts.bench.memory import watched
from scripts.bench.tree import differences, shortfalls_of
from scripts.bench.visit import launch
from scripts.children import Child
from scripts.directory.importer import load_directory
from scripts.outcome import CannotRun
from scripts.quick import BRANCHES
from scripts.service import free_port

ROOT = Path(__file__).resolve().parents[2]
ENTRIES, QUICK = 10_000, 400
LANGUAGES = 2
#: What the build is made from; the environment is shared by a link.
_COPIED = ("docs", "forms_api", "scripts", "mkdocs.yml", "requirements.txt", "requirements-dev.txt")
_LINKS_UP_TO = 1000  # entries with which lychee reads every page
_PATIENCE = 300.0  # seconds to wait for a page that was changed
_PEER_PAGES, _PEER_ALL = 0.7, 1.5  # times the peer's seconds
_MOST_MB, _MOST_ROW = 3072.0, 3.0
LARGE = 100_000
_MOST_KB, _MOST_KB_LARGE, _MOST_MS = 60.0, 110.0, 5.0  # of the finder
_MOST_TRADITIONAL = 0.35  # of everything else
_TRADITIONAL = re.compile(r"^( +traditional: *)(?:true|false)\b", re.MULTILINE)


def measure(entries: int = ENTRIES, peer: str = "", quick: bool = False) -> dict[str, Any]:
    """One build, one changed row and, with `peer`, the same entries made by Hugo.

    That is in two languages; then what the Traditional edition takes besides, and a row with it. In
    short there is one build of all editions, a row, and another build to compare the tree with.
    """
    count = min(entries, QUICK) if quick else entries
    with _copy(count) as root:
        _offer_traditional(root, quick)
        built = _build(root)
        public = Path(built["release"]) / "public"
        directory, _ = load_directory(root)
        few = count <= _LINKS_UP_TO
        editions = LANGUAGES + quick
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
            result["rebuild_one_row_seconds"] = _serve_one_row(root, count, *_change(root))
            whole = Path(_build(root, "--out", str(root / "whole"))["release"])
            result["shortfalls"] += differences(root / "var/current/public", whole / "public")
            return result
        with sync_playwright() as playwright:
            result["finder"] = finder.measure(launch(playwright, ROOT), public)
        result["rebuild_one_row_seconds"] = _serve_one_row(root, count, *_change(root))
        if count <= standby.MOST:
            _offer_traditional(root, True)
            both = _build(root)
            more = both["seconds"]["total"] - built["seconds"]["total"]
            result["traditional_seconds"] = round(more, 3)
            public = Path(both["release"]) / "public"
            result["shortfalls"] += shortfalls_of(public, directory, few, traditional=True)
            result["traditional_row_seconds"] = _serve_one_row(root, count, *_change(root))
        return result


@contextmanager
def _copy(count: int) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="jinqiao-directory-") as folder:
        root = Path(folder)
        for name in _COPIED:
            if (ROOT / name).is_dir():
                leave = shutil.ignore_patterns("__pycache__")
                shutil.copytree(ROOT / name, root / name, ignore=leave)
            else:
                shutil.copyfile(ROOT / name, root / name)
        _share_environment(root)
        add_entries(root / BRANCHES, count, today=clock.today())
        yield root


def _offer_traditional(root: Path, offer: bool) -> None:
    config = root / "mkdocs.yml"
    text = config.read_text(encoding="utf-8")
    said = _TRADITIONAL.sub(rf"\1{str(offer).lower()}", text)
    config.write_text(said, encoding="utf-8")


def _share_environment(root: Path) -> None:
    """An environment of the copy's own whose parts are those of this one."""
    ours, copy = Path(sys.prefix), environment.folder(root)
    copy.mkdir()
    for part in ours.iterdir():
        if part.name != environment.STAMP:
            (copy / part.name).symlink_to(part)
    stamp = json.loads((ours / environment.STAMP).read_text(encoding="utf-8"))
    (copy / environment.STAMP).write_text(json.dumps({**stamp, "folder": str(copy)}), "utf-8")


def _build(root: Path, *options: str) -> dict[str, Any]:
    """What `build --json` says, and the memory of each stage besides."""
    began = time.time()
    command = [str(root / ".venv/bin/python"), "scripts/manage.py", "build", "--json", *options]
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True)
    with watched(process.pid) as watch:
        output, _ = process.communicate()
    try:
        built: dict[str, Any] = json.loads(output)
    except ValueError:
        built = {}
    if not built.get("release"):
        said = "; ".join(problem["message"] for problem in built.get("problems", ())[:3])
        raise CannotRun(f"没有建成：{said}", f"it was not built: {said}")
    stages = [*built["began"].items(), ("", time.time())]
    built["peak_mb"] = watch.peak(began)
    built["peak_mb_by_stage"] = {
        name: watch.peak(start, end) for (name, start), (_, end) in pairwise(stages)
    }
    return built


def _change(root: Path) -> tuple[str, bytes, bytes]:
    """An entry's page, the mailbox that it shows, and the one that it is to show."""
    before, after = b"branch-7@example.org", b"branch-new@example.org"
    rows = (root / BRANCHES).read_bytes().splitlines()
    if any(after in row for row in rows):
        before, after = after, before
    row = next(row for row in rows if before in row)
    return f"find/directory/{row.split(b',', 1)[0].decode()}/", before, after


def _serve_one_row(root: Path, count: int, page: str, before: bytes, after: bytes) -> float:
    """Seconds from saving branches.csv under `serve` until the new page is served.

    The row is changed once `serve` stands by for it, as it does while somebody looks for the row;
    for a very large directory it never does.
    """
    stands_by = count <= standby.MOST
    file = root / BRANCHES
    port = free_port()
    command = [str(root / ".venv/bin/python"), "scripts/manage.py", "serve", "--port", str(port)]
    child = Child(command, root)
    try:
        address = f"http://127.0.0.1:{port}/"
        _wait_for(f"{address}{page}", before)
        if stands_by:
            _wait_until(lambda: spare.is_ready(root / "var/current"), "standing by")
        time.sleep(2)  # the watcher needs a moment
        began = time.perf_counter()
        file.write_bytes(file.read_bytes().replace(before, after))
        _wait_for(f"{address}{page}", after)
        taken = round(time.perf_counter() - began, 3)
        # Compressed twins follow, and the next row is prepared for.
        if stands_by:
            _wait_until(lambda: spare.is_ready(root / "var/current"), "standing by")
        return taken
    finally:
        child.stop()


def _wait_for(address: str, words: bytes) -> None:
    def shown() -> bool:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310  # our own
                return words in answer.read()
        except (urllib.error.URLError, OSError):
            return False

    _wait_until(shown, address)


def _wait_until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise CannotRun(f"等不到：{what}", f"waited in vain: {what}")
        time.sleep(0.02)


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
        share = more / seconds["total"]
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
        most = _MOST_TRADITIONAL * seconds["total"]
        limits.append(("traditional_seconds", result["traditional_seconds"], most))
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
