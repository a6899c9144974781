"""One row of the spreadsheet as a Branch, after the checks of what its cells say together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from scripts.directory import references
from scripts.directory.cells import Row
from scripts.directory.schema import Branch, Places, Township


def branch_of(row: Row, places: Places, townships: Mapping[str, Township]) -> Branch | None:
    """None when the row has faults: then what it says cannot be relied on.

    `townships` by Chinese name.
    """
    references.check_places(row, places)
    references.check_township(row, townships)
    _check_status(row)
    if row["status"] in ("active", "paused") and not (row["phone"] or row["email"]):
        row.report("phone", "no_contact")
    if row["status"] == "active" and not row["address_zh"]:
        row.report("address_zh", "no_address")
    if row.problems:
        return None
    return Branch(
        id=row["id"],
        fictional=row.yes("fictional") is True,
        status=row["status"],
        name=row.named("name"),
        short_name=row.named("short_name"),
        aliases_zh=row.list("aliases_zh"),
        aliases_en=row.list("aliases_en"),
        kind=row["kind"],
        setup=row["setup"],
        anchor=row["anchor"],
        setting=row["setting"],
        trade=row["trade"],
        province=places.provinces[row["province_code"]],
        city=places.cities[row["city_code"]],
        district=row.pair("district"),
        district_code=row["district_code"],
        county=row.named("county"),
        township=townships[row["township_zh"]],
        village=row.pair("village"),
        address=row.pair("address"),
        phone=row["phone"],
        email=row["email"],
        hours=row.pair("hours"),
        meeting_pattern=row.pair("meeting_pattern"),
        home_office=row.named("home_office"),
        host_guidance=row.pair("host_guidance"),
        approved_by_level=row["approved_by_level"],
        management_relations=row.list("management_relations"),
        services=row.list("services"),
        open_to_non_members=row.yes("open_to_non_members") is True,
        association=row.pair("association"),
        paired_with=row.pair("paired_with"),
        has_union=row.yes("has_union"),
        has_volunteers=row.yes("has_volunteers"),
        languages=row.list("languages"),
        founded_year=int(row["founded_year"]),
        verified_on=date.fromisoformat(row["verified_on"]),
        closed_on=date.fromisoformat(row["closed_on"]) if row["closed_on"] else None,
        merged_into=row["merged_into"],
        note=row.pair("note"),
    )


def _check_status(row: Row) -> None:
    status = row["status"]
    if status == "closed" and not row["closed_on"]:
        row.report("closed_on", "closed_without_date")
    if row["closed_on"] and status in ("active", "paused"):
        row.report("closed_on", "status_conflict", status=status)
    if row["merged_into"] and status in ("active", "paused", "closed"):
        row.report("merged_into", "status_conflict", status=status)
