"""`index FOLDER`: a search index per language for any folder of built HTML."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from scripts.outcome import DONE, SHORT, CannotRun
from scripts.progress import say, step
from scripts.search.indexer import index_tree, is_left_out

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = "search-index"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="HTML 文件夹 / folder of HTML")
    parser.add_argument(
        "--out", type=Path, help=f"索引放哪里 / where to (FOLDER/{OUTPUT} by default)"
    )
    parser.add_argument(
        "--glossary",
        type=Path,
        default=ROOT / "docs" / "data" / "glossary.tsv",
        help="名词表，取别名 / glossary whose other names widen queries",
    )
    parser.add_argument("--all", action="store_true", help="支部页也收 / index branch pages too")
    parser.add_argument("--json", action="store_true", help="输出 JSON / print JSON")


def run(args: argparse.Namespace) -> int:
    """DONE when at least one page in some language was indexed, SHORT when none was."""
    folder: Path = args.folder.resolve()
    if not folder.is_dir():
        raise CannotRun(f"没有文件夹 {args.folder}", f"there is no folder {args.folder}")
    with step("建立搜索索引 / indexing"):
        reports = index_tree(
            folder,
            (args.out or folder / OUTPUT).resolve(),
            glossary=args.glossary if args.glossary.is_file() else None,
            skip=(lambda url: False) if args.all else is_left_out,
        )
    if args.json:
        print(json.dumps({lang: asdict(report) for lang, report in reports.items()}))
    for lang, report in reports.items():
        say(
            f"{lang}: {report.pages} 页 / pages, {report.files} 个文件 / files, "
            f"{report.bytes:,} B, {report.seconds:.2f} s"
        )
    if not reports:
        say("没有找到可收的页面 / no page with a language and an article or main was found")
    return DONE if reports else SHORT
