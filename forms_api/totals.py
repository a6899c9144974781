"""Counts as they may be published: small ones hidden, and what would give them away with them.

Pure. `published` makes what stands in docs/data/totals.yml, from counts of whole months.
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


def hidden(cells: Mapping[str, int], *, of_a_sum: bool) -> dict[str, int | None]:
    """Cells below LEAST become None; with `of_a_sum` also those that keep them from being found.

    Where the sum of all cells is known, so is that of the hidden ones: it must stand for at least
    two cells and LEAST persons, or the smallest cell still shown is hidden too. Cells that nobody
    chose are nobody's secret: when all hidden ones are such, no more need hiding.
    """
    gone = {name for name, count in cells.items() if count < LEAST}
    rest = sorted(cells.keys() - gone, key=lambda name: (cells[name], name))
    while of_a_sum and rest and 0 < sum(cells[name] for name in gone) < LEAST:
        gone.add(rest.pop(0))
    return {name: None if name in gone else count for name, count in cells.items()}


def several(number: int) -> int | None:
    return number if number >= LEAST else None


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
) -> dict[str, Any]:
    """Received and answered by month and by form, with the median and about which share
    came within the promised time, of forms that promise an answer. None stands for what is hidden.
    """
    promised = {form.id: form.answer_days for form in forms if form.answer_days}
    came = {key: count for key, count in received.items() if key[0] in promised}
    answers = {key: count for key, count in took.items() if key[0] in promised}

    def by(counts: Mapping[Any, int], place: int, names: Iterable[str]) -> dict[str, int]:
        return {
            name: sum(n for key, n in counts.items() if key[place] == name and key[1] in months)
            for name in names
        }

    def row(form: str) -> dict[str, Any]:
        days: dict[int, int] = {}
        for (name, month, took_days), count in answers.items():
            if name == form and month in months:
                days[took_days] = days.get(took_days, 0) + count
        total = sum(days.values())
        in_time = sum(n for day, n in days.items() if day <= (promised[form] or 0))
        return {
            "received": came_by_form[form],
            "answered": answered_by_form[form],
            "median": median(days),
            "in_time": about(in_time, total),
        }

    came_by_form = hidden(by(came, 0, promised), of_a_sum=True)
    answered_by_form = hidden(by(answers, 0, promised), of_a_sum=True)
    came_by_month = hidden(by(came, 1, months), of_a_sum=True)
    answered_by_month = hidden(by(answers, 1, months), of_a_sum=True)
    return {
        "received": several(sum(by(came, 1, months).values())),
        "answered": several(sum(by(answers, 1, months).values())),
        "months": {
            month: {"received": came_by_month[month], "answered": answered_by_month[month]}
            for month in months
        },
        "forms": {form: row(form) for form in promised},
    }


def choices(form: Form, counted: Mapping[str, Mapping[str, int]], before: Figures) -> Figures:
    """Field → {answers, cells} of a form's counted choices.

    `before` is what was published last: a field keeps that until LEAST more answers came, so that
    two releases side by side do not tell what the few between them chose. A question with several
    ticks has no sum, hence no number of answers.
    """
    found: dict[str, Any] = {}
    for field in form.fields:
        cells = counted.get(field.name, {})
        if not field.tally or not cells:
            continue
        ticks = isinstance(field, Checks)
        answers = None if ticks else several(sum(cells.values()))
        now = {"answers": answers, "cells": hidden(cells, of_a_sum=not ticks)}
        old = before.get(field.name)
        if old and _grown(old, now) < LEAST:
            now = dict(old)
        found[field.name] = now
    return found


def _grown(old: Figures, now: Figures) -> int:
    """By how many answers, as far as published figures can tell."""
    if old.get("answers") is not None and now["answers"] is not None:
        return int(now["answers"] - old["answers"])
    pairs = ((old["cells"].get(name), count) for name, count in now["cells"].items())
    return sum((count or 0) - (was or 0) for was, count in pairs)
