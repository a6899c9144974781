"""`manage.py keys new|list|rotate|revoke`: desks' key pairs, made by the forms service."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="new|list|rotate|revoke")
    for action, text in (
        ("new", "生成一对密钥；不写岗位就一步步带着做 / a key pair; without a name, be led"),
        ("rotate", "换新密钥，标记旧的 / the next key pair; marks the old one"),
        ("revoke", "收回离任者的密钥，存着的全部重新封装 / end a key, seal all anew"),
        ("list", "列出收件公钥 / show the public keys that answers are sealed to"),
    ):
        one = actions.add_parser(action, help=text, description=text)
        one.add_argument(
            "--json",
            action="store_true",
            help="只输出一个 JSON 对象 / print one JSON object on stdout",
        )
        one.add_argument("--recipients", metavar="FILE", help="公钥文件 / the file of public keys")
        if action != "list":
            words = "岗位，例如 liaison / whose key, such as liaison"
            one.add_argument("name", nargs="?" if action == "new" else None, help=words)
        if action == "revoke":
            one.add_argument(
                "--identity", metavar="KEY", help="还在用的私钥文件 / file of a secret key in use"
            )
        elif action != "list":
            one.add_argument("--folder", help="私钥放在哪里 / where the secret key goes")
            one.add_argument(
                "--passphrase",
                action="store_true",
                help="用口令保护（询问，或从标准输入读） / protect it (asked for, or on stdin)",
            )


def run(args: argparse.Namespace) -> int:
    """The service's own exit code."""
    command = [sys.executable, "-m", "forms_api.cli", "keys", args.action]
    command += ["--json"] * args.json
    command += ["--recipients", args.recipients] if args.recipients else []
    if args.action == "revoke":
        command += ["--identity", str(Path(args.identity).resolve())] if args.identity else []
    elif args.action != "list":
        command += ["--folder", args.folder] if args.folder else []
        command += ["--passphrase"] * args.passphrase
    if args.action != "list" and args.name:
        command.append(args.name)
    return subprocess.run(command, cwd=ROOT).returncode
