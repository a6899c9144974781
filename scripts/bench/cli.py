"""`manage.py bench NAME`: one subcommand a measurement, each with --json and --quick."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from scripts.bench import directory, forms, pages, search
from scripts.outcome import DONE, SHORT, both
from scripts.progress import say

#: Modules with measure(quick), table(result) and shortfalls(result); some measures take more.
BENCHES = {"directory": directory, "forms": forms, "pages": pages, "search": search}
ABOUT = {
    "directory": "N 个虚构支部要多少时间：页面、索引、全部、改一行",
    "forms": "表单服务每秒收多少、等多久，和同类比",
    "pages": "旧手机第一次打开要多少，和 Material 原样比",
    "search": "页面上有的能不能搜到：我们、Pagefind、lunr",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    names = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    for name, module in BENCHES.items():
        about = both(ABOUT[name], (module.__doc__ or "").partition("\n")[0])
        one = names.add_parser(name, help=about, description=about)
        one.add_argument(
            "--json",
            action="store_true",
            help="只输出一个 JSON 对象 / print one JSON object on stdout",
        )
        one.add_argument(
            "--quick", action="store_true", help="测试用的短版 / the shorter run that tests use"
        )
        if module is search:
            one.add_argument(
                "--tree", type=Path, help="生成好的 HTML 文件夹 / built HTML (var/current/public)"
            )
        if module is directory:
            one.add_argument("--entries", type=int, default=directory.ENTRIES, metavar="N")
            one.add_argument(
                "--peer",
                choices=("hugo",),
                default="",
                help="同样的内容也用 Hugo 生成 / the same by Hugo",
            )


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
