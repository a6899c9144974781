"""`manage.py bench NAME`: one subcommand a measurement, each with --json and --quick."""

from __future__ import annotations

import argparse
import json

from scripts.bench import pages
from scripts.outcome import DONE

BENCHES = {"pages": pages}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    names = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    for name, module in BENCHES.items():
        one = names.add_parser(name, help=(module.__doc__ or "").split("\n")[0])
        one.add_argument("--json", action="store_true", help="print one JSON object on stdout")
        one.add_argument("--quick", action="store_true", help="the shorter run that tests use")


def run(args: argparse.Namespace) -> int:
    module = BENCHES[args.name]
    result = module.measure(quick=args.quick)
    print(json.dumps(result, ensure_ascii=False) if args.json else module.table(result))
    return DONE
