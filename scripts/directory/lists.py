"""The lists that entries refer to: places.csv, townships.csv, taxonomies.yml."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forms_api import yaml_text
from scripts import source_text
from scripts.directory.faults import told, told_in_row
from scripts.directory.schema import Place, Places, Taxonomies, Term, Text, Township
from scripts.directory.sheet import read_csv
from scripts.problems import Problem


def load_places(path: Path, shown_as: str) -> tuple[Places, list[Problem]]:
    """Columns: code, level (province, city, district), parent, name_zh, name_en, short_zh, pinyin.

    short_zh is given where readers say it: 广东 for 广东省, 深圳 for 深圳市, 恩施州 for the
    autonomous prefecture. A municipality has two rows with the same code.
    """
    sheet, problems = read_csv(path, shown_as)
    levels: dict[str, dict[str, Place]] = {"province": {}, "city": {}, "district": {}}
    for row in sheet.records():
        name = Text(row["name_zh"], row["name_en"])
        levels[row["level"]][row["code"]] = Place(
            code=row["code"],
            parent=row["parent"],
            name=name,
            short=Text(row["short_zh"] or name.zh, name.en),
            pinyin=row["pinyin"],
        )
    return Places(levels["province"], levels["city"], levels["district"]), problems


def load_townships(path: Path, shown_as: str) -> tuple[dict[str, Township], list[Problem]]:
    """By slug, in the order of the file. Columns: slug, name_zh, name_zh_hant, name_en."""
    sheet, problems = read_csv(path, shown_as)
    found: dict[str, Township] = {}
    for (number, _), row in zip(sheet.numbered(), sheet.records(), strict=True):
        slug, name = row["slug"], Text(row["name_zh"], row["name_en"], row["name_zh_hant"])
        if slug != slug_of(name.en):
            message = told_in_row(number, "township_slug", value=slug, known=slug_of(name.en))
            problems.append(Problem(shown_as, number, "township_slug", message))
        found[slug] = Township(slug, name)
    return found, problems


def slug_of(name_en: str) -> str:
    """Songjian Town → songjian."""
    bare = name_en.removesuffix(" Township").removesuffix(" Town")
    return bare.lower().replace(" ", "-").replace("’", "").replace("'", "")


def load_taxonomies(path: Path, shown_as: str) -> tuple[Taxonomies, list[Problem]]:
    """By list and value, in the order of the file."""
    if not path.is_file():
        return {}, [Problem(shown_as, 0, "no_file", told("no_file"))]
    problems: list[Problem] = []
    found: dict[str, dict[str, Term]] = {}
    for name, items in yaml_text.load(source_text.read(path)).items():
        terms = found[name] = {}
        for item in items:
            try:
                term = _term(item)
            except (KeyError, TypeError):
                message = told("bad_taxonomy", name=name, value=item)
                problems.append(Problem(shown_as, 0, "bad_taxonomy", message))
            else:
                terms[term.value] = term
    return found, problems


def _term(item: Mapping[str, Any]) -> Term:
    people = item.get("people")
    return Term(
        value=item["value"],
        label=Text(item["zh"], item["en"]),
        people=Text(people["zh"], people["en"]) if people else None,
        added=bool(item.get("added")),
    )
