"""Other programs can rely on the open data: a schema, stable ids, and what changed since."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from scripts.content.words import load_words
from scripts.directory import dictionary, feeds, json_schema, open_json, since
from scripts.directory.columns import COLUMNS
from scripts.directory.fields import json_path, load_fields
from scripts.directory.importer import load_directory
from scripts.directory.schema import Branch, Directory
from tests.site.directory_data import ROOT, SITE_URL, TODAY

DIRECTORY = load_directory(ROOT)[0]


def written(directory: Directory, folder: Path, today: date = TODAY) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    open_json.write(directory, today, folder / "branches.json")
    return folder / "branches.json"


@pytest.fixture(scope="module")
def checker() -> Any:
    schema = json_schema.schema(DIRECTORY, load_fields(ROOT), SITE_URL)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_directory_keeps_to_its_published_schema(checker: Any, tmp_path: Path) -> None:
    feeds.write(DIRECTORY, ROOT, tmp_path, TODAY, SITE_URL)
    data = tmp_path / "data"
    feed = json.loads((data / "branches.json").read_text("utf-8"))
    assert [error.message for error in checker.iter_errors(feed)] == []
    published = json.loads((data / "branches.schema.json").read_text("utf-8"))
    assert published == checker.schema
    assert published["$id"] == f"{SITE_URL.rstrip('/')}{feed['schema']}"


def test_the_schema_has_every_field_of_an_entry_and_no_other(checker: Any) -> None:
    def paths(there: dict[str, Any], before: str = "") -> set[str]:
        found = set()
        for name, inside in there["properties"].items():
            inner = inside.get("type") == "object" and "description" not in inside
            found |= paths(inside, f"{before}{name}.") if inner else {f"{before}{name}"}
        return found

    entry = checker.schema["$defs"]["entry"]
    fields = {json_path(field.name) for field in load_fields(ROOT)}
    assert paths(entry) == fields | {"url.zh-Hans", "url.en"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda entry: entry.pop("name"),
        lambda entry: entry.update(secretary="somebody"),
        lambda entry: entry.update(kind="club"),
        lambda entry: entry.update(verified_on="yesterday"),
        lambda entry: entry["contact"].update(mobile="1"),
        lambda entry: entry["services"].append("banking"),
        lambda entry: entry.update(address={"zh-Hans": "只有中文"}),
        lambda entry: entry.update(fictional="yes"),
    ],
    ids=[
        "no name", "a person", "no such kind", "no date", "a mobile", "no such service",
        "half a text", "yes for true",
    ],
)  # fmt: skip
def test_what_the_schema_does_not_name_is_refused(
    checker: Any, tmp_path: Path, spoil: Callable[[dict[str, Any]], Any]
) -> None:
    feed = json.loads(written(DIRECTORY, tmp_path).read_text("utf-8"))
    spoil(feed["branches"][1])
    assert list(checker.iter_errors(feed))


def test_each_entry_has_a_line_of_its_own(tmp_path: Path) -> None:
    lines = written(DIRECTORY, tmp_path).read_bytes().split(b"\n")
    entries = [line for line in lines if line.startswith(open_json.ENTRY)]
    assert [json.loads(line.rstrip(b","))["id"] for line in entries] == list(DIRECTORY.by_id)
    nobody = dataclasses.replace(DIRECTORY, branches=())
    assert json.loads(written(nobody, tmp_path).read_text("utf-8"))["branches"] == []


def changed(before: Directory, after: Directory, folder: Path) -> dict[str, Any]:
    written(before, folder / "old", date(2026, 10, 1))
    return since.changes(folder / "old", written(after, folder / "new"), TODAY)


def with_branch(number: int, **changes: Any) -> tuple[Branch, Directory]:
    branch = DIRECTORY.branches[number]
    branches = list(DIRECTORY.branches)
    branches[number] = dataclasses.replace(branch, **changes)
    return branch, dataclasses.replace(DIRECTORY, branches=tuple(branches))


NOTHING: dict[str, list[Any]] = {"added": [], "changed": [], "closed": [], "removed": []}


def test_the_first_release_has_changed_nothing(tmp_path: Path) -> None:
    fresh = written(DIRECTORY, tmp_path)
    expected = {"generated": "2026-11-21", "since": None, **NOTHING}
    assert since.changes(None, fresh, TODAY) == expected
    assert since.changes(tmp_path / "nowhere", fresh, TODAY) == expected


def test_a_changed_entry_is_named_with_its_fields(tmp_path: Path) -> None:
    hours = dataclasses.replace(DIRECTORY.branches[5].name, en="By appointment")
    branch, after = with_branch(5, phone="000-5550-9999", hours=hours)
    assert changed(DIRECTORY, after, tmp_path) == {
        "generated": "2026-11-21",
        "since": "2026-10-01",
        **NOTHING,
        "changed": [{"id": branch.id, "fields": ["contact.phone", "hours"]}],
    }


def test_entries_that_come_go_and_end_are_told_apart(tmp_path: Path) -> None:
    number = next(n for n, branch in enumerate(DIRECTORY.branches) if branch.status == "active")
    branch, after = with_branch(number, status="closed", closed_on=TODAY)
    before = dataclasses.replace(DIRECTORY, branches=DIRECTORY.branches[:-1])
    after = dataclasses.replace(
        after, branches=tuple(b for b in after.branches if b.id != DIRECTORY.branches[2].id)
    )
    found = changed(before, after, tmp_path)
    assert found["added"] == [DIRECTORY.branches[-1].id]
    assert found["removed"] == [DIRECTORY.branches[2].id]
    assert (found["closed"], found["changed"]) == ([branch.id], [])


def test_a_release_without_changes_repeats_the_last_ones(tmp_path: Path) -> None:
    last = {"generated": "2026-10-01", "since": "2026-09-01", **NOTHING, "added": ["ty-a"]}
    old = written(DIRECTORY, tmp_path / "old", date(2026, 10, 1))
    (old.parent / "changes.json").write_text(json.dumps(last), encoding="utf-8")
    fresh = written(DIRECTORY, tmp_path / "new")
    assert since.changes(old.parent, fresh, TODAY) == last


def test_a_build_compares_with_the_release_before_it(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    feeds.write(DIRECTORY, ROOT, first, date(2026, 10, 1), SITE_URL)
    branch, after = with_branch(3, email="new@example.org")
    feeds.write(after, ROOT, second, TODAY, SITE_URL, previous=first)
    found = json.loads((second / "data/changes.json").read_text("utf-8"))
    assert found["changed"] == [{"id": branch.id, "fields": ["contact.email"]}]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_data_dictionary_names_every_column_and_every_value(lang: str) -> None:
    rows = dictionary.rows(DIRECTORY, lang)
    columns = [column for row in rows for column in row["columns"]]
    assert columns == [column.name for column in COLUMNS]
    words = load_words(ROOT, {})[lang]
    for row in rows:
        assert row["meaning"] and row["kind"] in words, row
        listed = DIRECTORY.taxonomies.get(row["columns"][0], {})
        assert [value for value, _ in row["choices"]] == list(listed)
