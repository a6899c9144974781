"""Builds beside a running site: whether one is due, in a process of its own, and what it said."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from forms_api import clock
from scripts import fingerprint
from scripts.children import Child
from scripts.errand import READY, Errand
from scripts.outcome import CANNOT, DONE, SHORT, both

ROWS = "docs/data/branches.csv"


@dataclass(frozen=True)
class Result:
    """`code` as in scripts/outcome.py; a problem has `file`, `line`, `code`, `message`."""

    code: int
    seconds: float
    problems: tuple[dict[str, Any], ...]


def released(root: Path) -> dict[str, Any] | None:
    """What the release being served says of itself; None when there is none."""
    try:
        text = (root / "var/current/_private/release.json").read_text(encoding="utf-8")
        release = json.loads(text)
    except (OSError, ValueError):
        return None
    return release if isinstance(release, dict) else None


class Rebuilder:
    """At most one build at a time; set `due` when something may have changed, even during one.

    With `stand_by` a second process gets ready for a change of rows alone, and is asked first.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.due = True
        self._child: Child | None = None
        self._output: IO[bytes] | None = None
        self._errand: Errand | None = None
        self._asked = self._stands_by = False
        release = released(root) or {}
        today = clock.today().isoformat()  # a page's freshness and its events depend on it
        fresh = release.get("today", today) == today
        self._seen = str(release.get("fingerprint", "")) if fresh else ""

    @property
    def running(self) -> bool:
        return self._child is not None or self._asked

    def stand_by(self) -> None:
        """From now on, whenever a whole release has been built of the present sources."""
        self._stands_by = True
        self._leave()
        fixed = str((released(self.root) or {}).get("fixed", ""))
        if fixed == _marks(self.root)[1]:
            self._errand = Errand.begin(self.root, fixed)

    def start_if_due(self) -> bool:
        """Start a build unless one runs or the sources are what was built (or tried) last."""
        if self.running or not self.due:
            return False
        self.due = False
        now, fixed = _marks(self.root)
        if now == self._seen:
            return False
        self._seen = now
        if self._errand and self._errand.fixed == fixed and self._errand.lives:
            self._asked = self._errand.ask()
        if not self._asked:
            self._start()
        return True

    def _start(self) -> None:
        self._leave()
        # Closed in `_close`: it lives as long as the child that writes to it.
        self._output = tempfile.TemporaryFile()  # noqa: SIM115
        command = [sys.executable, str(self.root / "scripts/manage.py"), "build", "--json"]
        self._child = Child(command, self.root, stdout=self._output)

    def finished(self, wait: bool = False) -> Result | None:
        """The result of the build that has just ended; None while there is nothing to tell."""
        if self._asked:
            return self._heard()
        if self._child is None or self._output is None:
            return None
        code = self._child.wait() if wait else self._child.ended()
        if code is None:
            return None
        self._output.seek(0)
        result = _result(code, self._output.read())
        self._close()
        record_problems(self.root, result)
        if self._stands_by and code == DONE:
            self.stand_by()
        return result

    def _heard(self) -> Result | None:
        """The answer of the process that stands by; what it cannot do is built whole."""
        assert self._errand is not None
        lived = self._errand.lives
        answers = [answer for answer in self._errand.hear() if answer != READY]
        if not answers and lived:
            return None
        self._asked = False
        if not answers or answers[0] is None:
            self._start()
            return None
        result = _told(DONE if not answers[0]["problems"] else SHORT, answers[0])
        record_problems(self.root, result)
        return result

    def stop(self) -> None:
        self._leave()
        if self._child is not None:
            self._child.stop(patience=5.0)
        self._close()

    def _leave(self) -> None:
        if self._errand is not None:
            self._errand.stop()
        self._errand, self._asked = None, False

    def _close(self) -> None:
        if self._output is not None:
            self._output.close()
        self._child = self._output = None


def _marks(root: Path) -> tuple[str, str]:
    """Fingerprints of all sources, and of all but the directory's rows."""
    return fingerprint.with_and_without(root, ROWS)


def _result(code: int, output: bytes) -> Result:
    try:
        report = json.loads(output)
    except ValueError:
        report = {}
    return _told(code, report if isinstance(report, dict) else {})


def _told(code: int, report: dict[str, Any]) -> Result:
    """From the seconds and problems of `report`, which are said as by `build --json`."""
    seconds = float(report.get("seconds", {}).get("total", 0.0))
    problems = tuple(report.get("problems", ()))
    if code != DONE and not problems:
        zh, en = "生成中断，原因见终端", "the build broke off; the terminal says why"
        problem = {"file": "scripts/build.py", "line": 0, "code": "build", "message": both(zh, en)}
        problems = (problem,)
    return Result(code if code in (DONE, SHORT) else CANNOT, seconds, problems)


def record_problems(root: Path, result: Result) -> None:
    """var/problems.json, which the development server shows on every page; no file, no problem."""
    file = root / "var/problems.json"
    if result.code == DONE:
        file.unlink(missing_ok=True)
        return
    part = file.with_name(f"problems.json.{os.getpid()}")
    file.parent.mkdir(exist_ok=True)
    text = json.dumps({"problems": list(result.problems)}, ensure_ascii=False, indent=1)
    part.write_text(text + "\n", encoding="utf-8")
    part.replace(file)


def line_of(problem: dict[str, Any]) -> str:
    place = str(problem.get("file", ""))
    if problem.get("line"):
        place += f":{problem['line']}"
    return f"{place}: {problem.get('message', '')} [{problem.get('code', '')}]"
