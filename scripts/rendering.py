"""MkDocs in a process of its own, so that other work goes on beside it."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.children import Child
from scripts.problems import Problem


class Rendering:
    """A run of MkDocs; what it warns of stops the build."""

    def __init__(self, child: Child, said: Path) -> None:
        self._child, self._said = child, said

    def problems(self) -> list[Problem]:
        """Once it has ended."""
        if self._child.wait() == 0:
            return []
        text = self._said.read_text(encoding="utf-8", errors="replace")
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        noted = [line for line in lines if line.startswith(("WARNING", "ERROR"))]
        return [Problem("mkdocs.yml", 0, "mkdocs", line) for line in noted or lines[-3:]]


@contextmanager
def rendering(root: Path, public: Path) -> Iterator[Rendering]:
    """Begin to write the pages of `root` to `public`; leaving the block early ends the work."""
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict"]
    environ = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(root)}
    with tempfile.NamedTemporaryFile(prefix="jinqiao-mkdocs-") as said:
        where = ["--site-dir", str(public)]
        child = Child([*command, *where], root, environ, stdout=said.file, stderr=said.file)
        try:
            yield Rendering(child, Path(said.name))
        finally:
            child.kill()
