"""From the spreadsheet's rows to a Directory. Faults are collected; faulty rows are left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from forms_api import clock
from scripts.directory import lists, references
from scripts.directory.cells import Row, Sound
from scripts.directory.columns import BY_NAME, COLUMNS
from scripts.directory.desks import load_desks
from scripts.directory.events import load_events
from scripts.directory.faults import told_at, told_in_row
from scripts.directory.schema import (
    RESERVED_IDS,
    Branch,
    Directory,
    Places,
    Taxonomies,
    Text,
    Township,
)
from scripts.directory.sheet import Sheet, letter, read_csv
from scripts.problems import Problem

DATA = Path("docs/data")


def load_directory(root: Path) -> tuple[Directory, list[Problem]]:
    """The directory of a site whose repository is at `root`."""
    data = root / DATA
    return load(data / "branches.csv", data / "places.csv", data / "taxonomies.yml")


def check_directory(root: Path) -> tuple[int, list[Problem]]:
    """(sound entries, all faults) of the directory and of the files that refer to it."""
    directory, problems = load_directory(root)
    if not directory.branches:
        return 0, problems
    _, more = load_events(root / DATA / "events.yml", directory, clock.today())
    problems += more
    _, more = load_desks(root / DATA / "desks.yml", directory)
    return len(directory.branches), problems + more


def load(
    branches_csv: Path, places_csv: Path, taxonomies: Path, today: date | None = None
) -> tuple[Directory, list[Problem]]:
    """townships.csv is looked for beside branches.csv. Faults come in the order of the rows.

    A build asks for the same directory again and again: the last answer is kept with what it was
    read from.
    """
    today = today or clock.today()
    townships_csv = branches_csv.with_name("townships.csv")
    files = (branches_csv, places_csv, taxonomies, townships_csv)
    seen = (today, *(path.read_bytes() if path.is_file() else None for path in files))
    if _last.get("seen") != seen:
        _last.update(seen=seen, answer=_load(*files, today))
    directory, problems = _last["answer"]
    return directory, list(problems)


_last: dict[str, Any] = {}


def _load(
    branches_csv: Path, places_csv: Path, taxonomies: Path, townships_csv: Path, today: date
) -> tuple[Directory, list[Problem]]:
    places, problems = lists.load_places(places_csv, _shown(places_csv))
    terms, more = lists.load_taxonomies(taxonomies, _shown(taxonomies))
    problems += more
    townships, more = lists.load_townships(townships_csv, _shown(townships_csv))
    problems += more
    sheet, more = read_csv(branches_csv, _shown(branches_csv))
    problems += more
    if problems:
        return Directory((), places, townships, terms), problems
    branches, problems = read_sheet(sheet, places, townships, terms, today)
    return Directory(tuple(branches), places, townships, terms), problems


def _shown(path: Path) -> str:
    return (DATA / path.name).as_posix()


def read_sheet(
    sheet: Sheet,
    places: Places,
    townships: dict[str, Township],
    taxonomies: Taxonomies,
    today: date,
) -> tuple[list[Branch], list[Problem]]:
    """The rows of any spreadsheet; `today` tells dates that are still to come."""
    problems = list(header_faults(sheet))
    if problems:
        return [], problems
    return check_rows(rows_of(sheet), places, townships, taxonomies, today)


def rows_of(sheet: Sheet) -> Iterator[Row]:
    """For a header that is sound; a row that is too wide says so."""
    letters = {name: letter(index) for index, name in enumerate(sheet.header)}
    for number, cells in sheet.numbered():
        row = Row(sheet.file, number, dict(zip(sheet.header, cells, strict=False)), letters)
        extra = len([cell for cell in cells[len(sheet.header) :] if cell])
        if extra:
            message = told_in_row(number, "row_width", n=extra)
            row.problems.append(Problem(sheet.file, number, "row_width", message))
        yield row


def check_rows(
    rows: Iterable[Row],
    places: Places,
    townships: Mapping[str, Township],
    taxonomies: Taxonomies,
    today: date,
) -> tuple[list[Branch], list[Problem]]:
    """The branches of the sound rows, and all faults; rows may come from several files."""
    by_name = {township.name.zh: township for township in townships.values()}
    sound: Sound = defaultdict(set)
    ids: dict[str, int] = {}
    read: list[tuple[Row, Branch | None]] = []
    for row in rows:
        row.check_all_cells(taxonomies, today, sound)
        _check_id(row, ids)
        branch = _branch(row, places, by_name)
        read.append((row, branch))
    _check_mergers(read, ids)
    problems = [problem for row, _ in read for problem in row.problems]
    return [branch for row, branch in read if branch and not row.problems], problems


def header_faults(sheet: Sheet) -> list[Problem]:
    """Of branches.csv itself, whose columns have their own names and are all there."""
    problems = []

    def report(index: int, code: str, label: Text, name: str) -> None:
        message = told_at(1, letter(index), label, code, name=name)
        problems.append(Problem(sheet.file, 1, code, message, letter(index)))

    for index, name in enumerate(sheet.header):
        if name not in BY_NAME:
            report(index, "unknown_column", Text(name, name), name)
        elif name in sheet.header[:index]:
            report(index, "duplicate_column", BY_NAME[name].label, name)
    for column in COLUMNS:
        if column.name not in sheet.header:
            message = told_in_row(1, "missing_column", name=column.name)
            problems.append(Problem(sheet.file, 1, "missing_column", message))
    return problems


def _check_id(row: Row, ids: dict[str, int]) -> None:
    value = row["id"]
    if value in RESERVED_IDS:
        row.report("id", "reserved_id", value=value)
    if value in ids:
        row.report("id", "duplicate_id", value=value, row=ids[value])
    elif value:
        ids[value] = row.number


def _check_mergers(read: list[tuple[Row, Branch | None]], ids: dict[str, int]) -> None:
    """Every merged branch must lead, perhaps through others, to one that is not merged."""
    leads_to = {row["id"]: row["merged_into"] for row, _ in read if row["merged_into"]}
    for row, _ in read:
        target = row["merged_into"]
        if row["status"] == "merged" and not target:
            row.report("merged_into", "merged_without_target")
        elif target and target not in ids:
            row.report("merged_into", "merged_into_unknown", value=target)
        seen = {row["id"]}
        while target in leads_to and target not in seen:
            seen.add(target)
            target = leads_to[target]
        if target and target in seen:
            row.report("merged_into", "merged_into_circle")


def _branch(row: Row, places: Places, townships: dict[str, Township]) -> Branch | None:
    """None when the row has faults: then what it says cannot be relied on."""
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
