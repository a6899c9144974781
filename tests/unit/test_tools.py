"""Tools are found, or installed, or asked for; and the fingerprint that decides on rebuilding."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import fingerprint, tools
from scripts.outcome import CannotRun


def tool(wanted: Path, *last_resort: str) -> tools.Tool:
    return tools.Tool(
        zh="一件工具",
        en="a tool",
        find=lambda: wanted if wanted.exists() else None,
        packages=dict.fromkeys(tools.MANAGERS, ("tool-package",)),
        last_resort=last_resort,
    )


def test_a_tool_that_is_there_is_used_as_it_is(tmp_path: Path) -> None:
    there = tmp_path / "tool"
    there.touch()
    assert tools.require(tool(there), tmp_path) == there
    assert not (tmp_path / "var").exists()


def test_a_tool_that_can_be_brought_is_brought(tmp_path: Path) -> None:
    there = tmp_path / "tool"
    bring = (sys.executable, "-c", f"open({str(there)!r}, 'w')")
    assert tools.require(tool(there, *bring), tmp_path, manager="") == there


def test_a_tool_that_cannot_be_had_is_one_sentence_on_what_to_install(tmp_path: Path) -> None:
    told = r"the tests need a tool.*apt-get install tool-package"
    with pytest.raises(CannotRun, match=told) as caught:
        tools.require(tool(tmp_path / "never"), tmp_path, manager="")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("needed", tools.NEEDED, ids=lambda needed: needed.en)
def test_every_package_manager_knows_what_to_install(needed: tools.Tool) -> None:
    assert set(needed.packages) == set(tools.MANAGERS)


@pytest.mark.parametrize(
    ("there", "taken"),
    [
        (("chromium", "chromium-headless-shell"), "chromium-headless-shell"),
        (("chromium",), "chromium"),
        (("chromium-browser", "chrome"), "chrome"),  # the former names a snap that is missing
        (("chromium-browser",), None),
    ],
)
def test_the_browser_without_windows_is_taken_first_and_none_that_does_not_start(
    there: tuple[str, ...], taken: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in there:
        says = "exit 10" if name == "chromium-browser" else "echo Chromium 1.2.3"
        (tmp_path / name).write_text(f"#!/bin/sh\n{says}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    assert tools.CHROMIUM.find() == (tmp_path / taken if taken else None)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for name in ("docs/zh/a.md", "mkdocs.yml", "forms_api/fields.py", "scripts/search/tokens.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text")
    return tmp_path


def write(name: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("new text")

    return change


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(write("docs/zh/a.md"), id="another text"),
        pytest.param(write("docs/data/branches.csv"), id="another file"),
        pytest.param(write("forms_api/definitions/x.yml"), id="a form"),
        pytest.param(write("scripts/search/tokens.py"), id="the build's own code"),
        pytest.param(lambda root: (root / "docs/zh/a.md").rename(root / "docs/zh/b.md"), id="name"),
        pytest.param(lambda root: (root / "docs/zh/a.md").unlink(), id="a file less"),
    ],
)
def test_the_fingerprint_follows(sources: Path, change: Callable[[Path], object]) -> None:
    before = fingerprint.of_sources(sources)
    change(sources)
    assert fingerprint.of_sources(sources) != before


@pytest.mark.parametrize(
    "name",
    [
        "docs/data/~$branches.csv",
        "docs/zh/.a.md.swp",
        "docs/zh/a.md~",
        "scripts/search/__pycache__/tokens.cpython-311.pyc",
        "tests/unit/test_a.py",
        "var/current/index.html",
        "forms_api/store/writer.py",
    ],
)
def test_the_fingerprint_does_not_mind(sources: Path, name: str) -> None:
    before = fingerprint.of_sources(sources)
    write(name)(sources)
    assert fingerprint.of_sources(sources) == before
