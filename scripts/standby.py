"""A process that has read everything before a row changes: `serve` asks it for quick builds.

Each line of its input asks for one; the answer is a line of JSON, seconds and problems as
`build --json` says them (files are not counted), or null when only a whole build will do. It stands
by for the sources that it has read: when anything but branches.csv changes, another process takes
its place.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forms_api import clock
from scripts import fingerprint, quick, rows
from scripts.errand import READY
from scripts.quick import Marks
from scripts.sources import Texts, read_sources, read_texts
from scripts.stages import BuildResult
from scripts.traditional import edition

#: With more entries than this it would hold too much memory for too long.
MOST = 30_000


@dataclass(frozen=True)
class Standby:
    root: Path
    marks: Marks
    texts: Texts

    @classmethod
    def ready(cls, root: Path) -> Standby | None:
        """None where the release being served was made from other sources, or is too large."""
        marks = _marks(root)
        if quick.last(root, marks.fixed, clock.today()) is None:
            return None
        standby = cls(root, marks, read_texts(root))
        return standby if standby.prepare() else None

    def prepare(self) -> bool:
        """Do beforehand what does not depend on the change; False when there is nothing to do."""
        last = quick.last(self.root, self.marks.fixed, clock.today())
        if last is None:
            return False
        sources = read_sources(self.root, self.texts)
        if len(sources.branches.branches) > MOST:
            return False
        if last.kept(self.root, sources) is not None:
            last.spare()
        if traditional := edition.of(self.root, sources.site.identity):
            traditional.directory.directory(sources.branches)
        return True

    def answer(self) -> BuildResult | None:
        """A release with the rows as they are now; None when only a whole build will do."""
        result, began = BuildResult(), time.perf_counter()
        marks = _marks(self.root)
        last = quick.last(self.root, self.marks.fixed, clock.today())
        if marks.fixed != self.marks.fixed or last is None:
            return None
        if not rows.rebuild(self.root, last, marks, result, self.texts):
            return None
        result.seconds["total"] = round(time.perf_counter() - began, 3)
        return result


def _marks(root: Path) -> Marks:
    return Marks(*fingerprint.with_and_without(root, quick.BRANCHES.as_posix()))


def serve(root: Path, asked: Iterator[str]) -> None:
    """Say that it is ready, then answer each line."""
    standby = Standby.ready(root)
    if standby is None:
        return
    _say(READY)
    for _ in asked:
        result = standby.answer()
        _say(result.as_dict() if result else None)
        if result is None:
            return
        rows.finish(standby.root, result)
        standby.prepare()


def _say(answer: str | dict[str, Any] | None) -> None:
    print(json.dumps(answer, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), iter(sys.stdin))
