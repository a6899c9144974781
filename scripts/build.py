"""`manage.py build`: check → render → fill directory → index → verify → compress → release.

Two processes work at a time: MkDocs renders beside the check, the pages are verified beside the
search index. `seconds` of a stage is what the build waited for it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forms_api import clock
from forms_api.languages import FOLDERS
from forms_api.shell import Shell
from scripts import (
    feeds,
    fingerprint,
    identity,
    moved,
    qr,
    quick,
    release,
    tidy,
    twins,
    verify,
)
from scripts.answers import pages as answers
from scripts.beside import beside
from scripts.check import check
from scripts.directory import feeds as directory_feeds
from scripts.directory import finder
from scripts.directory import pages as directory_pages
from scripts.directory.importer import check_directory
from scripts.directory.kept import Kept
from scripts.directory.pages import Counts
from scripts.outcome import DONE, SHORT
from scripts.problems import Problem
from scripts.progress import say, step
from scripts.quick import Last
from scripts.rendering import rendering
from scripts.search import soundness
from scripts.search.indexer import index_tree
from scripts.sources import Sources, read_sources
from scripts.walk import files_below

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class BuildResult:
    """Seconds a stage, and what came out; `release` is None when there were problems."""

    seconds: dict[str, float] = field(default_factory=dict)
    began: dict[str, float] = field(default_factory=dict)  # each stage, since the epoch
    files: int = 0
    bytes: int = 0
    entries: int = 0
    release: Path | None = None
    problems: list[Problem] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str, words: str) -> Iterator[None]:
        self.began[name], began = round(time.time(), 3), time.perf_counter()
        with step(words):
            yield
        self.seconds[name] = round(time.perf_counter() - began, 3)

    def as_dict(self) -> dict[str, Any]:
        return {
            "seconds": self.seconds,
            "began": self.began,
            "files": self.files,
            "bytes": self.bytes,
            "entries": self.entries,
            "release": str(self.release) if self.release else None,
            "problems": [problem.as_dict() for problem in self.problems],
        }


def build(root: Path = ROOT, out: Path | None = None) -> BuildResult:
    """Build both languages into `out`/<stamp> (default var/releases) and make it the current one.

    On any problem nothing is released: what is being served stays as it was.
    """
    result = BuildResult()
    began = time.perf_counter()
    # An edit during the build is not in this release.
    read, fixed = fingerprint.with_and_without(root, quick.BRANCHES.as_posix())
    releases = out or root / "var/releases"
    with ExitStack() as work:
        staging = work.enter_context(release.staging(releases))
        public, private = staging / "public", staging / "_private"
        last = quick.last(root, fixed, clock.today()) if out is None else None
        made = _take_over(root, last, result, staging) if last else None
        if made is None and not result.problems:
            made = _render(root, result, staging, work)
        if made is None:
            return result
        sources, kept = made.sources, made.kept
        with result.stage("directory", "支部目录 directory"):
            before = root / "var/current/public" if out is None else None
            counts = _fill_directory(root, made, public, before)
            feeds.write(sources, root, public, private)
        result.entries, result.seconds["pages"] = counts.entries, round(counts.seconds, 3)

        def look() -> list[Problem]:
            if kept is not None:
                return verify.verify_some(public, sources.site.identity, counts.made)
            return verify.verify(public, sources.site.identity)

        looked = work.enter_context(beside(look, "verify"))
        if kept is None:
            with result.stage("index", "搜索索引 index"):
                glossary = root / "docs/data/glossary.tsv"
                # Beside the tree, since the links in the tree are being read meanwhile.
                index_tree(public, staging / "search-index", glossary=glossary)
        with result.stage("verify", "核对成品 verify"):
            result.problems = looked.result()
            if kept is None:
                (staging / "search-index").rename(public / "search-index")
                result.problems += soundness.check(public)
            if result.problems:
                return result
            (private / "release.json").write_text(
                json.dumps(
                    {
                        "fingerprint": read,
                        "fixed": fixed,
                        "face": made.face,
                        "stamp": staging.name.removeprefix(".building-"),
                        "today": str(sources.today),
                    }
                ),
                encoding="utf-8",
            )
        with result.stage("compress", "压缩 compress"):
            twins.write_missing(public)
        sizes = [os.stat(f"{public}/{name}").st_size for name in files_below(public)]  # noqa: PTH116
        result.files, result.bytes = len(sizes), sum(sizes)
        current = root / "var/current" if out is None else None
        result.release = release.publish(staging, releases, current)
    result.seconds["total"] = round(time.perf_counter() - began, 3)
    return result


@dataclass(frozen=True)
class _Pages:
    """Guide pages are in place; `kept`: what the directory may take from the last release."""

    sources: Sources
    shells: dict[str, Shell]
    face: str
    kept: Kept | None = None


def _render(root: Path, result: BuildResult, staging: Path, work: ExitStack) -> _Pages | None:
    """The check with MkDocs beside it. None when there were problems."""
    public, private = staging / "public", staging / "_private"
    pages = work.enter_context(rendering(root, public))
    with result.stage("check", "检查 check"):
        result.problems = check(root).problems
    if result.problems:
        return None
    with result.stage("render", "生成页面 render"):
        sources = read_sources(root)
        codes, face = qr.codes(sources), quick.face(sources)
        result.problems = pages.problems()
        if result.problems:
            return None
        shells = tidy.tidy(public, private)
        answers.write(sources, _answer_shells(private), public)
        sources.assets.write(public)
        identity.write(public, sources.assets, sources.site.identity, sources.palettes["light"])
        qr.write(public, codes)
        moved.write(root, public, private, shells, sources)
        quick.remember(root, public, private)
    return _Pages(sources, shells, face)


def _answer_shells(private: Path) -> dict[str, Shell]:
    return {
        lang: Shell.parse((private / f"answer.{lang}.html").read_text("utf-8")) for lang in FOLDERS
    }


def _take_over(root: Path, last: Last, result: BuildResult, staging: Path) -> _Pages | None:
    """Guide pages of the last release. None when they would not be the same, or for problems."""
    public, private = staging / "public", staging / "_private"
    with result.stage("check", "检查 check"):
        _, result.problems = check_directory(root)
    if result.problems:
        return None
    with result.stage("render", "沿用页面 take over"):
        sources = read_sources(root)
        face, kept = quick.face(sources), last.kept(root, sources.branches)
        if kept is None or face != last.record["face"]:
            return None
        shells = last.take_pages(public, private)
        shutil.copyfile(root / quick.BRANCHES, private / "branches.csv")
    return _Pages(sources, shells, face, kept)


def _fill_directory(root: Path, made: _Pages, public: Path, previous: Path | None) -> Counts:
    """Its pages, feeds and the finder's data."""
    sources = made.sources
    counts = directory_pages.fill(
        sources.branches,
        made.shells,
        public,
        today=sources.today,
        identity=sources.site.identity,
        site_url=sources.site_url,
        forms=set(sources.forms),
        meets=directory_feeds.meeting(root, sources.branches, sources.today),
        kept=made.kept,
    )

    def write_feeds() -> None:
        directory_feeds.write(
            sources.branches, root, public, sources.today, sources.site_url, previous, made.kept
        )

    with beside(write_feeds, "feeds"):
        finder.write(sources.branches, public, sources.today, root / "docs/data")
    return counts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="只输出一个 JSON 对象 / print one JSON object on stdout"
    )
    parser.add_argument(
        "--out",
        type=Path,
        help="生成到这个文件夹，不动 var/current / build into this folder; var/current stays",
    )


def run(args: argparse.Namespace) -> int:
    result = build(out=args.out.resolve() if args.out else None)
    if args.json:
        print(json.dumps(result.as_dict(), ensure_ascii=False))
        return SHORT if result.problems else DONE
    for problem in result.problems:
        print(problem)
    if result.problems:
        count = len(result.problems)
        say(f"有 {count} 处问题，没有发布 / {count} problems, nothing released")
        return SHORT
    say(
        f"{result.files} 个文件，{result.entries} 个支部，{result.seconds['total']:.1f} 秒 / "
        f"{result.files} files, {result.entries} branches, {result.seconds['total']:.1f} s"
    )
    return DONE
