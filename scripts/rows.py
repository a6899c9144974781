"""A release in which only rows of branches.csv are new: work in proportion to what they change."""

from __future__ import annotations

from pathlib import Path

from scripts import filling, quick, release, spare, twins, verify
from scripts.directory.importer import check_directory
from scripts.offline import worker
from scripts.quick import Last, Marks
from scripts.sources import Texts, read_sources
from scripts.stages import BuildResult


def rebuild(
    root: Path, last: Last, marks: Marks, result: BuildResult, texts: Texts | None = None
) -> bool:
    """Make it and let it be served, or tell problems. False when only a whole build will do.

    `texts` are what all but the directory was read as; whoever has them at hand wants the release
    to be served as soon as it is sound: compressed twins of what is new follow then.
    """
    with result.stage("check", "检查 check"):
        _, result.problems = check_directory(root)
    if result.problems:
        return True
    with result.stage("render", "沿用页面 take over"):
        sources = read_sources(root, texts)
        kept = last.kept(root, sources)
        if kept is None:
            return False
        shells = last.shells()
        ready = last.spare()
    releases = last.folder.parent
    with release.staging(releases, ready) as staging:
        public = staging / "public"
        with result.stage("directory", "支部目录 directory"):
            filling.write_data(root, sources, public, kept.earlier, kept)
            counts = filling.fill(root, sources, shells, staging, kept)
        result.entries, result.seconds["pages"] = counts.entries, round(counts.seconds, 3)
        with result.stage("verify", "核对成品 verify"):
            result.problems = verify.verify_some(public, counts.looked)
        if result.problems:
            return True
        worker.write(root, public, sources.site.identity, marks.read)
        quick.remember(root, staging, marks, sources, last.record["face"])
        if texts is None:
            with result.stage("compress", "压缩 compress"):
                twins.write_missing(public)
        result.release = release.publish(
            staging, releases, root / "var/current", drop=texts is None
        )
    return True


def finish(root: Path, result: BuildResult) -> None:
    """What may wait until the release is served, and the spare for the next one."""
    if result.release is not None:
        twins.write_missing(result.release / "public")
        releases, current = result.release.parent, root / "var/current"
        old = release.outdated(releases, current, result.release)
        spare.prepare(result.release, old[0] if old else None)
        release.drop_old(releases, current, result.release)
