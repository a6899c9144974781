"""`manage.py purge`: the forms service forgets what is due, in a process of its own."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dry-run", action="store_true", help="只说会删什么 / say what would go, change nothing"
    )
    parser.add_argument(
        "--json", action="store_true", help="只输出一个 JSON 对象 / print one JSON object on stdout"
    )


def run(args: argparse.Namespace) -> int:
    """The service's own exit code."""
    chosen = ["--dry-run"] * args.dry_run + ["--json"] * args.json
    command = [sys.executable, "-m", "forms_api.cli", "purge", *chosen]
    return subprocess.run(command, cwd=ROOT).returncode
