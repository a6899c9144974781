"""The table of then and now: a fault is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.content import then_now
from scripts.content.then_now import ThenNow

ITEM = """items:
  - id: cards
    then: {zh: 甲, en: A}
    today: {zh: 乙, en: B}
    label: mixed
    facts: [S2-W31]
    page: help/ids
    verified: false
unverified:
  - {zh: 丙, en: C}
"""


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("", "", None),
        ("id: cards", "id: Cards", 2),
        ("{zh: 甲, en: A}", "{zh: 甲}", 3),
        ("{zh: 乙, en: B}", '{zh: 乙, en: ""}', 4),
        ("label: mixed", "label: modern", 5),
        ("label: mixed", "label: mixed\n    colour: red", 6),
        ("S2-W31", "S9-X1", 6),
        ("help/ids", "help/nothing", 7),
        ("verified: false", "verified: soon", 8),
        ("verified: false", "verified: \x07", 1),
        ("{zh: 丙, en: C}", "{zh: 丙}", 10),
        ("label: mixed", "label: [", 7),
        (
            "unverified:",
            "  - id: cards\n    then: {zh: 甲, en: A}\n    today: {zh: 乙, en: B}\n"
            "    label: mixed\nunverified:",
            9,
        ),
    ],
)
def test_a_fault_in_the_table_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, line: int | None
) -> None:
    path = tmp_path / then_now.FILE
    path.parent.mkdir(parents=True)
    path.write_text(ITEM.replace(old, new) if old else ITEM, encoding="utf-8")
    found = list(then_now.check(tmp_path, {"S2-W31"}, {"help/ids"}))
    assert [problem.line for problem in found][:1] == ([line] if line else []), found
    assert {problem.code for problem in found} <= {"then-now"}


def test_a_site_without_the_table_has_no_fault(tmp_path: Path) -> None:
    assert list(then_now.check(tmp_path, set(), set())) == []
    assert then_now.load_then_now(tmp_path) == ThenNow()
