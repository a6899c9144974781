"""The measurement of the forms service: a short run of all sides, and what it makes of figures."""

from __future__ import annotations

import json

import pytest

from scripts.bench import forms

FAST = {"rps": 3000, "p50_ms": 2.0, "p99_ms": 10.0}
SLOW = {"rps": 1000, "p50_ms": 9.0, "p99_ms": 100.0}


def both(ours: dict[str, float], drf: dict[str, float]) -> dict[str, object]:
    return {"connections": {level: {"ours": ours, "drf": drf} for level in ("1", "8", "64")}}


def test_all_sides_keep_what_they_are_sent_and_are_told_apart() -> None:
    result = forms.measure(quick=True)
    assert set(result["connections"]) == {"1", "8", "64"}
    for sides in result["connections"].values():
        assert set(sides) == {"ours", "drf"}
        for row in sides.values():
            assert row["rps"] > 0 and 0 < row["p50_ms"] <= row["p99_ms"]
    assert result["raw_sqlite_rps"] > 0
    assert "FULL" in result["database"] and "granian" in result["server"]
    assert json.dumps(result) and len(forms.table(result).splitlines()) == 9


@pytest.mark.parametrize(
    ("ours", "drf", "short"),
    [
        (FAST, SLOW, []),
        ({**FAST, "rps": 2400}, SLOW, ["64 connections: 2.40 times"]),
        ({**FAST, "rps": 1900}, SLOW, ["8 connections: 1.90 times", "64 connections: 1.90 times"]),
        ({**FAST, "p99_ms": 26}, SLOW, ["8 connections: p99", "64 connections: p99"]),
    ],
    ids=["both hold", "too slow at 64", "too slow", "too long a wait"],
)
def test_what_is_missed_is_named(
    ours: dict[str, float], drf: dict[str, float], short: list[str]
) -> None:
    found = forms.shortfalls(both(ours, drf))
    assert [line.startswith(start) for line, start in zip(found, short, strict=True)] == [
        True for _ in short
    ]
