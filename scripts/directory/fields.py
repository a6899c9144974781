"""What each field means, in words: branch_fields.yml, for template, data dictionary and schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from forms_api import yaml_text
from scripts import source_text
from scripts.directory.columns import COLUMNS, Column
from scripts.directory.schema import Text

FILE = Path("docs/data/branch_fields.yml")
_PARTS = ("_zh_hant", "_zh", "_en", "_code")


@dataclass(frozen=True, slots=True)
class Field:
    """`columns` are those of branches.csv that together say it."""

    name: str
    meaning: Text
    example: Mapping[str, str]
    columns: tuple[Column, ...]

    @property
    def required(self) -> bool:
        return any(column.required for column in self.columns)

    @property
    def kind(self) -> str:
        """text, pair (two languages), place, or the kind of the one column."""
        kinds = {column.kind for column in self.columns}
        return "place" if "place" in kinds else "pair" if "pair" in kinds else self.columns[0].kind

    @property
    def label(self) -> Text:
        """Of the whole, without (Chinese): 名称, name."""
        column = self.columns[-1 if self.kind == "place" else 0]
        zh, en = column.label.zh.partition("（")[0], column.label.en.partition(" (")[0]
        return Text(zh, en)


def field_of(column: str) -> str:
    """name_zh → name; approved_by_level → itself."""
    for part in _PARTS:
        if column.endswith(part):
            return column.removesuffix(part)
    return column


#: Where a field stands in an entry of branches.json, unless under its own name.
_PATHS = {
    **{name: f"destination.{name}" for name in ("province", "city", "district")},
    **{name: f"home.{name}" for name in ("county", "township", "village")},
    **{name: f"contact.{name}" for name in ("phone", "email")},
    **{
        name: f"responsible.{name}"
        for name in ("home_office", "host_guidance", "approved_by_level")
    },
}


def json_path(name: str) -> str:
    """phone → contact.phone."""
    return _PATHS.get(name, name)


def example_of(field: Field, column: str) -> str:
    """For one of the field's columns; there is none for Traditional."""
    half = column.removeprefix(field.name).removeprefix("_")
    return field.example.get(half or "zh", "")


@cache
def load_fields(root: Path) -> tuple[Field, ...]:
    """In the order of the columns. A field without its words raises KeyError: the tests have it."""
    words: dict[str, dict[str, Any]] = yaml_text.load(source_text.read(root / FILE))
    columns: dict[str, list[Column]] = {}
    for column in COLUMNS:
        columns.setdefault(field_of(column.name), []).append(column)
    with source_text.understood(root / FILE):
        return tuple(
            Field(name, Text(words[name]["zh"], words[name]["en"]), _example(words[name]), (*own,))
            for name, own in columns.items()
        )


def _example(words: Mapping[str, Any]) -> dict[str, str]:
    example = words["example"]
    return dict(example) if isinstance(example, dict) else {"zh": example, "en": example}
