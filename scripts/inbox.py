"""`manage.py inbox`: the desk's inbox, served by the forms service's own code."""

from __future__ import annotations

import argparse
from pathlib import Path

from scripts import service_cli


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--database",
        metavar="URL",
        help="SQLite 文件或 PostgreSQL 地址 / an SQLite file or a PostgreSQL address",
    )
    parser.add_argument(
        "--identity",
        type=Path,
        metavar="FILE",
        help="受理岗的私钥文件 / file of the desk's secret key",
    )
    parser.add_argument("--port", type=int, help="端口，默认随意 / port; by default any free one")
    parser.add_argument("--desk", help="坐在这里的是哪个岗，例如 liaison / which desk sits here")
    parser.add_argument(
        "--no-browser", action="store_true", help="只显示网址 / only print the address"
    )


def run(args: argparse.Namespace) -> int:
    """The service's own exit code."""
    words: list[str | Path] = []
    if args.database:
        there = args.database if "://" in args.database else Path(args.database).resolve()
        words += ["--database", there]
    words += service_cli.option("--identity", args.identity)
    words += ["--port", str(args.port)] if args.port else []
    words += ["--desk", args.desk] if args.desk else []
    words += ["--no-browser"] if args.no_browser else []
    return service_cli.call("inbox", *words)
