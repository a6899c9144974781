"""`manage.py directory import FILE` and `manage.py directory template`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from forms_api import clock
from scripts.directory.office import changes, importing, template
from scripts.outcome import DONE, SHORT, CannotRun, both
from scripts.progress import say, step

ROOT = Path(__file__).resolve().parents[2]
#: Of the faults so many are printed; the annotated copy has all of them.
PRINTED = 1_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="import|template")
    reads = actions.add_parser(
        "import",
        help="把 Excel、WPS 或 CSV 里的支部读进目录 / bring a spreadsheet into the directory",
        description="逐格检查，一次说清全部问题；都对了才问、才写。文件里没有的支部和列照旧保留。"
        " / Checks every cell and names all faults at once; asks and writes only when all is well. "
        "Entries and columns that the file lacks stay as they are.",
        allow_abbrev=False,
    )
    reads.add_argument("file", type=Path, metavar="FILE.xlsx|csv")
    reads.add_argument("--check", action="store_true", help="只看，不写 / look, write nothing")
    reads.add_argument("--yes", action="store_true", help="不再问，直接写 / write without asking")
    reads.add_argument("--sheet", default="", help="工作表的名字 / name of the sheet")
    reads.add_argument(
        "--remove-missing",
        action="store_true",
        help="删去文件里没有的支部（撤销的支部应留着并改状态）/ remove entries that the file "
        "lacks (an entry that ended should rather stay, with its status changed)",
    )
    blank = actions.add_parser(
        "template",
        help="生成带下拉选项和说明的空表 / write an empty workbook with drop-down lists and notes",
        allow_abbrev=False,
    )
    blank.add_argument("--out", type=Path, default=Path("branches-template.xlsx"))


def run(args: argparse.Namespace) -> int:
    return make_template(args.out) if args.action == "template" else bring_in(args)


def make_template(out: Path, root: Path = ROOT) -> int:
    if out.exists():
        raise CannotRun(f"{out} 已经有了，没有改动。", f"{out} exists already and was left alone.")
    try:
        template.write(out, importing.read_site(root))
    except OSError as fault:
        raise CannotRun(f"写不了 {out}：{fault}。", f"cannot write {out}: {fault}.") from fault
    say(both(f"写好了 {out}", f"written: {out}"))
    return DONE


def bring_in(args: argparse.Namespace, root: Path = ROOT) -> int:
    site = importing.read_site(root)
    with step(both(f"正在读 {args.file.name}", f"reading {args.file.name}")):
        found = importing.read(
            args.file, site, clock.today(), args.sheet, remove_missing=args.remove_missing
        )
    rows, columns = found.table.hidden
    if rows or columns:
        say(
            both(
                f"表里有 {rows} 行、{columns} 列是隐藏的，也和别的一样读了，会公开。",
                f"{rows} rows and {columns} columns of the sheet are hidden. They were read like "
                "the others and would be published.",
            )
        )
    if found.problems:
        return _refuse(args.file, found)
    for line in changes.told(found.changes):
        print(line)
    if not found.changes:
        say(both("和目录一样，不用写。", "the same as the directory; nothing to write."))
        return DONE
    if args.check:
        say(both("没有问题。只看，没有写。", "no faults. Only looked, nothing written."))
        return DONE
    if not args.yes and not _agreed():
        say(both("没有写。", "nothing written."))
        return SHORT
    importing.write(site, found.rows)
    say(
        both(
            f"写好了 {importing.BRANCHES.as_posix()}。接着运行 manage.py build。",
            f"{importing.BRANCHES.as_posix()} is written. Next: manage.py build.",
        )
    )
    return DONE


def _refuse(path: Path, found: importing.Import) -> int:
    for problem in found.problems[:PRINTED]:
        print(problem.message if problem.file == path.name else problem)
    count, rest = len(found.problems), len(found.problems) - PRINTED
    if rest > 0:
        print(both(f"…… 还有 {rest} 处", f"… and {rest} more"))
    with step(both("正在写批注本", "writing the annotated copy")):
        copy = importing.copy_with_faults(path, found, lambda zh, en: say(both(zh, en)))
    where_zh = f"出错的格子标在 {copy} 里。" if copy else ""
    where_en = f" The cells are marked in {copy}." if copy else ""
    say(
        both(
            f"{count} 处要改，目录没有改动。{where_zh}",
            f"faults: {count}; the directory was not changed.{where_en}",
        )
    )
    return SHORT


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise CannotRun(
            "这里没法问：请在终端里运行，或者加上 --yes。没有写。",
            "nobody can be asked here: run it in a terminal, or add --yes. Nothing was written.",
        )
    answer = input(both("写进目录吗？", "write this to the directory?") + " [y/N] ")
    return answer.strip().lower() in ("y", "yes", "是", "好")
