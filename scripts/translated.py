"""`manage.py translated PAGE…`: an English page has been brought level with its Chinese one.

Shows first what changed in Chinese since they were last level, then writes `source_hash`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from scripts.content import history, level
from scripts.content.pages import OUTSIDE, SourcePage, source_pages
from scripts.outcome import DONE, SHORT, CannotRun, both

ROOT = Path(__file__).resolve().parent.parent

Pair = tuple[SourcePage, SourcePage]  # Chinese, English


def pairs(root: Path) -> dict[str, Pair]:
    """Every page that exists in both languages and is translated as a whole, by its slug."""
    by_slug: dict[str, dict[str, SourcePage]] = {}
    for page in source_pages(root):
        if page.slug not in OUTSIDE and not page.broken:
            by_slug.setdefault(page.slug, {})[page.lang] = page
    return {slug: (two["zh"], two["en"]) for slug, two in by_slug.items() if len(two) == 2}


def chosen(known: dict[str, Pair], names: Iterable[str]) -> list[Pair]:
    """Pages by slug, by file or by address. An unknown name raises CannotRun."""
    found = []
    for name in names:
        slug = name.strip("/").removeprefix("./").removeprefix("docs/")
        slug = slug.removeprefix("zh/").removeprefix("en/").removesuffix(".md").strip("/")
        pair = known.get(slug) or known.get(f"{slug}/index")
        if pair is None:
            raise CannotRun(
                f"没有“{name}”这一页：写成 away/register 或 docs/en/away/register.md。",
                f"there is no page “{name}”: write away/register or docs/en/away/register.md.",
            )
        found.append(pair)
    return found


def bring_level(
    root: Path, todo: Iterable[Pair], agrees: Callable[[str], bool], tell: Callable[[str], None]
) -> int:
    """Show each change, ask, write; returns how many pages stay behind."""
    behind = 0
    for chinese, english in todo:
        if not level.is_outdated(english, chinese):
            tell(both(f"{english.file}：已经对齐", "already level"))
            continue
        change = history.change_since(root, chinese, str(english.meta.get("source_hash") or ""))
        if change.since:
            tell(both(f"{chinese.file}：上次对齐以后", f"since it was level, {change.since}"))
            tell(change.diff)
        else:
            tell(f"{chinese.file}: " + both(*change.why))
        if agrees(both(f"{english.file} 已经跟上了吗？", "is it level now?")):
            english.path.write_text(with_hash(english, level.hash_of(chinese)), encoding="utf-8")
            tell(both(f"{english.file}：已记下", "written"))
        else:
            behind += 1
            tell(both(f"{english.file}：没有改动", "left as it is"))
    return behind


def with_hash(english: SourcePage, value: str) -> str:
    """The page's text with `source_hash` as the last line of its front matter."""
    head, rule, body = english.text[4:].partition("\n---\n")
    kept = [line for line in head.split("\n") if not line.startswith("source_hash:")]
    return "---\n" + "\n".join([*kept, f"source_hash: {json.dumps(value)}"]) + rule + body


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "pages", nargs="*", metavar="PAGE", help="away/register, docs/en/away/register.md …"
    )
    parser.add_argument("--yes", action="store_true", help="不再逐页问 / do not ask page by page")
    parser.add_argument(
        "--all",
        action="store_true",
        help="所有没对齐的页，只和 --yes 连用 / every page that is behind; only with --yes",
    )


def run(args: argparse.Namespace) -> int:
    if args.all and not args.yes:
        raise CannotRun(
            "--all 一次记下所有页，要加上 --yes。", "--all writes all pages at once: add --yes."
        )
    if not args.all and not args.pages:
        raise CannotRun("写上页名，例如 away/register。", "name a page, such as away/register.")
    if not args.yes and not sys.stdin.isatty():
        raise CannotRun(
            "这里没法逐页问：请在终端里运行，或者加上 --yes。",
            "nobody can be asked here: run it in a terminal, or add --yes.",
        )
    known = pairs(ROOT)
    todo = chosen(known, args.pages)
    if args.all:
        todo = [pair for pair in known.values() if level.is_outdated(pair[1], pair[0])]
    agrees = (lambda question: True) if args.yes else _asked
    return SHORT if bring_level(ROOT, todo, agrees, print) else DONE


def _asked(question: str) -> bool:
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes", "是", "好")
