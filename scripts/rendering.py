"""MkDocs in a copy of this process, which has read everything already, while other work goes on."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.beside import Promise, beside
from scripts.problems import Problem
from scripts.sources import Sources, read_sources

_handed: dict[Path, Sources] = {}


def sources_of(root: Path) -> Sources:
    """For MkDocs' hooks: what they were handed, or read now when MkDocs was started by hand."""
    return _handed.get(root) or read_sources(root)


@contextmanager
def rendering(root: Path, public: Path, sources: Sources) -> Iterator[Promise[list[Problem]]]:
    """Write the pages of `root` to `public`; what MkDocs warns of comes as problems."""
    with beside(lambda: _render(root, public, sources), "MkDocs") as promise:
        yield promise


def _render(root: Path, public: Path, sources: Sources) -> list[Problem]:
    """In the child: nothing that is set here is seen by anybody else."""
    _handed[root] = sources
    os.environ["NO_MKDOCS_2_WARNING"] = "1"
    sys.path.insert(0, str(root))
    os.chdir(root)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(said.fileno(), stream.fileno())
        code = _build(public)
        said.seek(0)
        lines = [line.strip() for line in said if line.strip()]
    if code == 0:
        return []
    noted = [line for line in lines if line.startswith(("WARNING", "ERROR"))]
    return [Problem("mkdocs.yml", 0, "mkdocs", line) for line in noted or lines[-3:]]


def _build(public: Path) -> int:
    """Its exit code. MkDocs is loaded only where it runs."""
    from mkdocs.__main__ import cli

    try:
        cli.main(["build", "--strict", "--site-dir", str(public)], prog_name="mkdocs")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except Exception:  # of a template or a hook: to be told like what MkDocs itself says
        traceback.print_exc()
        return 1
    return 0
