"""What may be published of counts, and that what is hidden cannot be worked out."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_api import totals, workdays
from forms_api.forms import load_all

# Cells by their counts, and the counts of those that are shown.
HIDDEN = {
    "nothing is small": ([10, 40], [10, 40]),
    "one small cell takes the smallest other with it": ([3, 12, 40], [40]),
    "two small cells that come to ten are enough": ([4, 6, 40], [40]),
    "two that come to less are not": ([4, 5, 40, 11], [40]),
    "what nobody chose takes nothing with it": ([0, 0, 40, 30], [40, 30]),
    "but it hides nothing either": ([0, 3, 40, 30], [40]),
    "everything may have to go": ([9, 12], []),
    "nothing was counted": ([], []),
}


@pytest.mark.parametrize(("counts", "shown"), HIDDEN.values(), ids=HIDDEN)
def test_small_cells_are_hidden_with_what_gives_them_away(
    counts: list[int], shown: list[int]
) -> None:
    cells = {str(place): count for place, count in enumerate(counts)}
    made = totals.hidden(cells, of_a_sum=True)
    assert made.keys() == cells.keys()
    assert [count for count in made.values() if count is not None] == shown


def test_cells_without_a_sum_hide_themselves_alone() -> None:
    assert totals.hidden({"a": 3, "b": 12}, of_a_sum=False) == {"a": None, "b": 12}


@given(st.lists(st.integers(0, 60), min_size=1, max_size=9))
def test_no_hidden_number_follows_from_the_sum(counts: list[int]) -> None:
    cells = {str(place): count for place, count in enumerate(counts)}
    shown = totals.hidden(cells, of_a_sum=True)
    gone = [cells[name] for name, count in shown.items() if count is None]
    assert all(
        count is None or count == cells[name] >= totals.LEAST for name, count in shown.items()
    )
    if sum(gone) and len(gone) < len(cells):
        assert len([count for count in gone if count]) > 1
        assert sum(gone) >= totals.LEAST


@pytest.mark.parametrize(
    ("took", "found"),
    [
        ({2: 9}, None),
        ({2: 10}, 2.0),
        ({0: 5, 1: 1, 7: 5}, 1.0),
        ({1: 5, 4: 5}, 2.5),
        ({}, None),
    ],
)
def test_the_median_needs_ten_answers(took: dict[int, int], found: float | None) -> None:
    assert totals.median(took) == found


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [(9, 9, None), (10, 10, 1.0), (99, 100, 0.95), (1, 100, 0.05), (0, 10, 0.0), (52, 100, 0.5)],
)
def test_a_share_is_too_coarse_to_count_the_few_by(
    part: int, whole: int, share: float | None
) -> None:
    assert totals.about(part, whole) == share


def test_months_are_whole_and_cross_the_year() -> None:
    months = totals.months_before(date(2026, 3, 1), 4)
    assert months == ["2025-11", "2025-12", "2026-01", "2026-02"]


@pytest.mark.parametrize(
    ("received", "answered", "days"),
    [
        (date(2026, 11, 20), date(2026, 11, 20), 0),  # a Friday
        (date(2026, 11, 20), date(2026, 11, 22), 0),
        (date(2026, 11, 20), date(2026, 11, 23), 1),
        (date(2026, 9, 30), date(2026, 10, 8), 1),  # over the National Day holiday
        (date(2025, 12, 31), date(2026, 1, 5), 2),  # Sunday 4 January was worked
    ],
)
def test_working_days_are_counted_as_they_are_promised(
    received: date, answered: date, days: int
) -> None:
    assert workdays.between(received, answered) == days
    if days:
        assert workdays.after(received, days) <= answered


def test_service_figures_count_whole_months_of_forms_that_answer() -> None:
    forms = load_all()
    received = Counter({("help-ask", "2026-10"): 40, ("help-ask", "2026-11"): 5,
                        ("help-complain", "2026-10"): 3, ("branch-survey", "2026-10"): 70,
                        ("find-correct-listing", "2026-09"): 21})  # fmt: skip
    took = Counter({("help-ask", "2026-10", 3): 20, ("help-ask", "2026-10", 8): 10})
    made = totals.service(received, took, forms.values(), ["2026-09", "2026-10"])
    assert (made["received"], made["answered"]) == (64, 30)
    assert "branch-survey" not in made["forms"]
    assert made["forms"]["help-ask"] == {
        "received": 40, "answered": 30, "median": 3.0, "in_time": 0.65}  # fmt: skip
    # Three complaints would be what is missing to 64.
    assert made["forms"]["help-complain"]["received"] is None
    assert made["forms"]["find-correct-listing"]["received"] is None
    assert made["months"]["2026-10"] == {"received": 43, "answered": 30}


def test_a_question_is_published_anew_only_when_ten_more_answered() -> None:
    form = load_all()["branch-survey"]
    first = totals.choices(form, {"know": {"yes": 20, "no": 15, "unsure": 12}}, {})
    assert first["know"]["answers"] == 47
    soon = totals.choices(form, {"know": {"yes": 21, "no": 15, "unsure": 12}}, first)
    assert soon == first
    later = totals.choices(form, {"know": {"yes": 26, "no": 17, "unsure": 14}}, soon)
    assert later["know"] == {"answers": 57, "cells": {"yes": 26, "no": 17, "unsure": 14}}


def test_several_ticks_make_no_sum() -> None:
    form = load_all()["branch-survey"]
    made = totals.choices(form, {"hard": {"time": 30, "distance": 12, "other": 2}}, {})
    assert made["hard"] == {
        "answers": None, "cells": {"time": 30, "distance": 12, "other": None}}  # fmt: skip
