"""What lies below docs/ is published: anything that is not meant to be is named by `check`."""

from pathlib import Path

import pytest

from scripts.content import published_files
from scripts.content.pages import source_pages

PAGE = "---\nslug: help/index\n---\n\n# 帮忙 {#top}\n\n![桥](bridge.webp)\n"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    page = tmp_path / "docs/zh/help/index.md"
    page.parent.mkdir(parents=True)
    page.write_text(PAGE, "utf-8")
    return tmp_path / "docs"


def told(docs: Path) -> list[str]:
    root = docs.parent
    return [problem.file for problem in published_files.check(root, source_pages(root))]


@pytest.mark.parametrize(
    "name",
    [
        "zh/help/党员名单.xlsx",
        "zh/help/members-2026.csv",
        "zh/help/会议纪要.docx",
        "zh/help/index.md.bak",
        "zh/help/index.md~",
        "zh/help/~$名单.xlsx",
        "zh/help/Thumbs.db",
        "zh/help/page.html",
        "zh/help/名单.png",
        "en/notes.txt",
        "desktop.ini",
        "old/index.md",
        "README.md",
        "assets/notes.txt",
        "assets/css/notes.txt",
        "assets/js/lib/more.js",
    ],
)
def test_a_file_that_is_no_page_is_named(name: str, docs: Path) -> None:
    path = docs / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    assert told(docs) == [f"docs/{name}"]


@pytest.mark.parametrize(
    "name",
    [
        "zh/help/bridge.webp",
        "zh/help/more.md",
        "assets/css/own.css",
        "assets/js/own.js",
        "data/党员名单.xlsx",  # not published
        "zh/help/.DS_Store",
    ],
)
def test_pages_their_pictures_and_what_is_not_published_may_be_there(name: str, docs: Path) -> None:
    path = docs / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PAGE.replace("bridge", "b"), "utf-8")
    assert told(docs) == []


def test_a_link_is_named_whatever_it_is_called(docs: Path, tmp_path: Path) -> None:
    secret = tmp_path / "members"
    secret.mkdir()
    (docs / "zh/members").symlink_to(secret)
    (docs / "zh/more.md").symlink_to(secret / "list.md")
    assert sorted(told(docs)) == ["docs/zh/members", "docs/zh/more.md"]
