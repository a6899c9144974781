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
PROOFS = {
    "clock": "时钟快、慢、跳、两台不一：没到期的一份不少，到期的照删",
    "handbook": "照抄维护手册的命令，从空文件夹到能用的服务器",
    "erasure": "删除的和到期的，文件里一块密文也不剩",
    "forged": "闯入数据库的人冒充不了受理岗：假的一封不发、一条不信",
    "fuzz": "几万个恶意请求，没有一个服务器错误",
    "gone": "数据库不见了、被换掉、磁盘满了：不发收不住的回执",
    "idempotency": "同一份发 64 次，只有一条记录、一样的回执",
    "inbox": "收件箱：五万份也快，和收表互不久等，强行终止不留半截",
    "kill": "反复强行终止：回过执的都还在，都打得开",
    "mail": "信和密码只到对的邮件服务器，每封一次；服务器不应答，也不耽误删除",
    "outage": "邮件断了又通：每封通知都送到",
    "oversell": "200 人抢 5 个座位：5 个坐下，其余排队",
    "plaintext": "填过的字，在主机上哪里都读不到",
    "restore": "备份、空机器、恢复：不少一条，删过的不回来",
    "sync": "写进磁盘之前，不发出任何回执",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    names = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    for name, zh in PROOFS.items():
        doc = both(zh, (_module(name).__doc__ or "").split("\n")[0])
        one = names.add_parser(name, help=doc, description=doc)
        one.add_argument(
            "--json",
            action="store_true",
            help="只输出一个 JSON 对象 / print one JSON object on stdout",
        )
        one.add_argument(
            "--quick", action="store_true", help="测试用的短版 / the shorter run that tests use"
        )


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
