"""What a page said before, from the repository's own history. Reads only."""

from __future__ import annotations

import difflib
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.content import level
from scripts.content.pages import SourcePage, page_of


@dataclass(frozen=True)
class Change:
    """What became of a Chinese page since its English twin was level.

    `diff` is unified, without colours. `since` names the commit and its day; empty, with `why` in
    both languages instead, when no earlier wording could be found.
    """

    diff: str = ""
    since: str = ""
    why: tuple[str, str] = ("", "")


def change_since(root: Path, chinese: SourcePage, source_hash: str) -> Change:
    """Compare `chinese` with its newest committed wording whose hash is `source_hash`."""
    if not source_hash:
        return Change(
            why=("英文页还没有对齐过，请通读两页", "never level before: read both pages in full")
        )
    git = shutil.which("git")
    if git is None or _git(git, root, "rev-parse", "--git-dir") is None:
        return Change(
            why=(
                "这里没有 git 记录，看不到中文改了什么，请通读两页",
                "no git history here, so the change cannot be shown: read both pages in full",
            )
        )
    for commit, day in _commits(git, root, chinese.file):
        text = _git(git, root, "show", f"{commit}:{chinese.file}")
        if text is None:
            continue
        before = page_of(root, chinese.path, "zh", text)
        if level.hash_of(before) == source_hash:
            return Change(_diff(before, chinese, commit), f"{commit[:10]} {day}")
    return Change(
        why=(
            "记录里找不到当时的中文，请通读两页",
            "history does not hold that wording: read both pages in full",
        )
    )


def _commits(git: str, root: Path, file: str) -> Iterator[tuple[str, str]]:
    """(commit, day) of every change of a file, newest first."""
    log = _git(git, root, "log", "--format=%H %cs", "--", file) or ""
    for line in log.splitlines():
        commit, _, day = line.partition(" ")
        yield commit, day


def _diff(before: SourcePage, now: SourcePage, commit: str) -> str:
    lines = difflib.unified_diff(
        before.text.splitlines(), now.text.splitlines(), f"{now.file} {commit[:10]}", now.file,
        n=1, lineterm="",
    )  # fmt: skip
    return "\n".join(lines)


def _git(git: str, root: Path, *words: str) -> str | None:
    """What git says; None when it refuses."""
    done = subprocess.run(
        [git, "-C", str(root), "-c", "core.quotePath=false", *words],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return done.stdout if done.returncode == 0 else None
