"""`manage.py migrate-database --to URL`: the forms' database from SQLite to PostgreSQL."""

from __future__ import annotations

import argparse

from scripts.service_cli import call


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--to",
        required=True,
        metavar="URL",
        help="空的 PostgreSQL 数据库，以 postgresql+psycopg:// 开头 / an empty PostgreSQL database",
    )
    parser.add_argument(
        "--reopen",
        action="store_true",
        help="不搬了：中断以后让旧数据库重新收表单 / "
        "give up an interrupted move: the old database takes forms again",
    )
    parser.add_argument(
        "--json", action="store_true", help="只输出一个 JSON 对象 / print one JSON object on stdout"
    )


def run(args: argparse.Namespace) -> int:
    """The service's own exit code."""
    words = ["--to", args.to, *["--reopen"] * args.reopen, *["--json"] * args.json]
    return call("migrate-database", *words)
