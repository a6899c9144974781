"""`manage.py translated`: the Chinese change is shown before a page is said to be level."""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

import pytest

from scripts import translated
from scripts.content import level
from scripts.content.pages import read_page
from scripts.outcome import CannotRun

SLUG = "away/index"


def write(root: Path, lang: str, body: str, extra: str = "") -> None:
    path = root / f"docs/{lang}/{SLUG}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\ntitle: 题\n{extra}---\n# 题 {{#top}}\n\n{body}\n", encoding="utf-8")


def git(root: Path, *words: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(root), *who, *words], check=True, capture_output=True)


def commit(root: Path) -> None:
    git(root, "add", ".")
    git(root, "commit", "-m", "words")


def source_hash(root: Path) -> str:
    return level.hash_of(read_page(root, root / f"docs/zh/{SLUG}.md", "zh"))


def is_level(root: Path) -> bool:
    return not level.is_outdated(*reversed(translated.pairs(root)[SLUG]))


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A repository whose Chinese page changed twice since the English one was level."""
    git(tmp_path, "init", "-q")
    write(tmp_path, "zh", "先打 12371。")
    write(tmp_path, "en", "Call 12371 first.", f'source_hash: "{source_hash(tmp_path)}"\n')
    commit(tmp_path)
    write(tmp_path, "zh", "先打 12345。")
    commit(tmp_path)
    write(tmp_path, "zh", "先打 12333。")
    return tmp_path


def brought_level(root: Path, answer: bool) -> tuple[int, str]:
    told: list[str] = []
    todo = translated.chosen(translated.pairs(root), [SLUG])
    behind = translated.bring_level(root, todo, lambda question: answer, told.append)
    return behind, "\n".join(told)


def test_the_change_since_the_pages_were_level_is_shown_and_then_written(changed: Path) -> None:
    behind, told = brought_level(changed, True)
    assert "-先打 12371。\n+先打 12333。" in told
    assert "12345" not in told
    assert behind == 0
    assert is_level(changed)


def test_a_no_leaves_the_page_as_it_is(changed: Path) -> None:
    before = (changed / f"docs/en/{SLUG}.md").read_text(encoding="utf-8")
    behind, _ = brought_level(changed, False)
    assert behind == 1
    assert (changed / f"docs/en/{SLUG}.md").read_text(encoding="utf-8") == before


def test_a_page_that_is_level_is_not_asked_about(changed: Path) -> None:
    brought_level(changed, True)
    behind, told = brought_level(changed, False)
    assert behind == 0
    assert "already level" in told


def test_only_the_hash_of_the_english_page_changes(changed: Path) -> None:
    path = changed / f"docs/en/{SLUG}.md"
    before = path.read_text(encoding="utf-8").splitlines()
    brought_level(changed, True)
    now = path.read_text(encoding="utf-8").splitlines()
    differing = [new for old, new in zip(before, now, strict=True) if old != new]
    assert differing == [f'source_hash: "{source_hash(changed)}"']


@pytest.mark.parametrize(
    ("extra", "repository", "said"),
    [
        ("", True, "never level before"),
        ('source_hash: "000000000000"\n', True, "history does not hold that wording"),
        ('source_hash: "000000000000"\n', False, "no git history here"),
    ],
    ids=["first time", "wording unknown", "no git"],
)
def test_what_cannot_be_shown_is_said(
    tmp_path: Path, extra: str, repository: bool, said: str
) -> None:
    write(tmp_path, "zh", "先打 12371。")
    write(tmp_path, "en", "Call 12371 first.", extra)
    if repository:
        git(tmp_path, "init", "-q")
        commit(tmp_path)
    behind, told = brought_level(tmp_path, True)
    assert said in told
    assert behind == 0
    assert is_level(tmp_path)


@pytest.mark.parametrize(
    "name", [SLUG, "away", "docs/zh/away/index.md", "docs/en/away/index.md", "/en/away/", "/away/"]
)
def test_a_page_may_be_named_by_slug_file_or_address(changed: Path, name: str) -> None:
    known = translated.pairs(changed)
    assert translated.chosen(known, [name]) == [known[SLUG]]


def test_an_unknown_page_is_refused_with_an_example(changed: Path) -> None:
    with pytest.raises(CannotRun, match=r"away/register"):
        translated.chosen(translated.pairs(changed), ["away/nothing"])


@pytest.mark.parametrize(
    ("pages", "every", "yes", "said"),
    [([], True, False, "add --yes"), ([], False, True, "name a page")],
    ids=["all pages unasked", "no page"],
)
def test_a_command_line_that_says_too_little_is_refused(
    pages: list[str], every: bool, yes: bool, said: str
) -> None:
    with pytest.raises(CannotRun, match=said):
        translated.run(argparse.Namespace(pages=pages, all=every, yes=yes))
