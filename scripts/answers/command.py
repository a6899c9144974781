"""`manage.py answers pull`: answers and totals out of the forms' database, ready to commit."""

from __future__ import annotations

import argparse
from pathlib import Path

from scripts.service_cli import call, option


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action", choices=["pull"], help="把能公开的取出来 / bring out what may be public"
    )
    parser.add_argument(
        "--database",
        help="数据库地址，默认 FORMS_DATABASE_URL（地址里有口令时用它，命令行别人看得到） / "
        "the database's address, by default FORMS_DATABASE_URL (better for one that holds a "
        "password: others on the machine can read command lines)",
    )
    parser.add_argument(
        "--to", type=Path, help="写到哪里，默认 docs/data/answers / where to write them"
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="取过但文件不在的也再写 / also those pulled before whose files are gone",
    )
    parser.add_argument(
        "--json", action="store_true", help="只输出一个 JSON 对象 / print one JSON object on stdout"
    )


def run(args: argparse.Namespace) -> int:
    """The service's own exit code: 1 when an answer was left out, 2 without a database."""
    chosen = ["--all"] * args.all + ["--json"] * args.json
    database = ["--database", args.database] if args.database else []
    return call("answers", "pull", *database, *option("--to", args.to), *chosen)
