"""The doctor's look at what is published: stale entries and pages, problems, what is waiting."""

from __future__ import annotations

import ast
import datetime as dt
import json
import shutil
from pathlib import Path

import pytest

from scripts import doctor, fingerprint

TODAY = dt.date(2026, 11, 21)


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """The sources alone, without a release."""
    for name in ("docs", "forms_api/definitions"):
        shutil.copytree(root / name, tmp_path / name)
    shutil.copy(root / "mkdocs.yml", tmp_path)
    return tmp_path


def codes(root: Path, today: dt.date = TODAY) -> set[str]:
    found = list(doctor.of_site(root, today))
    assert all(" / " in one["message"] and " / " in one["remedy"] for one in found)
    return {one["code"] for one in found}


def test_stale_entries_and_pages_and_problems_are_found(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = codes(copy)
    assert not before & {"problems", "stale-pages"}
    page = copy / "docs/zh/about/maintain.md"
    page.write_text(page.read_text("utf-8").replace("{#top}", "{#top}\n\n[x](none.md)"), "utf-8")
    monkeypatch.setenv("JINQIAO_TODAY", "2028-11-21")
    found = codes(copy, dt.date(2028, 11, 21))
    assert {"problems", "stale-pages", "stale-entries", "outdated"} <= found


@pytest.mark.parametrize(
    ("changed", "built_on", "expected"),
    [
        (False, "2026-11-21", set()),
        (True, "2026-11-21", {"unpublished"}),
        (False, "2026-11-20", {"old-release"}),
    ],
)
def test_what_is_not_published_yet_and_what_was_built_on_another_day_is_found(
    copy: Path, changed: bool, built_on: str, expected: set[str]
) -> None:
    private = copy / "var/current/_private"
    private.mkdir(parents=True)
    release = {"fingerprint": fingerprint.of_sources(copy), "today": built_on}
    (private / "release.json").write_text(json.dumps(release), "utf-8")
    if changed:
        (copy / "docs/data/moved.tsv").write_text("old\tnew\n", "utf-8")
    assert {one["code"] for one in doctor.of_release(copy, TODAY)} == expected


#: Where faults are planted.
TESTS = (
    "tests/site/test_doctor.py",
    *(f"tests/api/test_{name}.py" for name in ("doctor", "moving")),
    *(f"tests/api/test_{name}.py" for name in ("backup_killed", "storage_faults")),
)


def test_every_finding_that_the_doctors_know_is_planted_by_a_test(root: Path) -> None:
    known: set[str] = set()
    for path in (*(root / "forms_api/doctor").glob("*.py"), root / "scripts/doctor.py"):
        known |= known_codes(ast.parse(path.read_text("utf-8")))
    assert len(known) > 30
    planted: set[object] = set()
    for name in TESTS:
        tree = ast.parse((root / name).read_text("utf-8"))
        planted |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert known - planted == set()


def known_codes(tree: ast.Module) -> set[str]:
    """The second argument of each `finding(level, code, …)`, and the first of rows of `counts`."""
    found: list[ast.expr] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id.lower().strip("_") == "finding":
                found += node.args[1:2]
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
            found += [row.elts[0] for row in node.value.elts if isinstance(row, ast.Tuple)]
    return {str(one.value) for one in found if isinstance(one, ast.Constant)}
