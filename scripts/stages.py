"""What a build did: its stages in seconds, what came out, what was wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.problems import Problem
from scripts.progress import step
from scripts.walk import sizes_below


@dataclass
class BuildResult:
    """Seconds a stage, and what came out; `release` is None when there were problems."""

    seconds: dict[str, float] = field(default_factory=dict)
    began: dict[str, float] = field(default_factory=dict)  # each stage, since the epoch
    files: int = 0
    bytes: int = 0
    entries: int = 0
    release: Path | None = None
    problems: list[Problem] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str, words: str) -> Iterator[None]:
        self.began[name], began = round(time.time(), 3), time.perf_counter()
        with step(words):
            yield
        self.seconds[name] = round(time.perf_counter() - began, 3)

    def count(self, public: Path) -> None:
        """Files and bytes of a finished tree."""
        sizes = list(sizes_below(public))
        self.files, self.bytes = len(sizes), sum(sizes)

    def as_dict(self) -> dict[str, Any]:
        return {
            "seconds": self.seconds,
            "began": self.began,
            "files": self.files,
            "bytes": self.bytes,
            "entries": self.entries,
            "release": str(self.release) if self.release else None,
            "problems": [problem.as_dict() for problem in self.problems],
        }
