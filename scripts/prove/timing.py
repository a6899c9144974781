"""How long something took, and how that reads."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

SECOND = 1.0  # what nobody at a desk or a form waits longer than


def seconds_of(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def in_ms(seconds: list[float]) -> dict[str, int]:
    ordered = sorted(seconds)
    return {
        "p50": round(statistics.median(ordered) * 1000),
        "p99": round(ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)] * 1000),
    }
