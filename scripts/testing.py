"""`manage.py test`: style, types, imports, then every test. Nothing is skipped silently."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from scripts import tools
from scripts.outcome import CANNOT, DONE, SHORT, both
from scripts.progress import say, step

ROOT = Path(__file__).resolve().parent.parent
PASSES_ON = True  # what our parser does not know goes to pytest
QUICK = ("tests/unit", "tests/api")

# Each with the command that shows, and where there is one the command that mends.
INSPECTIONS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("ruff check", ("ruff", "check", "."), "ruff check --fix ."),
    ("ruff format", ("ruff", "format", "--check", "."), "ruff format ."),
    ("mypy", ("mypy",), ""),
    ("lint-imports", ("lint-imports",), ""),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.usage = "manage.py test [-h] [--quick] [--all] [PYTEST ARGUMENTS]"
    parser.add_argument(
        "--quick",
        action="store_true",
        help="只跑不需要浏览器和整站的测试 / only tests that need no browser and no built site",
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="给了 pytest 参数时也检查风格、类型和依赖方向 / "
        "check style, types and imports even when pytest arguments are given",
    )
    parser.epilog = (
        "其余参数交给 pytest，例如 / further arguments go to pytest, for instance: "
        "manage.py test tests/unit -k stamp"
    )


def run(args: argparse.Namespace) -> int:
    """1 when anything falls short. pytest comes last, so that its closing line is ours."""
    rest: list[str] = args.rest
    whole = not rest and not args.quick
    if whole:
        for tool in tools.NEEDED:
            tools.require(tool, ROOT)
    failed = _inspect() if whole or args.all or args.quick else []
    if failed:
        names = ", ".join(failed)
        say(
            both(
                f"未通过：{names}；下面继续运行测试", f"fell short: {names}; the tests go on below"
            )
        )
    chosen = [name for name in QUICK if (ROOT / name).is_dir()] if args.quick else []
    if whole or args.quick:
        chosen += ["-n", str(_processes()), "--dist", "worksteal"]
    sys.stdout.flush()
    tests = subprocess.run([sys.executable, "-m", "pytest", *chosen, *rest], cwd=ROOT)
    if tests.returncode > 1:
        return CANNOT
    return SHORT if failed or tests.returncode else DONE


def _processes() -> int:
    """Tests mostly wait for browsers and services: one process more than there are cores pays."""
    return min((os.cpu_count() or 1) + 1, 4)


def _inspect() -> list[str]:
    """The names of the inspections that failed; what they found goes to stderr."""
    failed = []
    bin_folder = Path(sys.executable).parent
    for name, (program, *arguments), remedy in INSPECTIONS:
        with step(name, announce=True):
            done = subprocess.run(
                [bin_folder / program, *arguments],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        if done.returncode:
            failed.append(name)
            say(done.stdout.rstrip())
            if remedy:
                say(both(f"自动修正：.venv/bin/{remedy}", f"to mend it: .venv/bin/{remedy}"))
    return failed
