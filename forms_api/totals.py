"""Counts as they may be published: small ones hidden, and nothing to be learnt by subtraction.

Pure. One rule holds for every number (`renewed`): what is published grows by LEAST persons at once
or stays as it is. So a cell is a sum of groups of at least LEAST persons that never overlap, and no
release less another, for any cells, tells of fewer. And a table is looked at anew only when LEAST
more persons are in it: that a cell changed tells of none of them that they made it change.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from forms_api.fields import Checks
from forms_api.form import Form

LEAST: Final = 10  # no smaller number is published
MONTHS: Final = 12
Shown = Mapping[str, int | None]
Figures = Mapping[str, Any]
_KINDS: Final = ("received", "answered")


def renewed(before: Shown, counted: Mapping[str, int], persons: int | None = None) -> Shown:
    """Cells as they may stand after what was published `before`; None is hidden.

    A hidden cell counts as LEAST - 1. With `persons`, each of whom is in one cell, those who are in
    no cell that is shown are none or at least LEAST: else the smallest change has to wait. Empty
    while nothing can be shown.
    """
    now = {name: before.get(name) for name in {**before, **counted}}
    changed = []
    for name in now:
        was = before.get(name, 0)
        grown = counted.get(name, 0) - (LEAST - 1 if was is None else was)
        if grown >= LEAST:
            now[name] = counted[name]
            changed.append((grown, name))
    changed.sort(reverse=True)
    while persons is not None and changed and 0 < persons - _sum(now) < LEAST:
        _, name = changed.pop()
        now[name] = before.get(name)
    return now if any(now.values()) else {}


def months_before(today: date, count: int = MONTHS) -> list[str]:
    """The last whole months, oldest first: 2025-11 … 2026-10."""
    last = today.year * 12 + today.month - 2
    return [f"{n // 12}-{n % 12 + 1:02}" for n in range(last - count + 1, last + 1)]


def median(took: Mapping[int, int]) -> float | None:
    """Of working days → answers; None for fewer than LEAST answers."""
    ordered = [days for days, answers in sorted(took.items()) for _ in range(answers)]
    if len(ordered) < LEAST:
        return None
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return float(ordered[middle])
    return (ordered[middle - 1] + ordered[middle]) / 2


def about(part: int, whole: int) -> float | None:
    """A share in steps of 5%, too coarse to count the few by; 1 and 0 only when they are exact."""
    if whole < LEAST:
        return None
    steps = round(20 * part / whole)
    if 0 < part < whole:
        steps = min(max(steps, 1), 19)
    return steps / 20


def service(
    received: Mapping[tuple[str, str], int],
    took: Mapping[tuple[str, str, int], int],
    forms: Iterable[Form],
    months: Sequence[str],
    before: Figures,
) -> dict[str, Any]:
    """Received and answered of forms that promise an answer, up to the last of `months`.

    `years`: by calendar year and form, this year's and the last one's; `forms` are their sums, so
    that a year leaves as a whole, with the median and about which share came in time. `months`: all
    forms together to the nearest LEAST, each once and for all. `looked`: up to which month each
    kind was counted when its cells were last looked at.
    """
    promised = {form.id: form.answer_days for form in forms if form.answer_days}
    until = months[-1]
    answers = {key: n for key, n in took.items() if key[0] in promised and key[1] <= until}
    counted = {
        "received": {k: n for k, n in received.items() if k[0] in promised and k[1] <= until},
        "answered": _without_days(answers),
    }
    looked = dict(before.get("looked", {}))
    due = [kind for kind in _KINDS if _since(counted[kind], looked.get(kind, "")) >= LEAST]
    looked |= dict.fromkeys(due, until)
    years: dict[str, dict[str, dict[str, int | None]]] = {}
    for year in (str(int(until[:4]) - 1), until[:4]):
        published = before.get("years", {}).get(year, {})
        cells = {kind: {name: one[kind] for name, one in published.items()} for kind in _KINDS}
        for kind in due:
            cells[kind] = dict(renewed(cells[kind], _by_form(counted[kind], year)))
        if any(cells.values()):
            years[year] = {
                name: {kind: cells[kind].get(name) for kind in _KINDS} for name in promised
            }
    rows = {name: _row(name, promised[name] or 0, years, answers, before) for name in promised}
    return {
        **{kind: _total(rows.values(), kind) for kind in _KINDS},
        "months": {month: _month(month, counted, before) for month in months},
        "forms": rows,
        "years": years,
        "looked": looked,
    }


def _row(
    form: str,
    promised: int,
    years: Mapping[str, Figures],
    answers: Mapping[tuple[str, str, int], int],
    before: Figures,
) -> dict[str, Any]:
    """Median and share belong to the number of answers: they stay as long as it does."""
    shown = {kind: _total([some[form] for some in years.values()], kind) for kind in _KINDS}
    if shown["answered"] is None:
        return {**shown, "median": None, "in_time": None}
    old = before.get("forms", {}).get(form, {})
    past = before.get("years", {})
    if all(some[form]["answered"] == past.get(year, {}).get(form, {}).get("answered")
           for year, some in years.items()):  # fmt: skip
        return {**shown, "median": old.get("median"), "in_time": old.get("in_time")}
    days: dict[int, int] = {}
    for (name, month, took), count in answers.items():
        if name == form and month[:4] in years:
            days[took] = days.get(took, 0) + count
    in_time = sum(n for day, n in days.items() if day <= promised)
    return {**shown, "median": median(days), "in_time": about(in_time, sum(days.values()))}


def _month(
    month: str, counted: Mapping[str, Mapping[tuple[str, str], int]], before: Figures
) -> dict[str, int | None]:
    """To the nearest LEAST, so that forms less months tell nothing; a month never changes."""
    if month in before.get("months", {}):
        return dict(before["months"][month])
    numbers = {
        kind: sum(n for key, n in cells.items() if key[1] == month)
        for kind, cells in counted.items()
    }
    return {
        kind: (n + LEAST // 2) // LEAST * LEAST if n >= LEAST else None
        for kind, n in numbers.items()
    }


def _by_form(counted: Mapping[tuple[str, str], int], year: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for (form, month), count in counted.items():
        if month[:4] == year:
            found[form] = found.get(form, 0) + count
    return found


def _without_days(answers: Mapping[tuple[str, str, int], int]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for (form, month, _), count in answers.items():
        found[form, month] = found.get((form, month), 0) + count
    return found


def _since(counted: Mapping[tuple[str, str], int], month: str) -> int:
    return sum(count for key, count in counted.items() if key[1] > month)


def _sum(cells: Shown) -> int:
    return sum(count or 0 for count in cells.values())


def _total(rows: Iterable[Figures], kind: str) -> int | None:
    return sum(row[kind] or 0 for row in rows) or None


def choices(
    form: Form, counted: Mapping[str, Mapping[str, int | None]], before: Figures
) -> dict[str, Any]:
    """Field → {answers, cells} of a form's counted choices, after what was published `before`.

    `answers` are those in the cells that are shown. A question with several ticks has none.
    """
    found: dict[str, Any] = {}
    for field in form.fields:
        if not field.tally:
            continue
        was = before.get(field.name, {}).get("cells", {})
        now = {name: n for name, n in counted.get(field.name, {}).items() if n is not None}
        if cells := renewed(was, now):
            ordered = dict(sorted(cells.items()))
            answers = None if isinstance(field, Checks) else _sum(cells) or None
            found[field.name] = {"answers": answers, "cells": ordered}
    return found
