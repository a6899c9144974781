"""docs/data/desks.yml: which desk answers which form, for which cities and townships."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forms_api import yaml_text
from scripts import source_text
from scripts.directory.faults import told
from scripts.directory.schema import Directory, Text
from scripts.problems import Problem

FILE = Path("docs/data/desks.yml")
ALL = ("*",)


@dataclass(frozen=True, slots=True)
class Desk:
    """`cities` (codes) and `townships` (slugs) are ALL or a list."""

    id: str
    name: Text
    does: Text
    forms: tuple[str, ...]
    cities: tuple[str, ...]
    townships: tuple[str, ...]


def load_desks(path: Path, directory: Directory) -> tuple[list[Desk], list[Problem]]:
    """In the order of the file. A form belongs to one desk only."""
    desks: list[Desk] = []
    problems: list[Problem] = []
    for item in yaml_text.load(source_text.read(path)) or ():
        try:
            desk = _desk(item)
            _check(desk, directory, desks)
        except (KeyError, TypeError, ValueError) as fault:
            name = item.get("id", "?") if isinstance(item, dict) else "?"
            message = told("bad_desk", name=name, fault=fault)
            problems.append(Problem(FILE.as_posix(), 0, "bad_desk", message))
        else:
            desks.append(desk)
    return desks, problems


def _desk(item: dict[str, Any]) -> Desk:
    return Desk(
        id=item["id"],
        name=Text(item["name"]["zh"], item["name"]["en"]),
        does=Text(item["does"]["zh"], item["does"]["en"]),
        forms=tuple(item["forms"]),
        cities=tuple(item["cities"]),
        townships=tuple(item["townships"]),
    )


def _check(desk: Desk, directory: Directory, others: list[Desk]) -> None:
    for other in others:
        if desk.id == other.id:
            raise ValueError("this id is used twice")
        if both := set(desk.forms) & set(other.forms):
            raise ValueError(f"forms: {', '.join(sorted(both))} already belongs to {other.id}")
    for key, values, known in (
        ("cities", desk.cities, directory.places.cities),
        ("townships", desk.townships, directory.townships),
    ):
        if values != ALL and (unknown := set(values) - set(known)):
            raise ValueError(f"{key}: unknown {', '.join(sorted(unknown))}")
