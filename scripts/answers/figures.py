"""[[figures: service]] and [[figures: survey]]: totals as tables with small charts in SVG.

Finished words and numbers for docs/theme/embeds/figures.html; a chart never says more than the
table beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms_api.fields import Checks
from forms_api.forms import Form
from forms_api.languages import Folder
from scripts.answers.totals import Chosen, Flow, Served, Service, Totals
from scripts.content.words import day, fill

SURVEY = "branch-survey"
USEFUL = ("page-feedback", "useful")
_STEP, _WIDE, _HIGH = 29, 348, 96  # of the chart of months: a month, all, a bar at most


def view(
    kind: str,
    totals: Totals,
    forms: Mapping[str, Form],
    catalogue: Mapping[str, Any],
    words: Mapping[str, str],
    lang: Folder,
) -> dict[str, Any]:
    """`kind` is "service" or "survey"; `empty` says that there is nothing to show yet."""
    shared = {
        "kind": kind,
        "sample": totals.sample,
        "until": fill(words["figures_until"], {"month": day(totals.until, lang)}),
    }
    if kind == "survey":
        form = forms.get(SURVEY)
        questions = _questions(form, totals, catalogue, lang) if form else {}
        scales = _scales(questions)
        plain = [one for name, one in questions.items() if not any(name in s["of"] for s in scales)]
        return {**shared, "questions": plain, "scales": scales, "empty": not questions}
    service = totals.service
    return {
        **shared,
        "empty": service.received is None,
        "service": service,
        "since": min(service.years, default=totals.until[:4]),
        "months": _months(service, lang),
        "forms": _forms(service, forms, words, lang),
        "few": sum(one.received is None for one in service.forms.values()),
        "useful": _useful(totals, forms, lang),
    }


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


def _forms(
    service: Service, forms: Mapping[str, Form], words: Mapping[str, str], lang: Folder
) -> list[dict[str, Any]]:
    """Those with a number to show, the most used first; a bar of the median beside the promise."""
    shown = [(forms[name], one) for name, one in service.forms.items() if name in forms]
    shown = [(form, one) for form, one in shown if one.received is not None]
    shown.sort(key=lambda pair: -(pair[1].received or 0))
    longest = max([float(form.answer_days or 1) for form, _ in shown] + [0.0])
    longest = max([longest] + [one.median or 0.0 for _, one in shown])

    def days(value: float) -> str:
        key = "figures_day" if value == 1 else "figures_days"
        return fill(words[key], {"n": _number(value)})

    return [
        {
            "title": form.title[lang],
            "received": one.received,
            "answered": one.answered,
            "promised": _promise(one, days(form.answer_days or 0), words),
            "median": None if one.median is None else days(one.median),
            "bar": None if one.median is None else round(100 * one.median / longest, 1),
            "mark": round(100 * (form.answer_days or 0) / longest, 1),
        }
        for form, one in shown
    ]


def _promise(one: Served, days: str, words: Mapping[str, str]) -> str:
    """The time promised and, where it is known, about which share was answered within it."""
    if one.in_time is None:
        return fill(words["figures_promised"], {"days": days})
    share = f"{round(100 * one.in_time)}%"
    key = "figures_in_time_all" if one.in_time == 1 else "figures_in_time"
    return fill(words[key], {"days": days, "share": share})


def _months(service: Service, lang: Folder) -> dict[str, Any]:
    """Two bars a month; a month whose number is not shown has a dot on the ground line."""
    flows: list[tuple[str, Flow]] = sorted(service.months.items())
    most = max([n for _, one in flows for n in (one.received, one.answered) if n] + [1])

    def bar(place: int, count: int | None, shift: int) -> dict[str, Any]:
        high = round(_HIGH * (count or 0) / most, 1)
        x = place * _STEP + shift
        return {"x": x, "y": round(_HIGH + 14 - high, 1), "h": high, "known": count is not None}

    return {
        "wide": _WIDE,
        "most": most,
        "top": 14,
        "ground": _HIGH + 14,
        "bars": [
            {
                "label": month[5:].lstrip("0"),
                "year": month[:4] if place == 0 or month.endswith("-01") else "",
                "middle": place * _STEP + 13,
                "received": bar(place, one.received, 2),
                "answered": bar(place, one.answered, 14),
            }
            for place, (month, one) in enumerate(flows)
        ],
        "rows": [
            {"month": day(month, lang), "received": one.received, "answered": one.answered}
            for month, one in flows
        ],
    }


def _questions(
    form: Form, totals: Totals, catalogue: Mapping[str, Any], lang: Folder
) -> dict[str, dict[str, Any]]:
    found = {}
    counted = totals.choices.get(form.id, {})
    for field in form.fields:
        chosen = counted.get(field.name)
        if field.tally and chosen:
            rows = _rows(chosen, [(c.value, c.label) for c in field.choices(lang, catalogue)])
            found[field.name] = {
                "title": field.label[lang],
                "rows": rows,
                "answers": chosen.answers,
                "ticks": isinstance(field, Checks),
            }
    return found


def _rows(chosen: Chosen, choices: list[tuple[str, str]]) -> list[dict[str, Any]]:
    most = max([n for n in chosen.cells.values() if n] + [1])
    return [
        {
            "value": value,
            "label": label,
            "count": (count := chosen.cells.get(value)),
            "bar": None if count is None else round(100 * count / most, 1),
        }
        for value, label in choices
    ]


def _scales(questions: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Questions that are answered on the same scale (1 to 5) make one table."""
    same: dict[tuple[str, ...], list[str]] = {}
    for name, one in questions.items():
        values = tuple(row["value"] for row in one["rows"])
        if all(value.isdigit() for value in values):
            same.setdefault(values, []).append(name)
    return [
        {"of": names, "columns": values, "rows": [questions[name] for name in names]}
        for values, names in same.items()
    ]


def _useful(totals: Totals, forms: Mapping[str, Form], lang: Folder) -> dict[str, Any] | None:
    """How many readers found a page useful, when both numbers can be shown."""
    form, name = USEFUL
    chosen = totals.choices.get(form, {}).get(name)
    if form not in forms or chosen is None or None in (*chosen.cells.values(), chosen.answers):
        return None
    return {"yes": chosen.cells.get("yes"), "all": chosen.answers}
