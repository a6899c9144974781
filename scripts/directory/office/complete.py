"""Adds what follows from the rest of a row: codes from names of places, English from Chinese."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from scripts.directory.schema import Place, Places, Township

#: Columns that follow from one another: what a file gives of them stands for all.
SAME_THING = (
    ("city_code", "city_zh", "city_en", "province_code", "province_zh", "province_en"),
    ("district_code", "district_zh", "district_en"),
    ("township_zh", "township_en"),
)


def forget_rest(cells: dict[str, str], given: Collection[str]) -> None:
    """Empty the other columns of a thing that the file gives in one: they would be the old ones."""
    for group in SAME_THING:
        if any(name in given for name in group):
            for name in group:
                if name not in given:
                    cells[name] = ""


class Completer:
    """For a site with these places and townships. What is unknown or ambiguous stays empty."""

    def __init__(self, places: Places, townships: Mapping[str, Township]) -> None:
        self.places = places
        self._towns = {town.name.zh: town.name.en for town in townships.values()}
        self._provinces = _by_name(places.provinces.values())
        self._cities = _by_name(places.cities.values())
        self._districts: dict[str, dict[str, list[Place]]] = {}

    def complete(self, cells: dict[str, str]) -> list[str]:
        """The columns whose names mean no place, or more than one."""
        self._place(cells, "province", self._provinces, self.places.provinces, "")
        # 苏州 and 宿州 are both Suzhou: the province tells.
        parent = cells.get("province_code", "")
        self._place(cells, "city", self._cities, self.places.cities, parent)
        city = self.places.cities.get(cells.get("city_code", ""))
        if city and not (parent or cells.get("province_zh") or cells.get("province_en")):
            cells["province_code"] = city.parent or city.code
            self._place(cells, "province", self._provinces, self.places.provinces, "")
        if city and (cells.get("district_zh") or cells.get("district_code")):
            if city.code not in self._districts:
                self._districts[city.code] = _by_name(self.places.districts_of(city.code))
            here = self._districts[city.code]
            self._place(cells, "district", here, self.places.districts, city.code)
        if cells.get("township_zh") and not cells.get("township_en"):
            cells["township_en"] = self._towns.get(cells["township_zh"], "")
        return [
            f"{level}_{half}"
            for level in ("province", "city")
            for half in ("zh", "en")
            if cells.get(f"{level}_{half}") and not cells.get(f"{level}_code")
        ]

    def _place(
        self,
        cells: dict[str, str],
        column: str,
        by_name: Mapping[str, list[Place]],
        by_code: Mapping[str, Place],
        parent: str,
    ) -> None:
        code = cells.get(f"{column}_code", "")
        if not code:
            given = cells.get(f"{column}_zh") or cells.get(f"{column}_en") or ""
            found = by_name.get(_plain(given), []) if given else []
            if len(found) > 1:
                found = [place for place in found if parent in (place.parent, place.code)]
            code = found[0].code if len(found) == 1 else ""
        place = by_code.get(code)
        if place:
            cells[f"{column}_code"] = code
            zh = place.name.zh if column == "province" else place.short.zh
            cells[f"{column}_zh"] = cells.get(f"{column}_zh") or zh
            cells[f"{column}_en"] = cells.get(f"{column}_en") or place.name.en


def _by_name(places: Iterable[Place]) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {}
    for place in places:
        for name in {place.name.zh, place.short.zh, place.name.en, place.short.en}:
            found.setdefault(_plain(name), []).append(place)
    return found


def _plain(name: str) -> str:
    return name.replace("’", "'").replace(" ", "").casefold()
