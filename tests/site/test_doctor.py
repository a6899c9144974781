"""The doctor's look at what is published: stale entries and pages, problems, what is waiting."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from scripts import doctor

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
