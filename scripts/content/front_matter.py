"""The front matter every page of the catalogue carries, and what is wrong with it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scripts.content.pages import CatalogueRow, SourcePage
from scripts.problems import Problem

Label = Literal["current", "mixed", "historical", "reference"]
#: Where a rule may be linked to: the two official publishers, nobody else.
OFFICIAL = re.compile(r"^https://([\w-]+\.)*(12371\.cn|gov\.cn)(/|$)")
#: A page that nobody looked at for this many days says so.
STALE_AFTER_DAYS = 365
_LONGEST = {"zh": 80, "en": 160}


class Rule(BaseModel):
    """A rule in force today. Without `checked_on` the page says that nobody has checked it yet."""

    model_config = ConfigDict(extra="forbid", strict=True)
    name: str
    issuer: str
    issued: Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
    read: str
    checked_on: dt.date | None = None
    url: Annotated[str, Field(pattern=OFFICIAL.pattern)] | None = None


class FrontMatter(BaseModel):
    """See content/ia.md §3 for the meaning of each key."""

    model_config = ConfigDict(extra="forbid", strict=True)
    slug: str
    title: Annotated[str, Field(min_length=2)]
    description: Annotated[str, Field(min_length=4)]
    audience: Annotated[list[Literal["P", "M", "T"]], Field(min_length=1)]
    label: Label
    period: Annotated[str, Field(pattern=r"^\d{4}–\d{4}$")] | None = None
    rules: list[Rule] = []
    form: str | None = None
    related: Annotated[list[str], Field(min_length=2, max_length=5)]
    reviewed_on: dt.date
    keywords: list[str] = []
    source_hash: str | None = None
    sensitive: bool = False


def check(page: SourcePage, rows: dict[str, CatalogueRow]) -> Iterator[Problem]:
    """Everything wrong with one page's front matter, each at the line of its key."""

    def problem(key: str, code: str, message: str) -> Problem:
        return Problem(page.file, page.line_of(key), code, message)

    if page.broken:
        yield Problem(page.file, 1, "front-matter", f"front matter cannot be read: {page.broken}")
        return
    if page.slug not in rows:
        yield Problem(
            page.file, 1, "unknown-page", f"{page.slug} has no row in docs/data/pages.tsv"
        )
        return
    try:
        meta = FrontMatter.model_validate(page.meta)
    except ValidationError as error:
        for fault in error.errors():
            where = ".".join(str(part) for part in fault["loc"])
            code = "unlabelled" if where == "label" else "front-matter"
            yield problem(str(fault["loc"][0]), code, f"{where}: {fault['msg']}")
        return
    if meta.slug != page.slug:
        yield problem("slug", "front-matter", f"slug is {meta.slug}, the file says {page.slug}")
    if len(meta.description) > _LONGEST[page.lang]:
        yield problem(
            "description",
            "front-matter",
            f"description has {len(meta.description)} characters, at most {_LONGEST[page.lang]}",
        )
    if meta.label != rows[page.slug].label:
        yield problem(
            "label",
            "unlabelled",
            f"label is {meta.label}, docs/data/pages.tsv says {rows[page.slug].label}",
        )
    if meta.label in ("mixed", "historical") and not meta.period:
        yield problem("period", "front-matter", f"a {meta.label} page needs its period, 2003–2007")
    for slug in meta.related:
        if slug not in rows:
            yield problem("related", "broken-link", f"related names {slug}, which pages.tsv lacks")
        elif slug == page.slug:
            yield problem("related", "broken-link", "related names the page itself")
