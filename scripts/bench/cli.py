"""`manage.py bench NAME`: one subcommand a measurement, each with --json and --quick."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from scripts.bench import directory, forms, pages, search
from scripts.outcome import DONE, SHORT
from scripts.progress import say

#: Modules with measure(quick), table(result) and shortfalls(result); some measures take more.
BENCHES = {"directory": directory, "forms": forms, "pages": pages, "search": search}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    names = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    for name, module in BENCHES.items():
        about = (module.__doc__ or "").partition("\n")[0]
        one = names.add_parser(name, help=about, description=about)
        one.add_argument("--json", action="store_true", help="print one JSON object on stdout")
        one.add_argument("--quick", action="store_true", help="the shorter run that tests use")
        if module is search:
            one.add_argument("--tree", type=Path, help="built HTML (var/current/public)")
        if module is directory:
            one.add_argument("--entries", type=int, default=directory.ENTRIES, metavar="N")
            one.add_argument("--peer", choices=("hugo",), default="", help="the same by Hugo")


def run(args: argparse.Namespace) -> int:
    """1 when something costs more than it may; stderr says what."""
    module = BENCHES[args.name]
    further = {name: getattr(args, name) for name in ("tree", "entries", "peer") if name in args}
    result = module.measure(quick=args.quick, **further)
    print(json.dumps(result, ensure_ascii=False) if args.json else module.table(result))
    short = module.shortfalls(result)
    for line in short:
        say(line)
    return SHORT if short else DONE
