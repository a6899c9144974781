"""What the forms service can take: records a second and waiting times, beside a peer's.

Each request becomes one durable, sealed record: six rows in one transaction, SQLite with full
sync. Three sides take turns in the same run, and each figure is the median of three turns (one
with --quick): our service with its default server; a Django REST framework endpoint that keeps
the same rows and seals alike, under gunicorn with those workers that bring it the most requests a
second at 64 connections; and, without any service, bare inserts of the same rows one by one.

A request of ours confirms what was read back: it opens its token, seals, and stores. The peer reads
the answers with a serializer. Both answer with the receipt as data alone. The requests are made
before the clock starts, no two alike, and are sent by a process of their own over connections that
stay open.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyrage  # type: ignore[import-untyped]

from forms_api.sealing import Sealer
from scripts.bench import forms_load
from scripts.bench.forms_sides import Bare, Ours, Peer, Workers
from scripts.outcome import CannotRun
from scripts.progress import step
from scripts.prove.instance import ROOT, draft, folder

#: Connections → requests of one turn.
REQUESTS = {1: 300, 8: 1200, 64: 2000}
QUICK = {1: 20, 8: 80, 64: 192}
TURNS = 3
RECIPIENTS = 2  # what production asks for
CANDIDATES = (
    *(Workers("sync", 1, 1), Workers("sync", 2, 1), Workers("sync", 4, 1)),
    *(Workers("gthread", 1, 4), Workers("gthread", 2, 4), Workers("gthread", 4, 4)),
)
FIGURES = ("rps", "p50_ms", "p99_ms")
#: Connections → how many times the peer's requests a second ours must be, at least.
FASTER = {8: 2.0, 64: 2.5}
#: The most that our slowest hundredth may wait, as a share of the peer's.
PATIENT = 0.25


def measure(quick: bool = False) -> dict[str, Any]:
    """The keys of COMMANDS.md; also the workers tried, the ratio to bare inserts and the load."""
    sizes, turns = (QUICK, 1) if quick else (REQUESTS, TURNS)
    with folder() as where, ExitStack() as stack:
        recipients = where / "recipients"
        keys = [str(pyrage.x25519.Identity.generate().to_public()) for _ in range(RECIPIENTS)]
        recipients.write_text("\n".join(keys), "utf-8")
        tried = {} if quick else _try_all(where, recipients)
        best = max(tried, key=lambda one: tried[one]["rps"]) if tried else CANDIDATES[0]
        sides: dict[str, Ours | Peer] = {
            "ours": Ours(where, recipients),
            "drf": Peer(where, recipients, best),
        }
        bare = Bare(where, Sealer(keys).seal(dict(draft("怎样按月交党费？" * 20).values)))
        for one in (*sides.values(), bare):
            stack.callback(one.stop)
        runs, rates = _take_turns(sides, bare, sizes, turns, where)
    raw = statistics.median(rates)
    connections = {
        str(level): {name: _median(runs[level, name]) for name in sides} for level in sizes
    }
    return {
        "connections": connections,
        "raw_sqlite_rps": round(raw),
        "of_raw": round(max(one["ours"]["rps"] for one in connections.values()) / raw, 2),
        "database": "SQLite, synchronous=FULL",
        "server": "granian, 1 process, 64 threads",
        "peer": str(best),
        "tried": {str(one): found for one, found in tried.items()},
        "load_generator": round(max(one["processor"] for turn in runs.values() for one in turn), 2),
        "load": round(os.getloadavg()[0], 1),
    }


def _take_turns(
    sides: Mapping[str, Ours | Peer], bare: Bare, sizes: Mapping[int, int], turns: int, where: Path
) -> tuple[dict[tuple[int, str], list[dict[str, Any]]], list[float]]:
    """What each turn of each side found, by (connections, side); bare inserts a second."""
    runs: dict[tuple[int, str], list[dict[str, Any]]] = {}
    rates = []
    for side in sides.values():
        _turn(side, 8, sizes[1], where)  # the first answers of anything are slower
    with step("bench forms", announce=True) as progress:
        for turn in range(turns):
            for level, number in sizes.items():
                for name, side in sides.items():
                    runs.setdefault((level, name), []).append(_turn(side, level, number, where))
            rates.append(bare.rate(sizes[8]))
            progress.update(turn + 1, turns)
    return runs, rates


def _try_all(where: Path, recipients: Path) -> dict[Workers, dict[str, float]]:
    """What the peer does with each candidate's workers at 64 connections, once."""
    found = {}
    for workers in CANDIDATES:
        with step(str(workers), announce=True):
            peer = Peer(where, recipients, workers)
            try:
                _turn(peer, 8, 200, where)
                found[workers] = _figures(_turn(peer, 64, REQUESTS[64] // 3, where))
            finally:
                peer.stop()
    return found


def _turn(side: Ours | Peer, connections: int, number: int, where: Path) -> dict[str, Any]:
    path = where / "requests"
    forms_load.write(path, side.requests(number))
    command = [sys.executable, "-I", str(Path(forms_load.__file__)), str(side.port)]
    run = subprocess.run(
        [*command, str(connections), str(path)], capture_output=True, text=True, cwd=ROOT
    )
    if run.returncode:
        reason = run.stderr.strip().splitlines()[-1]
        raise CannotRun(f"测量中断：{reason}", f"the measurement broke off: {reason}")
    found: dict[str, Any] = json.loads(run.stdout)
    if found["statuses"] != {"201": number}:
        raise CannotRun(
            f"有请求没有成功：{found['statuses']}", f"not all were kept: {found['statuses']}"
        )
    return found


def _median(turns: list[dict[str, Any]]) -> dict[str, float]:
    """Of each figure by itself."""
    return _figures({key: statistics.median(one[key] for one in turns) for key in FIGURES})


def _figures(found: dict[str, Any]) -> dict[str, float]:
    return {key: round(found[key], 0 if key == "rps" else 1) for key in FIGURES}


def shortfalls(result: dict[str, Any]) -> list[str]:
    return list(_shortfalls(result["connections"]))


def _shortfalls(connections: dict[str, Any]) -> Iterator[str]:
    for level, times in FASTER.items():
        ours, drf = connections[str(level)]["ours"], connections[str(level)]["drf"]
        if ours["rps"] < times * drf["rps"]:
            ratio = ours["rps"] / drf["rps"]
            yield f"{level} connections: {ratio:.2f} times the peer's requests a second < {times:g}"
        if ours["p99_ms"] > PATIENT * drf["p99_ms"]:
            share = ours["p99_ms"] / drf["p99_ms"]
            yield f"{level} connections: p99 is {share:.2f} of the peer's > {PATIENT:g}"


def table(result: dict[str, Any]) -> str:
    """The same as lines for a terminal."""
    lines = ["connections  side      rps   p50 ms   p99 ms"]
    for level, sides in result["connections"].items():
        for name, row in sides.items():
            lines.append(
                f"{level:>11}  {name:<5} {row['rps']:>7.0f} {row['p50_ms']:>8.1f} "
                f"{row['p99_ms']:>8.1f}"
            )
    lines.append(f"bare inserts  {result['raw_sqlite_rps']:>9.0f}   ours at most "
                 f"{result['of_raw']:.0%} of it")  # fmt: skip
    lines.append(f"ours: {result['server']}; peer: {result['peer']}; {result['database']}; "
                 f"load {result['load']}")  # fmt: skip
    return "\n".join(lines)
