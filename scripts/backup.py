"""`manage.py backup`: the forms' database, sealed to the desks' keys and verified."""

from __future__ import annotations

import argparse
from pathlib import Path

from scripts.service_cli import call, option


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="放在哪里 / where to; by default FORMS_BACKUPS"
    )
    parser.add_argument(
        "--check", type=Path, metavar="FILE", help="只核对一份备份 / verify a backup, make none"
    )
    parser.add_argument(
        "--list-only",
        action="store_true",
        help="只更新删除名单，很快 / only bring the list of what was erased up to date; quick",
    )
    parser.add_argument(
        "--identity",
        type=Path,
        metavar="KEY",
        help="受理岗私钥的文件，用来核对能否打开 / a desk's secret key, to verify that it opens",
    )
    parser.add_argument(
        "--json", action="store_true", help="只输出一个 JSON 对象 / print one JSON object on stdout"
    )


def run(args: argparse.Namespace) -> int:
    """The service's own exit code."""
    words = [
        *option("--out", args.out),
        *option("--check", args.check),
        *option("--identity", args.identity),
    ]
    return call("backup", *words, *["--list-only"] * args.list_only, *["--json"] * args.json)
