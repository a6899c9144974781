"""`evaluate FILE`: how often the right page is among the first results of the built site."""

import argparse
import json
from pathlib import Path
from typing import Any

from scripts.outcome import DONE, CannotRun
from scripts.progress import say, step
from scripts.search.evaluate import evaluate, read_questions

ROOT = Path(__file__).resolve().parents[2]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="问题清单 / questions (TSV)")
    parser.add_argument(
        "--site",
        type=Path,
        default=ROOT / "var" / "current" / "public",
        help="生成好的网站 / the built site (var/current/public)",
    )
    parser.add_argument("--json", action="store_true", help="输出 JSON / print JSON")


def run(args: argparse.Namespace) -> int:
    """DONE whatever the figures are: this measures and demands nothing."""
    questions = read_questions(args.file)
    site: Path = args.site.resolve()
    if not (site / "search-index").is_dir():
        raise CannotRun(
            f"{args.site} 里没有搜索索引，请先生成网站（build）",
            f"{args.site} has no search index: build the site first",
        )
    with step("衡量搜索 / measuring"):
        figures = evaluate(site, questions, ROOT / "docs" / "assets" / "js")
    if args.json:
        print(json.dumps(figures, ensure_ascii=False))
    else:
        _print(figures)
    return DONE


def _print(figures: dict[str, Any]) -> None:
    for name, row in figures.items():
        if isinstance(row, dict) and "mrr" in row:
            say(
                f"{name:8} n={row['n']:<4} zero={row['zero']:.3f} s1={row['s1']:.3f} "
                f"s3={row['s3']:.3f} s10={row['s10']:.3f} mrr={row['mrr']:.3f}"
            )
    say(f"latency_ms {figures['latency_ms']}  bytes {figures['bytes']}")
    for miss in figures["missed"]:
        say(f"  {miss['id']} {miss['query']} → {' '.join(miss['got'])}")
    if figures["unbuilt"]:
        say(f"unbuilt: {' '.join(figures['unbuilt'])}")
