"""Made-up rows of branches.csv, as many as wanted: real places, fictional branches.

The same number and seed give the same rows; a longer run begins with the rows of a shorter one.
"""

from __future__ import annotations

import csv
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import chain
from pathlib import Path

import opencc

from scripts.bench.sample_words import (
    BUILDINGS,
    CALLINGS,
    CITIES,
    HOURS,
    MEETINGS,
    NOTES,
    PROVINCES,
    VILLAGES,
    Calling,
    chinese,
)
from scripts.directory.columns import COLUMNS
from scripts.directory.lists import load_places, load_townships
from scripts.directory.schema import Place, Township

Row = dict[str, str]
TODAY = date(2026, 11, 21)
COUNTY = ("棠砚县", "Tangyan County")
_BARE_ZH = re.compile(r"(?<=..)(?<!自治)(?:新区|区|县|市|旗)$")
_BARE_EN = re.compile(
    r"(?: New)? (?:(?:\S+, |\S+ and )*\S+ Autonomous )?(?:District|County|Banner|Area)$"
)
_NOT_IN_ID = re.compile(r"[^a-z0-9]+")


def write_entries(path: Path, count: int, seed: int = 1, today: date = TODAY) -> None:
    """A spreadsheet that the importer accepts; `path`'s folder holds places and townships."""
    _write(path, entries(path.parent, count, seed, today))


def _write(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, [column.name for column in COLUMNS], restval="")
        writer.writeheader()
        writer.writerows(rows)


