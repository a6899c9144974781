"""`manage.py directory import`: read → check → say what would change → ask → write."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from scripts.directory import lists
from scripts.directory.cells import Row
from scripts.directory.columns import COLUMNS
from scripts.directory.desks import FILE as DESKS
from scripts.directory.desks import load_desks
from scripts.directory.events import FILE as EVENTS
from scripts.directory.events import load_events
from scripts.directory.faults import told_in_row
from scripts.directory.importer import DATA, check_rows, header_faults, rows_of
from scripts.directory.office import annotated, changes, files, headings
from scripts.directory.office.complete import Completer
from scripts.directory.office.merge import Merger
from scripts.directory.office.table import Table
from scripts.directory.office.values import Reader
from scripts.directory.schema import Directory, Places, Taxonomies, Township
from scripts.directory.sheet import read_csv
from scripts.outcome import CannotRun
from scripts.problems import Problem
from scripts.undisturbed import undisturbed

BRANCHES = DATA / "branches.csv"
#: Faults that come from reading a cell, before anything is known of what it says.
_UNREAD = ("no_value", "error_value", "lost_zero")
#: Names from which codes or the other language would have followed.
_UNKNOWN = ("unknown_name", "unknown_township")


@dataclass
class Import:
    """What reading a file came to. With `problems` nothing may be written."""

    table: Table
    headings: int
    rows: list[Row] = field(default_factory=list)
    changes: changes.Changes = field(default_factory=changes.Changes)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Site:
    """The present directory of the repository at `root`, as rows, and the lists it refers to."""

    root: Path
    present: dict[str, Row]
    places: Places
    townships: dict[str, Township]
    taxonomies: Taxonomies


def read_site(root: Path) -> Site:
    """Raises CannotRun when the lists or the present branches.csv cannot be read."""
    data = root / DATA
    places, problems = lists.load_places(data / "places.csv", "places.csv")
    townships, more = lists.load_townships(data / "townships.csv", "townships.csv")
    problems += more
    taxonomies, more = lists.load_taxonomies(data / "taxonomies.yml", "taxonomies.yml")
    problems += more
    sheet, more = read_csv(root / BRANCHES, BRANCHES.as_posix())
    problems += [problem for problem in more if problem.code not in ("no_file", "no_header")]
    if not more:
        problems += header_faults(sheet)
    if problems:
        first = problems[0]
        raise CannotRun(f"先改好现有的数据：{first}", f"mend the present data first: {first}")
    present = {row["id"]: row for row in rows_of(sheet)} if not more else {}
    return Site(root, present, places, townships, taxonomies)


def read(
    path: Path, site: Site, today: date, sheet: str = "", remove_missing: bool = False
) -> Import:
    """Everything that is wrong with the file, or what it would change. Raises CannotRun."""
    table, row = _choose(files.read_tables(path), path.name, sheet)
    found = headings.read(table, row, path.name)
    result = Import(table, row, problems=list(found.problems))
    if "id" not in found.columns.values():
        message = told_in_row(row + 1, "missing_column", name="id 编号")
        result.problems.append(Problem(path.name, row + 1, "missing_column", message))
        return result  # without ids nobody knows which entries are meant
    reader = Reader(site.taxonomies)
    merger = Merger(site.present, reader, Completer(site.places, site.townships))
    merged = merger.rows(table, found, path.name)
    with undisturbed():
        given = list(merged)
        result.rows = merger.in_order(given, keep_missing=not remove_missing)
        lists_ = site.places, site.townships, site.taxonomies
        branches, problems = check_rows(result.rows, *lists_, today)
        result.problems += _without_echoes(problems)
        if not result.problems:
            directory = Directory(tuple(branches), *lists_)
            result.problems += load_events(site.root / EVENTS, directory, today)[1]
            result.problems += load_desks(site.root / DESKS, directory)[1]
            result.changes = changes.between(site.present, result.rows, given, reader)
    return result


def _without_echoes(problems: list[Problem]) -> Iterator[Problem]:
    """Of a cell that cannot be read only that is said, and not that it is empty, too; nor that what
    follows from it is missing.
    """
    unread = {(p.line, p.column) for p in problems if p.code in _UNREAD}
    unknown = {p.line for p in problems if p.code in _UNKNOWN}
    for problem in problems:
        empty = problem.code in ("required", "language_half")
        if empty and not problem.column and problem.line in unknown:
            continue
        if problem.code in _UNREAD or (problem.line, problem.column) not in unread:
            yield problem


def _choose(tables: list[Table], name: str, wanted: str) -> tuple[Table, int]:
    """The sheet with the branches and its row of headings."""
    if wanted:
        tables = [table for table in tables if table.name == wanted]
        if not tables:
            raise CannotRun(
                f"{name} 里没有叫“{wanted}”的工作表。", f"{name} has no sheet “{wanted}”."
            )
    found = [(table, row) for table in tables if (row := headings.find(table)) is not None]
    if not found:
        raise CannotRun(
            f"{name} 前 {headings.DEPTH} 行里没有列名（编号、名称、电话……）。"
            "可以用 directory template 生成的空表。",
            f"the first {headings.DEPTH} rows of {name} have no headings (id, name, phone …). "
            "`directory template` makes an empty workbook.",
        )
    with_ids = [(table, row) for table, row in found if headings.names_ids(table, row)]
    found = with_ids or found  # a sheet of lists has headings, too, but no ids
    if len(found) > 1:
        names = ", ".join(f"“{table.name}”" for table, _ in found)
        raise CannotRun(
            f"{name} 里有几张支部表：{names}。请用 --sheet 选一张。",
            f"{name} has several sheets of branches: {names}. Choose one with --sheet.",
        )
    return found[0]


def write(site: Site, rows: Iterable[Row]) -> None:
    """Replace branches.csv in one step; line ends stay as they were."""
    path = site.root / BRANCHES
    try:
        ending = "\r\n" if b"\r\n" in path.read_bytes() else "\n"
    except FileNotFoundError:
        ending = "\r\n"
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=ending)
    writer.writerow(column.name for column in COLUMNS)
    writer.writerows([row[column.name] for column in COLUMNS] for row in rows)
    fresh = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        fresh.write_bytes(text.getvalue().encode("utf-8-sig"))
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def copy_with_faults(path: Path, result: Import, say: Callable[[str, str], None]) -> Path | None:
    """The annotated copy beside the file; None, said in a sentence, when it cannot be written."""
    copy = annotated.free_name(path)
    try:
        annotated.write(copy, result.table, result.headings, result.problems)
    except OSError as fault:
        say(f"批注本没有写成：{fault}。", f"the annotated copy could not be written: {fault}.")
        return None
    return copy
