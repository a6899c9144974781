"""docs/data/totals.yml, as `manage.py answers pull` writes it: the service's figures, the counts of
choices. None stands for a number that is not published: below 10, or one that would tell it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from forms_api import yaml_text
from scripts import source_text
from scripts.content.modelled import line_of, read
from scripts.problems import Problem

FILE = "docs/data/totals.yml"
_Count = Annotated[int, Field(ge=10, strict=True)]
Year = Annotated[str, Field(pattern=r"^\d{4}$")]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Flow(_Strict):
    received: _Count | None = None
    answered: _Count | None = None


class Served(Flow):
    """`median`: working days; `in_time`: the share answered within the promised time."""

    median: Annotated[float, Field(ge=0)] | None = None
    in_time: Annotated[float, Field(ge=0, le=1)] | None = None


class Service(Flow):
    """`years`: what `forms` are the sums of; `looked`: see forms_api/totals.py."""

    months: Mapping[Month, Flow] = {}
    forms: Mapping[str, Served] = {}
    years: Mapping[Year, Mapping[str, Flow]] = {}
    looked: Mapping[str, Month] = {}


class Chosen(_Strict):
    """`answers`: those in the cells that are shown; empty for a question with several ticks."""

    answers: _Count | None = None
    cells: Mapping[str, _Count | None]


class Totals(_Strict):
    """`until`: the last month that is counted; `sample`: made up, to show what it looks like."""

    until: Month = "2000-01"
    sample: bool = False
    looked: Mapping[str, Month] = {}
    service: Service = Service()
    choices: Mapping[str, Mapping[str, Chosen]] = {}


def load_totals(root: Path) -> Totals:
    """Empty while there is no file, or none that can be read: `check` has named that before."""
    path = root / FILE
    if not path.exists():
        return Totals()
    try:
        return Totals.model_validate(yaml_text.load(source_text.read(path)) or {})
    except (yaml.YAMLError, ValidationError):
        return Totals()


def check(root: Path, forms: Collection[str]) -> Iterator[Problem]:
    """Faults with their lines; a count below 10 is one, and a form that is not there."""
    path = root / FILE
    if not path.exists():
        return
    text = source_text.read(path)
    found, faults = read(Totals, text, FILE, "totals")
    yield from faults
    if found is None:
        return
    named: list[tuple[str, ...]] = [("service", "forms", form) for form in found.service.forms]
    named += [("choices", form) for form in found.choices]
    named += [("service", "years", year, form) for year, some in found.service.years.items()
              for form in some]  # fmt: skip
    for place in named:
        if place[-1] not in forms:
            yield Problem(FILE, line_of(text, place), "totals", f"there is no form {place[-1]}")
