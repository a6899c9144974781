"""`manage.py prove NAME`: one subcommand a promise; 0 when it holds, 1 when it does not."""

from __future__ import annotations

import argparse
import importlib
import json
import logging
from typing import Any

import structlog

from scripts.outcome import DONE, SHORT, both
from scripts.progress import say

# Each module has `prove(quick) -> dict` with `name`, `holds` and its counts.
PROOFS = (
    "erasure",
    "fuzz",
    "idempotency",
    "kill",
    "outage",
    "oversell",
    "plaintext",
    "restore",
    "sync",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    names = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    for name in PROOFS:
        doc = (_module(name).__doc__ or "").split("\n")[0]
        one = names.add_parser(name, help=doc, description=doc)
        one.add_argument("--json", action="store_true", help="print one JSON object on stdout")
        one.add_argument("--quick", action="store_true", help="the shorter run that tests use")


def run(args: argparse.Namespace) -> int:
    # What the service logs is no part of a proof's output.
    quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=quiet)
    result = prove(args.name, quick=args.quick)
    if args.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        for key, value in result.items():
            print(f"{key:<18}{value}")
    if result["holds"]:
        return DONE
    say(both(f"{args.name}：不成立。", f"{args.name}: does not hold."))
    return SHORT


def prove(name: str, *, quick: bool) -> dict[str, Any]:
    """Counts by name, with `name` and `holds`."""
    result: dict[str, Any] = _module(name).prove(quick)
    return {"name": name, **result}


def _module(name: str) -> Any:
    return importlib.import_module(f"scripts.prove.{name}")
