"""A copy of the repository with N branches, built and served as people do it."""

from __future__ import annotations

import json
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

from forms_api import clock
from scripts import environment, spare, standby
from scripts.bench.entries import add_entries
from scripts.bench.memory import watched
from scripts.children import Child
from scripts.outcome import CannotRun
from scripts.quick import BRANCHES
from scripts.service import free_port

ROOT = Path(__file__).resolve().parents[2]
#: What the build is made from; the environment is shared by a link.
_COPIED = ("docs", "forms_api", "scripts", "mkdocs.yml", "requirements.txt", "requirements-dev.txt")
_PATIENCE = 300.0  # seconds to wait for a page that was changed
_TRADITIONAL = re.compile(r"^( +traditional: *)(?:true|false)\b", re.MULTILINE)


@contextmanager
def copied(count: int) -> Iterator[Path]:
    """Its root: `count` entries, the repository’s own and made-up ones; deleted at the end."""
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


def offer_traditional(root: Path, offer: bool) -> None:
    """Switch the edition on or off in the copy's mkdocs.yml."""
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


def build(root: Path, *options: str) -> dict[str, Any]:
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


def change(root: Path) -> tuple[str, bytes, bytes]:
    """An entry's page, the mailbox that it shows, and the one that it is to show."""
    before, after = b"branch-7@example.org", b"branch-new@example.org"
    rows = (root / BRANCHES).read_bytes().splitlines()
    if any(after in row for row in rows):
        before, after = after, before
    row = next(row for row in rows if before in row)
    return f"find/directory/{row.split(b',', 1)[0].decode()}/", before, after


def serve_one_row(root: Path, count: int, page: str, before: bytes, after: bytes) -> float:
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
