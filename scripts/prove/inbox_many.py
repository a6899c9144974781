"""Many submissions: what unlocking takes and shows, then how long lists, searches, pages take."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from scripts.progress import step
from scripts.prove.desk import Desk
from scripts.prove.instance import AGE, draft, folder, form, inside, mark
from scripts.prove.timing import SECOND, in_ms, seconds_of

MANY = 5_000  # submissions, that take long enough to open for a count to be shown
_DONE = re.compile(r'<progress[^>]* value="(\d+)"')
_REFERENCE = re.compile(r'href="/s/([A-Z0-9-]+)" data-row')


def prove(count: int) -> dict[str, Any]:
    with folder() as where, _filled(where, count) as (database, key, words):
        desk = Desk(where, database, key)
        try:
            desk.enters()
            began = time.monotonic()
            desk.unlocks()
            shown = list(_progress(desk))
            opening = time.monotonic() - began
            list_seconds = _timed(desk, ["/?desk=", "/?desk=&page=9", "/?desk=&sort=new"] * 5)
            search_seconds = [_search(desk, words[n % len(words)]) for n in range(10)]
            reference = _REFERENCE.findall(desk.request("GET", "/?desk=")[2])[0]
            page_seconds = _timed(desk, [f"/s/{reference}"] * 5)
        finally:
            desk.stop()
    slowest = max(*list_seconds, *page_seconds, *(seconds for seconds, _ in search_seconds))
    return {
        "holds": slowest < SECOND
        and all(found == 1 for _, found in search_seconds)
        and shown == sorted(shown)
        and (len(shown) > 0 or count < MANY),
        "submissions": count,
        "opening_seconds": round(opening, 2),
        "progress_shown": len(set(shown)),
        "list_ms": in_ms(list_seconds),
        "search_ms": in_ms([seconds for seconds, _ in search_seconds]),
        "one_ms": in_ms(page_seconds),
        "slowest_ms": round(slowest * 1000),
    }


@contextmanager
def _filled(where: Path, count: int) -> Iterator[tuple[str, Path, list[str]]]:
    """A database with that many submissions, its key, and words that are in one of them each."""
    with inside(where) as (mine, identity), step(f"{count} submissions") as progress:
        key = where / "desk.key"
        key.write_text(f"{identity}\n", "utf-8")
        marks = [mark() for _ in range(10)]

        def send(number: int) -> None:
            word = marks[number // 7] if number % 7 == 0 and number < 70 else ""
            text = f"{word} 请问第 {number} 个问题：组织关系还在老家，党费怎么交？" * 3
            mine.keeping.keep(form(), draft(text), AGE)
            progress.update(number, count)

        with ThreadPoolExecutor(32) as pool:
            list(pool.map(send, range(count)))
        yield mine.settings.database_url, key, marks


def _progress(desk: Desk) -> Iterator[int]:
    """The counts that were shown, until the list is."""
    while found := _DONE.search(desk.request("GET", "/")[2]):
        yield int(found[1])
        time.sleep(0.1)


def _search(desk: Desk, word: str) -> tuple[float, int]:
    """Seconds until the result stands there, its list before it included; how many were found."""
    began = time.monotonic()
    found = _REFERENCE.findall(desk.searches(word))
    return time.monotonic() - began, len(found)


def _timed(desk: Desk, paths: list[str]) -> list[float]:
    return [seconds_of(partial(_shown, desk, path)) for path in paths]


def _shown(desk: Desk, path: str) -> None:
    if (status := desk.request("GET", path)[0]) != 200:
        raise RuntimeError(f"{path} was answered with {status}")
