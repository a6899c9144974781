"""`manage.py restore FILE`: a backup into the forms' database; what was erased stays erased."""

from __future__ import annotations

import argparse
from pathlib import Path

from scripts.service_cli import call, option


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="一份备份 / a backup")
    parser.add_argument(
        "--identity",
        type=Path,
        metavar="KEY",
        help="受理岗私钥的文件 / the file of a desk's secret key",
    )
    parser.add_argument(
        "--replace",
        action="store_true",
        help="数据库不是空的也换掉；先问，并先备份 / "
        "replace a database that is not empty; asks, and backs that up first",
    )
    parser.add_argument("--yes", action="store_true", help="不再问 / do not ask")
    parser.add_argument(
        "--forgotten",
        type=Path,
        action="append",
        default=[],
        metavar="LIST",
        help="更新的删除名单 / a later list of what was erased",
    )
    parser.add_argument(
        "--json", action="store_true", help="只输出一个 JSON 对象 / print one JSON object on stdout"
    )


def run(args: argparse.Namespace) -> int:
    """The service's own exit code."""
    words = [args.file.resolve(), *option("--identity", args.identity)]
    words += [word for one in args.forgotten for word in option("--forgotten", one)]
    words += ["--replace"] * args.replace + ["--yes"] * args.yes + ["--json"] * args.json
    return call("restore", *words)
