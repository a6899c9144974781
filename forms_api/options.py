"""The choices of a field: written in the definition, or taken from the site's data."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator

from forms_api import traditional
from forms_api.languages import Edition
from forms_api.words import Text

# The build's catalogue.json. Keys: cities (groups of options), townships, trades, settings,
# anchors, courses, events (flat lists of {value, zh, en}; the last two also say `on` and `seats`),
# branches ({id: {zh, en}}) and pages (slugs). Missing keys are empty. A name that somebody wrote in
# Traditional characters stands beside the others as zh-hant.
Catalogue: TypeAlias = Mapping[str, Any]

Source: TypeAlias = Literal[
    "cities", "townships", "trades", "settings", "anchors", "courses", "events"
]
CODE = r"^[a-z0-9][a-z0-9_+-]*$"


class Choice(NamedTuple):
    """One choice in one language; `group` is "" outside groups."""

    value: str
    label: str
    group: str = ""


class Option(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    value: str = Field(pattern=CODE)
    label: Text


class FromData(BaseModel):
    """`options: {from: cities, other: {zh: …, en: …}}`; `other` adds the value "other"."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Source = Field(alias="from")
    other: Text | None = None

    def choices(self, lang: Edition, catalogue: Catalogue) -> Iterator[Choice]:
        for entry in catalogue.get(self.source, ()):
            group = traditional.of(entry["group"], lang) if "options" in entry else ""
            for option in entry.get("options", (entry,)):
                yield Choice(option["value"], traditional.of(option, lang), group)
        if self.other:
            yield Choice("other", self.other[lang])


class Listed(BaseModel):
    """Choices written in the definition."""

    model_config = ConfigDict(frozen=True)

    options: tuple[Option, ...] = Field(min_length=2)

    @field_validator("options")
    @classmethod
    def _no_value_twice(cls, options: Sequence[Option]) -> Sequence[Option]:
        values = [option.value for option in options]
        if twice := {value for value in values if values.count(value) > 1}:
            raise ValueError(f"the same value twice: {', '.join(sorted(twice))}")
        return options

    def choices(self, lang: Edition, catalogue: Catalogue) -> Iterator[Choice]:
        for option in self.options:
            yield Choice(option.value, option.label[lang])


def branch_names(catalogue: Catalogue) -> Mapping[str, Mapping[str, str]]:
    """Branch id -> {zh, en}."""
    names: Mapping[str, Mapping[str, str]] = catalogue.get("branches", {})
    return names
