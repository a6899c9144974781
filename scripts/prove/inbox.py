"""The desk's inbox: quick with many, gentle with who writes beside it, whole after a kill -9."""

from __future__ import annotations

from typing import Any

from scripts.prove import inbox_beside, inbox_killed, inbox_many


def prove(quick: bool) -> dict[str, Any]:
    parts = [
        inbox_many.prove(200 if quick else 50_000),
        inbox_beside.prove(1.0 if quick else 20.0, 4 if quick else 8),
        inbox_killed.prove(1 if quick else 20),
    ]
    holds = all([part.pop("holds") for part in parts])
    return {"holds": holds, **{name: value for part in parts for name, value in part.items()}}
