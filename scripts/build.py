"""`manage.py build`: check → render → fill directory → index → verify → compress → release.

Several processes work at a time: MkDocs renders while data are written, each edition's directory
is made by one of its own, pages are verified and compressed beside the search index. `seconds` of a
stage is what the build waited for it.
"""

from __future__ import annotations

import argparse
import json
import time
from contextlib import ExitStack
from pathlib import Path

from forms_api import clock
from forms_api.languages import FOLDERS, TRADITIONAL
from forms_api.shell import Shell
from scripts import (
    filling,
    fingerprint,
    identity,
    moved,
    qr,
    quick,
    release,
    rows,
    tidy,
    twins,
    verify,
)
from scripts.answers import pages as answers
from scripts.beside import beside
from scripts.check import check
from scripts.offline import worker
from scripts.outcome import DONE, SHORT
from scripts.progress import say
from scripts.quick import Marks
from scripts.rendering import rendering
from scripts.search import soundness
from scripts.search.indexer import index_tree
from scripts.sources import Sources, read_sources
from scripts.stages import BuildResult
from scripts.traditional import edition

ROOT = Path(__file__).resolve().parent.parent


def build(root: Path = ROOT, out: Path | None = None) -> BuildResult:
    """Build all editions into `out`/<stamp> (default var/releases) and make it the current one.

    On any problem nothing is released: what is being served stays as it was.
    """
    result = BuildResult()
    began = time.perf_counter()
    # An edit during the build is not in this release.
    marks = Marks(*fingerprint.with_and_without(root, quick.BRANCHES.as_posix()))
    last = quick.last(root, marks.fixed, clock.today()) if out is None else None
    if last is None or not rows.rebuild(root, last, marks, result):
        with release.staging(out or root / "var/releases") as staging, ExitStack() as work:
            _build(root, out, marks, result, staging, work)
    if result.release is not None:
        result.count(result.release / "public")
        result.seconds["total"] = round(time.perf_counter() - began, 3)
    return result


def _build(
    root: Path,
    out: Path | None,
    marks: Marks,
    result: BuildResult,
    staging: Path,
    work: ExitStack,
) -> None:
    """The whole of it."""
    public = staging / "public"
    current = root / "var/current" if out is None else None
    rendered = _render(root, result, staging, work, current and current / "public")
    if rendered is None:
        return
    sources, shells, shown = rendered
    traditional = edition.of(root, sources.site.identity)
    with result.stage("directory", "支部目录 directory"), ExitStack() as twin:
        if traditional:
            twin.enter_context(beside(traditional.writer(public, sources), "traditional"))
        counts = filling.fill(root, sources, shells, staging)
    result.entries, result.seconds["pages"] = counts.entries, round(counts.seconds, 3)
    identity_block = sources.site.identity
    worker.write(root, public, identity_block, marks.read)
    verified = work.enter_context(
        beside(lambda: verify.verify(public, identity_block, counts.looked), "verify")
    )
    packed = work.enter_context(beside(lambda: twins.write_missing(public), "compress"))
    with result.stage("index", "搜索索引 index"):
        glossary = root / "docs/data/glossary.tsv"
        # Beside the tree, since the links in the tree are being read meanwhile.
        index_tree(
            public,
            staging / "search-index",
            glossary=glossary,
            traditional=traditional.convert.many if traditional else None,
        )
    with result.stage("verify", "核对成品 verify"):
        result.problems = verified.result()
        (staging / "search-index").rename(public / "search-index")
        result.problems += soundness.check(public, traditional=TRADITIONAL in shells)
    if result.problems:
        return
    quick.remember(root, staging, marks, sources, shown)
    with result.stage("compress", "压缩 compress"):
        packed.result()
        twins.write_missing(public / "search-index")
    result.release = release.publish(staging, staging.parent, current)


def _render(
    root: Path, result: BuildResult, staging: Path, work: ExitStack, previous: Path | None
) -> tuple[Sources, dict[str, Shell], str] | None:
    """Check, then data with MkDocs beside them: sources, shells of entries, what pages show of the
    directory. None when there were problems. `previous` is the last release's web root."""
    public, private = staging / "public", staging / "_private"
    with result.stage("check", "检查 check"):
        result.problems = check(root).problems
    if result.problems:
        return None
    with result.stage("render", "生成页面 render"):
        sources = read_sources(root)
        shown = quick.face(sources)
        pages = work.enter_context(rendering(root, public, sources))
        codes = qr.codes(sources)
        filling.write_data(root, sources, staging / "early", previous)
        result.problems = pages.result()
        if result.problems:
            return None
        (staging / "early/data").rename(public / "data")
        (staging / "early").rmdir()
        shells = tidy.tidy(public, private)
        answers.write(sources, _answer_shells(private), public)
        sources.assets.write(public)
        whose = sources.site.identity
        told = identity.security_txt(whose, sources.site_url, sources.today)
        identity.write(public, sources.assets, whose, sources.palettes["light"], told)
        qr.write(public, codes)
        moved.write(root, public, private, shells, sources)
        if traditional := edition.of(root, sources.site.identity):
            shells[TRADITIONAL] = traditional.write_frames(private, sources)
    return sources, shells, shown


def _answer_shells(private: Path) -> dict[str, Shell]:
    return {
        lang: Shell.parse((private / f"answer.{lang}.html").read_text("utf-8")) for lang in FOLDERS
    }


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
