"""The front matter of the sheets made for paper, docs/*/print (docs/theme/print.html)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scripts.content.pages import PAPER, SourcePage
from scripts.problems import Problem


class PaperMatter(BaseModel):
    """`paper`: A4 upright, A4 sideways, or cards of 85 × 54 mm, eight to a sheet. `from`: the page
    that says how the sheet is used. `lines`: tall leaves room to write, counted narrows the first
    column to a number."""

    model_config = ConfigDict(extra="forbid", strict=True)
    title: Annotated[str, Field(min_length=2)]
    description: Annotated[str, Field(min_length=4)]
    template: Literal["print.html"]
    paper: Literal["a4", "wide", "card"]
    belongs: Annotated[str, Field(alias="from")]
    lines: Literal["tall", "counted"] | None = None
    source_hash: str | None = None


def check(page: SourcePage, slugs: Collection[str]) -> Iterator[Problem]:
    """Faults of one sheet, each at the line of its key; other pages have none."""
    if not page.slug.startswith(PAPER):
        return
    if page.broken:
        message = f"front matter cannot be read: {page.broken}"
        yield Problem(page.file, 1, "front-matter", message)
        return
    try:
        meta = PaperMatter.model_validate(page.meta)
    except ValidationError as error:
        for fault in error.errors():
            key = str(fault["loc"][0])
            yield Problem(page.file, page.line_of(key), "front-matter", f"{key}: {fault['msg']}")
        return
    if meta.belongs not in slugs:
        message = f"from names {meta.belongs}, which pages.tsv lacks"
        yield Problem(page.file, page.line_of("from"), "broken-link", message)
