"""A sound row, small shells and a way to import changed rows: what the directory's tests share."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path

from forms_api.shell import Shell
from scripts.directory.columns import COLUMNS
from scripts.directory.importer import read_sheet
from scripts.directory.lists import load_places, load_taxonomies, load_townships
from scripts.directory.schema import Branch, Directory, Places, Taxonomies, Township
from scripts.directory.sheet import read_csv
from scripts.problems import Problem

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "docs/data"
TODAY = date(2026, 11, 21)
SITE_URL = "https://jinqiao.example.org/"
IDENTITY = {"name": {"zh": "金桥", "en": "Jinqiao"}}

SOUND_ROW = {
    "id": "ty-a",
    "fictional": "yes",
    "status": "active",
    "name_zh": "棠砚县驻深圳样板党支部",
    "name_en": "Party Branch of Tangyan County: Shenzhen Sample",
    "short_name_zh": "驻深圳样板",
    "short_name_en": "Shenzhen Sample",
    "kind": "general",
    "setup": "joint",
    "anchor": "place",
    "setting": "community",
    "trade": "electronics",
    "province_code": "440000",
    "province_zh": "广东省",
    "province_en": "Guangdong",
    "city_code": "440300",
    "city_zh": "深圳",
    "city_en": "Shenzhen",
    "district_code": "440307",
    "district_zh": "龙岗区",
    "district_en": "Longgang District",
    "county_zh": "棠砚县",
    "county_en": "Tangyan County",
    "township_zh": "榛渡镇",
    "township_en": "Zhendu Town",
    "address_zh": "深圳龙岗区示例路 1 号",
    "address_en": "1 Example Road, Longgang District, Shenzhen",
    "phone": "000-5550-0100",
    "email": "sample@example.org",
    "hours_zh": "周一至周五 9:00–17:00",
    "hours_en": "Mon–Fri 9:00–17:00",
    "home_office_zh": "棠砚县榛渡镇党委组织办公室",
    "home_office_en": "Organisation Office, Party Committee of Zhendu Town",
    "approved_by_level": "county",
    "services": "reception;jobs",
    "open_to_non_members": "no",
    "languages": "mandarin",
    "founded_year": "2010",
    "verified_on": "2026-10-01",
}  # fmt: skip


def write_rows(
    folder: Path, rows: Iterable[Mapping[str, str]], header: Iterable[str] | None = None
) -> Path:
    """branches.csv in `folder`, with townships.csv beside it."""
    names = list(header or (column.name for column in COLUMNS))
    path = folder / "branches.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows([row.get(name, "") for name in names] for row in rows)
    (folder / "townships.csv").write_bytes((DATA / "townships.csv").read_bytes())
    return path


@cache
def lists() -> tuple[Places, dict[str, Township], Taxonomies]:
    places, _ = load_places(DATA / "places.csv", "")
    townships, _ = load_townships(DATA / "townships.csv", "")
    return places, townships, load_taxonomies(DATA / "taxonomies.yml", "")[0]


def imported(branches_csv: Path) -> tuple[list[Branch], list[Problem]]:
    """As `load`, but the lists are read only once."""
    sheet, problems = read_csv(branches_csv, "docs/data/branches.csv")
    return read_sheet(sheet, *lists(), TODAY) if not problems else ([], problems)


def multiplied(directory: Directory, entries: int) -> Directory:
    """The same branches again and again under new ids, until there are `entries`."""

    def copy(branch: Branch, number: int) -> Branch:
        target = branch.merged_into and f"{branch.merged_into}-{number}"
        return dataclasses.replace(branch, id=f"{branch.id}-{number}", merged_into=target)

    size = len(directory.branches)
    rounds = range(-(-entries // size))
    copies = [copy(branch, number) for number in rounds for branch in directory.branches]
    return dataclasses.replace(directory, branches=tuple(copies[:entries]))


def shell(lang: str) -> Shell:
    """A page with every place that the theme's own shell has."""

    def place(name: str, default: str = "") -> str:
        return f"<!--jq:{name}-->{default}<!--/jq:{name}-->"

    other, code = ("/en/", "en") if lang == "zh" else ("/", "zh-Hans")
    link = f'<a href="{other}" hreflang="{code}">other</a>'
    return Shell.parse(
        f'<!doctype html><html lang="{"zh-Hans" if lang == "zh" else "en"}"><head>'
        f"{place('title')}{place('description')}{place('canonical')}{place('head')}</head><body>"
        f"<header>{place('switch', link)}"
        f"</header><main>{place('crumbs')}<article>{place('content')}</article>"
        f"<aside>{place('rail')}</aside></main><footer>"
        f"{place('switch_foot', link)}</footer></body>"
        "</html>"
    )


SHELLS = {lang: shell(lang) for lang in ("zh", "en")}
