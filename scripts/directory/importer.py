"""From the spreadsheet's rows to a Directory. Faults are collected; faulty rows are left out."""

from __future__ import annotations

import hashlib
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from datetime import date
from pathlib import Path

from forms_api import clock
from scripts.directory import lists
from scripts.directory.cells import Row, Sound
from scripts.directory.columns import BY_NAME, COLUMNS
from scripts.directory.desks import load_desks
from scripts.directory.entry import branch_of
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


Answer = tuple[Directory, list[Problem]]
#: The digest of a row's cells → the branch that it made without a fault.
Known = MutableMapping[bytes, Branch]
_ANSWERS = 2  # of one build: the directory as it is, and as it was in the last release
_answers: OrderedDict[tuple[object, ...], Answer] = OrderedDict()
#: By day and lists, then by the header that the cells stand below.
_known: dict[tuple[object, ...], dict[tuple[str, ...], Known]] = {}


def load(
    branches_csv: Path,
    places_csv: Path,
    taxonomies: Path,
    today: date | None = None,
    townships_csv: Path | None = None,
) -> Answer:
    """townships.csv is looked for beside branches.csv. Faults come in the order of the rows.

    A build asks for the same directory again and again, and for one that differs in a few rows: the
    last answers are kept, and a row that was sound on the same day with the same lists is not
    checked again.
    """
    today = today or clock.today()
    lists_csv = (places_csv, taxonomies, townships_csv or branches_csv.with_name("townships.csv"))
    files = (branches_csv, *lists_csv)
    seen = (today, *map(_content, files))
    if seen not in _answers:
        beside = (seen[0], *seen[2:])
        if beside not in _known:
            _known.clear()
        _answers[seen] = _load(branches_csv, *lists_csv, today, _known.setdefault(beside, {}))
        while len(_answers) > _ANSWERS:
            _answers.popitem(last=False)
    _answers.move_to_end(seen)
    directory, problems = _answers[seen]
    return directory, list(problems)


def _content(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b""


def _load(
    branches_csv: Path,
    places_csv: Path,
    taxonomies: Path,
    townships_csv: Path,
    today: date,
    known: dict[tuple[str, ...], Known],
) -> Answer:
    places, problems = lists.load_places(places_csv, _shown(places_csv))
    terms, more = lists.load_taxonomies(taxonomies, _shown(taxonomies))
    problems += more
    townships, more = lists.load_townships(townships_csv, _shown(townships_csv))
    problems += more
    sheet, more = read_csv(branches_csv, _shown(branches_csv))
    problems += more
    if problems:
        return Directory((), places, townships, terms), problems
    branches, problems = read_sheet(
        sheet, places, townships, terms, today, known.setdefault(sheet.header, {})
    )
    return Directory(tuple(branches), places, townships, terms), problems


def _shown(path: Path) -> str:
    return (DATA / path.name).as_posix()


def read_sheet(
    sheet: Sheet,
    places: Places,
    townships: dict[str, Township],
    taxonomies: Taxonomies,
    today: date,
    known: Known | None = None,
) -> tuple[list[Branch], list[Problem]]:
    """The rows of any spreadsheet; `today` tells dates that are still to come."""
    problems = list(header_faults(sheet))
    if problems:
        return [], problems
    return check_rows(rows_of(sheet), places, townships, taxonomies, today, known)


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
    known: Known | None = None,
) -> tuple[list[Branch], list[Problem]]:
    """The branches of the sound rows, and all faults; rows may come from several files.

    `known`: rows that need no checking, as long as no other row disagrees; sound ones are added.
    """
    by_name = {township.name.zh: township for township in townships.values()}
    sound: Sound = defaultdict(set)
    ids: dict[str, int] = {}
    read: list[tuple[Row, Branch | None]] = []
    for row in rows:
        digest = b"" if known is None else _digest(row)
        branch = known.get(digest) if known and not row.problems else None
        if branch is None:
            row.check_all_cells(taxonomies, today, sound)
            _check_id(row, ids)
            branch = branch_of(row, places, by_name)
            if branch and known is not None:
                known[digest] = branch
        else:
            _check_id(row, ids)
        read.append((row, branch))
    _check_mergers(read, ids)
    problems = [problem for row, _ in read for problem in row.problems]
    return [branch for row, branch in read if branch and not row.problems], problems


def _digest(row: Row) -> bytes:
    """Of its cells, which follow the header."""
    cells = "\0".join(row.cells.values())
    return hashlib.blake2b(cells.encode(), digest_size=16).digest()


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
