"""docs/data/then_now.yml: practices of the essays beside today's rules, and what stays unverified.

items:
  - id: beijing-office          # the row's anchor on about/then-now: now-beijing-office
    then: {zh: …, en: …}        # the practice, with its years
    today: {zh: …, en: …}       # what to say today
    label: historical           # current, mixed, historical or reference
    facts: [S0-B1, S0-D12]      # of docs/data/facts.tsv
    page: bridge/liaison-office # the page that says more; optional
    verified: false             # true, or the day, when compared with the official text
unverified:
  - {zh: …, en: …}
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from forms_api import yaml_text
from scripts import source_text
from scripts.content.front_matter import Label
from scripts.content.modelled import line_of, read
from scripts.problems import Problem

FILE = "docs/data/then_now.yml"


class Pair(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]

    def __getitem__(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


class Item(BaseModel):
    """`verified`: whether somebody compared `today` with the official text; or the day of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    then: Pair
    today: Pair
    label: Label
    facts: tuple[str, ...] = ()
    page: str | None = None
    verified: dt.date | bool = False


class ThenNow(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    items: tuple[Item, ...] = ()
    unverified: tuple[Pair, ...] = ()


def load_then_now(root: Path) -> ThenNow:
    """Empty while there is no file. Raises yaml.YAMLError or ValidationError: `check` names them
    before."""
    path = root / FILE
    if not path.exists():
        return ThenNow()
    return ThenNow.model_validate(yaml_text.load(source_text.read(path)) or {})


def check(root: Path, facts: Collection[str], pages: Collection[str]) -> Iterator[Problem]:
    """Faults with their lines: what cannot be read, unknown facts and pages, an id used twice."""
    path = root / FILE
    if not path.exists():
        return
    text = source_text.read(path)
    found, faults = read(ThenNow, text, FILE, "then-now")
    yield from faults
    if found is None:
        return
    seen: set[str] = set()
    for position, item in enumerate(found.items):
        wrong = [("id", f"{item.id} stands twice")] if item.id in seen else []
        wrong += [
            ("facts", f"facts.tsv has no fact {one}") for one in item.facts if one not in facts
        ]
        if item.page and item.page not in pages:
            wrong.append(("page", f"pages.tsv has no page {item.page}"))
        seen.add(item.id)
        for key, message in wrong:
            yield Problem(FILE, line_of(text, ("items", position, key)), "then-now", message)
