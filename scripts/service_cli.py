"""A command of the forms service, run as a process of its own: the build imports none of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def call(name: str, *words: str | Path) -> int:
    """The service's own exit code. Paths must be absolute: the process starts in the repository."""
    command = [sys.executable, "-m", "forms_api.cli", name, *map(str, words)]
    return subprocess.run(command, cwd=ROOT).returncode


def option(name: str, value: Path | None) -> list[str | Path]:
    """Nothing, or an option with the absolute path that was meant from here."""
    return [] if value is None else [name, value.resolve()]
