"""Checks of a row against places.csv and townships.csv: codes, names, what belongs to what."""

from __future__ import annotations

from collections.abc import Mapping

from scripts.directory.cells import Row
from scripts.directory.schema import Place, Places, Township

#: Zones and towns without a GB/T 2260 code may stand in the district column by name alone.
_WITHOUT_CODE = ("开发区", "园区", "新区", "管理区", "示范区", "实验区")


def check_places(row: Row, places: Places) -> None:
    province = _known(row, "province_code", places.provinces)
    city = _known(row, "city_code", places.cities)
    if province:
        _same_name(row, "province", province)
    if city:
        _same_name(row, "city", city)
        if province and province.code not in (city.parent, city.code):
            row.report("city_code", "wrong_parent", value=city.name.zh, parent=province.name.zh)
        _check_district(row, city, places)


def _known(row: Row, column: str, places: Mapping[str, Place]) -> Place | None:
    place = places.get(row[column])
    if row[column] and place is None:
        row.report(column, "unknown_place", value=row[column])
    return place


def _same_name(row: Row, column: str, place: Place) -> None:
    for half, names in (
        ("zh", (place.name.zh, place.short.zh)),
        ("en", (place.name.en, place.short.en)),
    ):
        value = row[f"{column}_{half}"]
        if value and _plain(value) not in map(_plain, names):
            row.report(
                f"{column}_{half}", "place_name", value=value, place=place.code, known=names[-1]
            )


def _plain(name: str) -> str:
    return name.replace("’", "'").casefold()


def _check_district(row: Row, city: Place, places: Places) -> None:
    if row["district_code"]:
        district = _known(row, "district_code", places.districts)
        if district and district.parent != city.code:
            row.report("district_code", "wrong_parent", value=district.name.zh, parent=city.name.zh)
        elif district:
            _same_name(row, "district", district)
    # 东莞, 中山, 儋州 and 嘉峪关 have no districts: there the name of a town is welcome.
    elif _needs_code(row["district_zh"]) and places.districts_of(city.code):
        row.report("district_zh", "unknown_district", city=city.short.zh, value=row["district_zh"])


def _needs_code(district: str) -> bool:
    return bool(district) and not district.endswith(_WITHOUT_CODE)


def check_township(row: Row, townships: Mapping[str, Township]) -> None:
    value = row["township_zh"]
    township = townships.get(value)
    if township:
        if _plain(row["township_en"]) != _plain(township.name.en) and row["township_en"]:
            row.report(
                "township_en", "township_pair", value=row["township_en"], known=township.name.en
            )
    elif value:
        row.report("township_zh", "unknown_township", value=value)
