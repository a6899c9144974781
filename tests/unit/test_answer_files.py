"""Files of published answers and totals: what `check` finds in them, with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms_api.forms import load_all
from scripts.answers import files, totals

ROOT = Path(__file__).resolve().parents[2]
FINE = """topic: dues
checked: 2026
related: [away/transfer]
question:
  zh: 出门在外，党费怎么交？
  en: How do I pay dues when I live away?
answer:
  zh: |-
    党费按月交给所在支部。出门在外，先问支部怎么交。

    - 找不到支部，打 12371；
    - 两头都要，只交一头。
  en: |-
    Dues are paid monthly to your branch.
    When away, ask it first how to pay.
"""
FAULTS = {
    "nothing": ("", "", []),
    "an unknown topic": ("topic: dues", "topic: weather", [(1, "answer-unknown-topic")]),
    "a page that is not there": ("away/transfer", "away/nowhere", [(3, "answer")]),
    "a mobile number": ("打 12371", "打 13800138000", [(8, "answer-mobile")]),
    "a reference": ("paid monthly", "paid, see TY-7QK4-M9XD,", [(13, "answer-reference")]),
    "a name": ("先问支部", "先问刘建国先生", [(8, "answer-name")]),
    "no English": (
        "  en: How do I pay dues when I live away?\n",
        "",
        [(4, "answer")],
    ),
    "marks of the other language": ("away, ask", "away，ask", [(13, "typography")]),
    "Chinese with half-width marks": ("外，党费", "外,党费", [(5, "typography")]),
    "an unknown key": ("checked: 2026", "checked: 2026\nasked_by: x", [(3, "answer")]),
    "a day instead of a year": ("checked: 2026", "checked: 2026-11-21", [(2, "answer")]),
    "no YAML": ("topic: dues", "topic: [dues", [(2, "answer")]),
}


@pytest.mark.parametrize(("old", "new", "found"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_named_with_its_line(
    old: str, new: str, found: list[tuple[int, str]], tmp_path: Path
) -> None:
    folder = tmp_path / files.FOLDER
    folder.mkdir(parents=True)
    (folder / "a-7f3kq9mx2p.yml").write_text(FINE.replace(old, new) if old else FINE, "utf-8")
    problems = list(files.check(tmp_path, ["away/transfer"]))
    assert [(one.line, one.code) for one in problems] == found, problems


def test_a_name_that_makes_no_address_is_a_fault(tmp_path: Path) -> None:
    folder = tmp_path / files.FOLDER
    folder.mkdir(parents=True)
    for name in ("Dues", "a_b", "a" * 41):
        (folder / f"{name}.yml").write_text(FINE, "utf-8")
    assert len(list(files.check(tmp_path, ["away/transfer"]))) == 3


def test_paragraphs_and_lists_are_told_apart(tmp_path: Path) -> None:
    folder = tmp_path / files.FOLDER
    folder.mkdir(parents=True)
    (folder / "a-1.yml").write_text(FINE, "utf-8")
    (one,) = files.load_answers(tmp_path)
    assert one.blocks("zh") == [
        "党费按月交给所在支部。出门在外，先问支部怎么交。",
        ["找不到支部，打 12371；", "两头都要，只交一头。"],
    ]
    assert one.blocks("en") == [
        "Dues are paid monthly to your branch. When away, ask it first how to pay."
    ]


def test_answers_stand_in_the_order_of_the_forms_topics() -> None:
    topics = [one.topic for one in files.load_answers(ROOT)]
    order = list(dict.fromkeys(topics))
    assert order == [topic for topic in files.publishable.topics() if topic in topics]


SMALL = "service: {received: 64, forms: {help-ask: {received: 9}}}\n"
TOTALS = {
    "a number below ten": (SMALL, 1),
    "a form that is not there": ("choices:\n  help-lift: {}\n", 2),
    "a month that is none": ("until: 2026-13\n", 1),
    "a share above one": ("service:\n  forms:\n    help-ask: {in_time: 2}\n", 3),
    "no YAML": ("until: [\n", 2),
}


@pytest.mark.parametrize(("text", "line"), TOTALS.values(), ids=TOTALS)
def test_totals_that_tell_too_much_or_make_no_sense_are_refused(
    text: str, line: int, tmp_path: Path
) -> None:
    path = tmp_path / totals.FILE
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    (problem,) = totals.check(tmp_path, load_all())
    assert (problem.line, problem.code) == (line, "totals")
    assert list(totals.check(tmp_path / "elsewhere", load_all())) == []