def add_entries(path: Path, count: int, seed: int = 1, today: date = TODAY) -> None:
    """Let the spreadsheet hold `count` rows: those it has, then made-up ones."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        there = list(csv.DictReader(file))
    more = entries(path.parent, max(0, count - len(there)), seed, today)
    _write(path, chain(there, more))


def entries(data: Path, count: int, seed: int = 1, today: date = TODAY) -> Iterator[Row]:
    """Rows by column name, without empty cells. `data` holds places.csv and townships.csv.

    No day is later than `today`, from which all of them count.
    """
    maker = _Maker(data, seed, today)
    for _ in range(count):
        yield maker.row()


class _Maker:
    def __init__(self, data: Path, seed: int, today: date) -> None:
        places, _ = load_places(data / "places.csv", "places.csv")
        townships, _ = load_townships(data / "townships.csv", "townships.csv")
        self.random = random.Random(seed)  # noqa: S311  # samples, not secrets
        self.today = today
        self.provinces = list(places.provinces.values())
        self.province_weights = [PROVINCES.get(place.code, 1) for place in self.provinces]
        self.cities: dict[str, list[Place]] = {}
        for city in places.cities.values():
            self.cities.setdefault(city.parent or city.code, []).append(city)
        self.districts: dict[str, list[Place]] = {}
        for district in places.districts.values():
            if district.name.zh[-1] in "区县市旗":
                self.districts.setdefault(district.parent, []).append(district)
        self.townships: list[Township] = list(townships.values())
        self.traditional = opencc.OpenCC("s2t")
        self.used: Counter[str] = Counter()
        self.active: dict[str, str] = {}  # a city's branch that others can be merged into
        self.number = 0

    def row(self) -> Row:
        """The next branch."""
        choose, chance = self.random.choice, self.random.random
        self.number += 1
        [province] = self.random.choices(self.provinces, self.province_weights)
        near = self.cities[province.code]
        [city] = self.random.choices(near, [CITIES.get(place.code, 1) for place in near])
        inside = self.districts.get(city.code, ())
        district = choose(inside) if inside and chance() < 0.9 else None
        [calling] = self.random.choices(CALLINGS, [one.weight for one in CALLINGS])
        township = choose(self.townships)
        row: Row = {"fictional": "yes", "status": "active"}
        self._name(row, city, district, calling, township)
        _place(row, "province", province, short=False)
        _place(row, "city", city, short=True)
        if district:
            _place(row, "district", district, short=False)
        row |= _pair("county", *COUNTY)
        row |= _pair("township", township.name.zh, township.name.en)
        if calling.anchor == "village" or chance() < 0.1:
            row |= _pair("village", *choose(VILLAGES))
        self._sort(row, calling, city)
        self._offices(row, township, district or city)
        self._contact(row, city, district)
        self._history(row, province)
        if chance() < 0.5:
            for name in ("name", "short_name"):
                row[f"{name}_zh_hant"] = self.traditional.convert(row[f"{name}_zh"])
        return row

    def _name(
        self, row: Row, city: Place, district: Place | None, calling: Calling, town: Township
    ) -> None:
        """Some branches are named after their home township too; a second one has a number."""
        there_zh, there_en = city.short.zh, city.short.en
        if district:
            there_zh += _BARE_ZH.sub("", district.name.zh)
            there_en += f" {_BARE_EN.sub('', district.name.en)}"
        home = self.random.random() < 0.3
        words_zh = (town.name.zh[:-1] if home else "") + calling.zh
        words_en = (f"{town.name.en.rpartition(' ')[0]} " if home else "") + calling.en
        base = f"{there_en} {words_en}"
        self.used[base] += 1
        again = self.used[base]
        ordinal_zh = f"第{chinese(again)}" if again > 1 else ""
        ordinal_en = f" {again}" if again > 1 else ""
        slug = _NOT_IN_ID.sub("-", base.lower().replace("’", "").replace("ü", "u"))
        number = f"-{self.number}"
        row["id"] = f"ty-{slug[: 57 - len(number)].strip('-')}{number}"
        row |= _pair("short_name", f"驻{there_zh}{words_zh}{ordinal_zh}", f"{base}{ordinal_en}")
        row["name_zh"] = f"{COUNTY[0]}{row['short_name_zh']}党支部"
        row["name_en"] = f"Party Branch of {COUNTY[1]}: {row['short_name_en']}"
        row["aliases_zh"] = f"在{row['short_name_zh'][1:]}支部;{city.short.zh}{words_zh}支部"
        row["aliases_en"] = f"{city.short.en} {words_en} branch"

    def _sort(self, row: Row, calling: Calling, city: Place) -> None:
        choose, chance = self.random.choice, self.random.random
        row.update(
            kind=calling.kind,
            setup=calling.setup,
            anchor=calling.anchor,
            setting=choose(calling.settings),
            trade=calling.trade,
            services=";".join(self._some(calling.services, 4)),
            management_relations=choose(("dual", "transitional", "transitional;target")),
            approved_by_level="county" if chance() < 0.9 else choose(("city", "province")),
            open_to_non_members="yes" if calling.association or chance() < 0.2 else "no",
            has_volunteers=choose(("yes", "no")),
            languages=choose(("mandarin", "mandarin;tangyan")),
        )
        if chance() < 0.9:
            row["has_union"] = "yes" if "union_contact" in row["services"] else "no"
        if calling.association:
            zh, en = calling.association
            row |= _pair(
                "association", f"棠砚{zh}（{city.short.zh}）", f"Tangyan {en} ({city.short.en})"
            )

    def _some(self, values: tuple[str, ...], most: int) -> list[str]:
        """In the order of `values`, from one to `most` of them."""
        size = self.random.randint(1, min(most, len(values)))
        return sorted(self.random.sample(values, size), key=values.index)

    def _offices(self, row: Row, township: Township, there: Place) -> None:
        zh, en = township.name.zh, township.name.en
        row |= _pair(
            "home_office",
            f"{COUNTY[0]}{zh}党委组织办公室",
            f"Organisation Office, Party Committee of {en}, {COUNTY[1]}",
        )
        row |= _pair(
            "host_guidance",
            f"{there.short.zh}示例街道党群服务中心",
            f"Sample Sub-district Party–Masses Service Centre, {there.short.en}",
        )
        if self.random.random() < 0.15:
            row |= _pair(
                "paired_with",
                f"{there.short.zh}示例街道党工委",
                f"Sample Sub-district Working Committee, {there.short.en}",
            )

    def _contact(self, row: Row, city: Place, district: Place | None) -> None:
        """Numbers and addresses that belong to nobody: area code 000, example.org."""
        choose, chance = self.random.choice, self.random.random
        where = choose(("both", "both", "both", "phone", "email"))
        if where != "email":
            row["phone"] = f"000-{5550 + self.number // 10000}-{self.number % 10000:04}"
            if chance() < 0.05:
                row["phone"] += f" 转 {self.random.randint(1, 99)}"
        if where != "phone":
            row["email"] = f"branch-{self.number}@example.org"
        number, floor = self.random.randint(1, 200), self.random.randint(1, 20)
        house = choose(BUILDINGS)
        area_zh = f"{city.short.zh}{district.short.zh if district else ''}"
        area_en = f"{district.short.en}, {city.short.en}" if district else city.short.en
        row |= _pair(
            "address",
            f"{area_zh}示例路 {number} 号{house[0]} {floor} 层",
            f"Floor {floor}, {house[1]}, {number} Example Road, {area_en}",
        )
        if chance() < 0.95:
            row |= _pair("hours", *choose(HOURS))
        if chance() < 0.9:
            row |= _pair("meeting_pattern", *choose(MEETINGS))

    def _history(self, row: Row, province: Place) -> None:
        """In a hundred branches four are closed, two merged and three paused."""
        chance = self.random.random()
        founded = self.random.randint(2003, self.today.year - 1)
        verified = self.today - timedelta(days=self.random.randint(0, 300))
        row |= {"founded_year": str(founded), "verified_on": verified.isoformat()}
        target = self.active.get(row["city_code"])
        if chance < 0.04:
            row["status"] = "closed"
            row["closed_on"] = (verified - timedelta(days=self.random.randint(0, 900))).isoformat()
            if int(row["closed_on"][:4]) <= founded:
                row["founded_year"] = str(int(row["closed_on"][:4]) - 1)
        elif chance < 0.06 and target:
            row |= {"status": "merged", "merged_into": target}
        elif chance < 0.09:
            row["status"] = "paused"
        else:
            self.active[row["city_code"]] = row["id"]
        if note := NOTES.get(row["status"]):
            row |= _pair("note", *note)


def _pair(name: str, zh: str, en: str) -> Row:
    return {f"{name}_zh": zh, f"{name}_en": en}


def _place(row: Row, name: str, place: Place, *, short: bool) -> None:
    text = place.short if short else place.name
    row |= {f"{name}_code": place.code, **_pair(name, text.zh, text.en)}
