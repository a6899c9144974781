"""What may be published of counts, and that what is hidden cannot be worked out."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_api import totals, workdays
from forms_api.forms import load_all
from forms_api.inbox.counting import Accumulator
from forms_api.totals import LEAST, Shown

FORMS = load_all()
MANY = settings(deadline=None, max_examples=60)

# What was published, what is counted now, of how many persons, and what is published then.
RENEWED: dict[str, tuple[Shown, dict[str, int], int | None, Shown]] = {
    "nothing is small": ({}, {"a": 10, "b": 40}, 50, {"a": 10, "b": 40}),
    "one small cell takes the smallest other with it": (
        {}, {"a": 3, "b": 12, "c": 40}, 55, {"a": None, "b": None, "c": 40}),
    "two small cells that come to ten are enough": (
        {}, {"a": 4, "b": 6, "c": 40}, 50, {"a": None, "b": None, "c": 40}),
    "what nobody chose takes nothing with it": ({}, {"a": 0, "b": 40}, 40, {"a": None, "b": 40}),
    "where persons tick several, each cell is for itself": (
        {}, {"a": 3, "b": 12}, None, {"a": None, "b": 12}),
    "everything may have to wait": ({}, {"a": 9, "b": 12}, 21, {}),
    "nothing was counted": ({}, {}, 0, {}),
    "nine more change nothing": ({"a": 20, "b": 30}, {"a": 29, "b": 39}, None, {"a": 20, "b": 30}),
    "ten more do, each cell for itself": (
        {"a": 20, "b": 30}, {"a": 30, "b": 39}, None, {"a": 30, "b": 30}),
    "what was hidden counts as nine": ({"a": None, "b": 30}, {"a": 18, "b": 30}, None,
                                       {"a": None, "b": 30}),
    "and is shown ten above": ({"a": None, "b": 30}, {"a": 19, "b": 30}, None,
                               {"a": 19, "b": 30}),
    "what grew waits while the rest would be few": (
        {"a": 20, "b": None}, {"a": 31, "b": 4}, 35, {"a": 20, "b": None}),
    "counts of a restored backup take nothing back": ({"a": 40}, {"a": 12}, 12, {"a": 40}),
}  # fmt: skip


@pytest.mark.parametrize(("before", "counted", "persons", "after"), RENEWED.values(), ids=RENEWED)
def test_what_is_published_anew(
    before: Shown, counted: dict[str, int], persons: int | None, after: Shown
) -> None:
    assert totals.renewed(before, counted, persons) == after


def tells_of_few(earlier: Shown, later: Shown) -> list[str]:
    """Cells, and with them every sum of cells, whose difference is made by one to nine persons."""
    both = {name: later[name] for name in later if earlier.get(name) is not None}
    return [name for name, n in both.items() if 0 < abs((n or 0) - (earlier[name] or 0)) < LEAST]


FIELD, TICKS = "know", "hard"
PERSONS = st.lists(
    st.tuples(st.sampled_from(["yes", "no", "unsure"]), st.sets(st.sampled_from("abcd"))),
    max_size=25,
)


@MANY
@given(st.lists(PERSONS, min_size=2, max_size=6))
def test_no_two_releases_of_choices_tell_of_fewer_than_ten(groups: list[Any]) -> None:
    """Whoever comes, however many between two releases: one that differs from an earlier one does
    so by ten persons who came between, and in each cell by ten, and leaves none or ten in none."""
    counts, releases = Accumulator(FORMS["branch-survey"]), [dict[str, Shown]()]
    came, looked = 0, 0
    for persons in groups:
        for choice, ticks in persons:
            counts.add({FIELD: choice, **({TICKS: tuple(ticks)} if ticks else {})})
        came += len(persons)
        releases.append(counts.release(releases[-1]))
        if releases[-1] != releases[-2]:
            assert came - looked >= LEAST
            looked = came
            shown = [n for n in releases[-1].get(FIELD, {}).values() if n]
            changed = releases[-1].get(FIELD) != releases[-2].get(FIELD)
            assert not changed or came - sum(shown) == 0 or came - sum(shown) >= LEAST
    for earlier, later in combinations(releases, 2):
        for name, cells in earlier.items():
            assert tells_of_few(cells, later[name]) == []
        for cells in later.values():
            assert all(n is None or n >= LEAST for n in cells.values())


def test_one_person_who_ticks_three_changes_nothing() -> None:
    """The three cells would cross together, and tell all of it."""
    counts = Accumulator(FORMS["branch-survey"])
    for number in range(28):
        counts.add({TICKS: ("time", "distance") if number < 14 else ("employer",)})
    first = counts.release({})
    for _ in range(9):
        counts.add({TICKS: ("time", "distance", "employer")})
        assert counts.release(first) == first
    counts.add({TICKS: ("time", "distance", "employer")})
    assert counts.release(first)[TICKS] == {"time": 24, "distance": 24, "employer": 24}


CAME = st.dictionaries(
    st.sampled_from(["help-ask", "help-rights", "help-complain"]), st.integers(0, 25)
)


@MANY
@given(st.lists(CAME, min_size=2, max_size=16), st.integers(1, 12))
def test_no_two_releases_of_the_service_tell_of_fewer_than_ten(
    months: list[dict[str, int]], first: int
) -> None:
    """A release a month, over the turn of years: by form and year, and by month."""
    received: Counter[tuple[str, str]] = Counter()
    took: Counter[tuple[str, str, int]] = Counter()
    releases: list[dict[str, Any]] = [{}]
    for place, came in enumerate(months):
        start = first - 1 + place
        month = f"{2025 + start // 12}-{start % 12 + 1:02}"
        for form, count in came.items():
            received[form, month] += count
            took[form, month, place % 5] += count // 2
        today = date(2025 + (start + 1) // 12, (start + 1) % 12 + 1, 3)
        known = totals.months_before(today)
        releases.append(totals.service(received, took, FORMS.values(), known, releases[-1]))
    for earlier, later in combinations(releases[1:], 2):
        for year in earlier["years"].keys() & later["years"].keys():
            for kind in ("received", "answered"):
                cells = [
                    {name: one[kind] for name, one in made["years"][year].items()}
                    for made in (earlier, later)
                ]
                assert tells_of_few(*cells) == []
        for month in earlier["months"].keys() & later["months"].keys():
            assert earlier["months"][month] == later["months"][month]
    for made in releases[1:]:
        for name, row in made["forms"].items():
            for kind in ("received", "answered"):
                years = [some[name][kind] or 0 for some in made["years"].values()]
                assert (row[kind] or 0) == sum(years)
            assert (row["median"] is None) <= (row["in_time"] is None)
        assert (made["received"] or 0) == sum(
            one["received"] or 0 for one in made["forms"].values()
        )


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
    received = Counter({("help-ask", "2026-10"): 40, ("help-ask", "2026-11"): 5,
                        ("help-complain", "2026-10"): 3, ("branch-survey", "2026-10"): 70,
                        ("find-correct-listing", "2026-09"): 21})  # fmt: skip
    took = Counter({("help-ask", "2026-10", 3): 20, ("help-ask", "2026-10", 8): 10})
    made = totals.service(received, took, FORMS.values(), ["2026-09", "2026-10"], {})
    assert (made["received"], made["answered"]) == (61, 30)
    assert "branch-survey" not in made["forms"]
    assert made["forms"]["help-ask"] == {
        "received": 40, "answered": 30, "median": 3.0, "in_time": 0.65}  # fmt: skip
    # Three complaints: nothing that is published holds them, but for a month to the nearest ten.
    assert made["forms"]["help-complain"]["received"] is None
    assert made["months"]["2026-10"] == {"received": 40, "answered": 30}
    assert made["months"]["2026-09"] == {"received": 20, "answered": None}


def test_a_year_leaves_the_figures_as_a_whole() -> None:
    received = Counter({("help-ask", "2025-03"): 13, ("help-ask", "2026-03"): 24})
    months = ["2026-12"], ["2027-01"]
    first = totals.service(received, {}, FORMS.values(), months[0], {})
    assert first["forms"]["help-ask"]["received"] == 37
    received["help-ask", "2027-01"] = 4
    then = totals.service(received, {}, FORMS.values(), months[1], first)
    assert then["forms"]["help-ask"]["received"] == 24
    assert then["years"].keys() == {"2026"}


def test_the_median_stays_as_long_as_the_number_it_belongs_to() -> None:
    took = Counter({("help-ask", "2026-09", 2): 12})
    first = totals.service({}, took, FORMS.values(), ["2026-09"], {})
    took["help-ask", "2026-10", 30] = 9
    assert totals.service({}, took, FORMS.values(), ["2026-10"], first)["forms"] == first["forms"]
    took["help-ask", "2026-11", 30] = 9
    later = totals.service({}, took, FORMS.values(), ["2026-11"], first)["forms"]["help-ask"]
    assert (later["answered"], later["median"]) == (30, 30.0)


def test_a_question_is_published_anew_only_when_ten_more_answered() -> None:
    form = FORMS["branch-survey"]
    first = totals.choices(form, {"know": {"yes": 20, "no": 15, "unsure": 12}}, {})
    assert first["know"]["answers"] == 47
    soon = totals.choices(form, {"know": {"yes": 29, "no": 15, "unsure": 12}}, first)
    assert soon == first
    later = totals.choices(form, {"know": {"yes": 30, "no": 17, "unsure": 14}}, soon)
    assert later["know"] == {"answers": 57, "cells": {"no": 15, "unsure": 12, "yes": 30}}


def test_several_ticks_make_no_sum() -> None:
    form = FORMS["branch-survey"]
    made = totals.choices(form, {"hard": {"time": 30, "distance": 12, "other": None}}, {})
    assert made["hard"] == {"answers": None, "cells": {"distance": 12, "time": 30}}
