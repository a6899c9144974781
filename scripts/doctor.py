"""`manage.py doctor`: what is wrong, or soon will be, with the service and with what is published.

A line each with what to do. The service is examined by a process of its own.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from forms_api import clock
from scripts import fingerprint
from scripts.check import check
from scripts.directory.importer import load_directory
from scripts.outcome import DONE, SHORT, CannotRun, both
from scripts.rebuild import released

ROOT = Path(__file__).resolve().parent.parent
LEVELS = ("error", "warning", "note")

Finding = dict[str, str]  # level, code, message, remedy; the latter two in both languages


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="只输出一个 JSON 对象 / print one JSON object on stdout"
    )


def run(args: argparse.Namespace) -> int:
    """1 when something is to be done, else 0: a note alone asks for nothing."""
    today = clock.today()
    found = [*of_service(), *of_site(ROOT, today), *of_release(ROOT, today)]
    found.sort(key=lambda one: LEVELS.index(one["level"]))
    if args.json:
        print(json.dumps({"findings": found}, ensure_ascii=False))
    for one in [] if args.json else found:
        print(f"{one['level']:<8}{one['code']}: {one['message']}\n        → {one['remedy']}")
    todo = sum(one["level"] != "note" for one in found)
    if not args.json and not todo:
        print(both("没有要做的事。", "nothing to do."))
    return SHORT if todo else DONE


def of_service() -> list[Finding]:
    line = [sys.executable, "-m", "forms_api.cli", "doctor", "--json"]
    done = subprocess.run(line, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        found: list[Finding] = json.loads(done.stdout)["findings"]
    except ValueError:
        raise CannotRun(
            "表单服务查不了，原因见上面几行。",
            "the forms service could not be examined; the lines above say why.",
        ) from None
    return found


def of_site(root: Path, today: dt.date) -> Iterator[Finding]:
    """Stale entries and pages, translations behind, and problems."""
    report = check(root)
    listed = ("见“该核对的页和条目”一页。", "see the page “What needs a look”.")
    directory, _ = load_directory(root)
    entries = sum(one.is_stale(today) for one in directory.open_branches)
    counts = (
        ("stale-entries", entries, "个支部超过 180 天没核对", "branches unverified for 180 days"),
        ("stale-pages", report.stale, "页超过 365 天没核对", "pages not reviewed for 365 days"),
        ("outdated", report.outdated, "页译文没跟上", "translations behind the Chinese"),
    )
    for code, count, zh, en in counts:
        if count:
            yield _finding("warning", code, (f"{count} {zh}", f"{count} {en}"), listed)
    if problems := len(report.problems):
        words = (f"check 有 {problems} 处问题", f"check finds {problems} problems")
        yield _finding("error", "problems", words, ("运行 check。", "run check."))


def of_release(root: Path, today: dt.date) -> Iterator[Finding]:
    """What is not published yet, and a site that was built on another day."""
    if (release := released(root)) is None:
        return
    if release.get("fingerprint") != fingerprint.of_sources(root):
        words = ("有改动还没发布", "something changed that is not published")
        yield _finding("note", "unpublished", words, ("运行 publish。", "run publish."))
    elif release.get("today") != today.isoformat():
        words = (f"网站是 {release.get('today')} 生成的", f"built on {release.get('today')}")
        remedy = ("每天运行一次 publish，日期和活动才新。", "publish daily: dates depend on it.")
        yield _finding("warning", "old-release", words, remedy)


def _finding(level: str, code: str, message: tuple[str, str], remedy: tuple[str, str]) -> Finding:
    return {"level": level, "code": code, "message": both(*message), "remedy": both(*remedy)}
