"""`manage.py bench NAME`: one subcommand a measurement, each with --json and --quick."""

from __future__ import annotations

import argparse
import json

from scripts.bench import pages
from scripts.outcome import DONE, SHORT
from scripts.progress import say

#: Modules with measure(quick), table(result) and shortfalls(result).
BENCHES = {"pages": pages}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    names = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    for name, module in BENCHES.items():
        about = (module.__doc__ or "").partition("\n")[0]
        one = names.add_parser(name, help=about, description=about)
        one.add_argument("--json", action="store_true", help="print one JSON object on stdout")
        one.add_argument("--quick", action="store_true", help="one visit a page instead of five")


def run(args: argparse.Namespace) -> int:
    """1 when something costs more than it may; stderr says what."""
    module = BENCHES[args.name]
    result = module.measure(quick=args.quick)
    print(json.dumps(result, ensure_ascii=False) if args.json else module.table(result))
    short = module.shortfalls(result)
    for line in short:
        say(line)
    return SHORT if short else DONE
