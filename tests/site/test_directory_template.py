"""The empty workbook: what it offers is understood when it comes back filled in."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from python_calamine import CalamineWorkbook

from scripts.directory import command
from scripts.directory.columns import COLUMNS
from scripts.directory.fields import example_of, load_fields
from scripts.directory.office import headings
from scripts.directory.office.files import read_tables
from scripts.directory.office.importing import Site
from scripts.directory.office.table import shown
from scripts.directory.office.template import columns_of
from scripts.directory.private_numbers import private_number
from scripts.outcome import CannotRun
from tests.site.directory_data import ROOT, SOUND_ROW
from tests.site.office_files import imported, sheet_xml

_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


@pytest.fixture
def template(tmp_path: Path, present: Site) -> Path:
    path = tmp_path / "template.xlsx"
    assert command.make_template(path, present.root) == 0
    return path


def filled(template: Path, row: dict[str, str]) -> Path:
    """As somebody would type it: below the headings, every cell as text."""
    table = read_tables(template)[0]
    number = headings.find(table)
    assert number is not None
    names = headings.read(table, number, "").columns
    cells = [row.get(names[index], "") for index in range(len(names))]
    path = template.with_name("filled.xlsx")
    with zipfile.ZipFile(template) as old, zipfile.ZipFile(path, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if part.endswith("sheet1.xml"):
                typed = sheet_xml([cells], first=number + 2)
                content = content.replace(b"</sheetData>", f"{typed}</sheetData>".encode())
            new.writestr(part, content)
    return path


def test_an_empty_template_brings_nothing(template: Path, present: Site) -> None:
    result = imported(template, present)
    assert (result.problems, bool(result.changes)) == ([], False)


def test_what_is_filled_in_by_the_examples_is_a_sound_entry(template: Path, present: Site) -> None:
    row = {
        column.name: example_of(field, column.name)
        for field in load_fields(ROOT)
        for column in columns_of(field)
    }
    row |= {"merged_into": "", "closed_on": "", "trade": "电子 / electronics"}
    result = imported(filled(template, row), present)
    assert [str(problem) for problem in result.problems] == []
    assert [change.id for change in result.changes.added] == ["ty-shenzhen-longgang-firms"]
    new = result.rows[-1]
    assert (new["province_code"], new["city_code"], new["district_code"]) == (
        "440000", "440300", "440307",
    )  # fmt: skip
    assert new["services"] == "reception;enquiries;jobs" and new["trade"] == "electronics"


def test_every_choice_of_every_list_is_understood(template: Path, present: Site) -> None:
    lists = CalamineWorkbook.from_path(template).get_sheet_by_name("可选值 Lists").to_python()
    for index, heading in enumerate(lists[0]):
        name = headings.meaning(str(heading)) or "has_union"
        for value in filter(None, (shown(line[index]) for line in lists[1:])):
            row = {"id": "ty-a", name: value}
            codes = {problem.code for problem in imported(filled(template, row), present).problems}
            assert not codes & {"unknown_value", "bad_yes_no", "unknown_township"}, (name, value)
            if "city" in name or "province" in name:
                break  # hundreds of the same


def test_every_column_is_text_with_a_note_and_choices_where_there_are_any(
    template: Path, present: Site
) -> None:
    with zipfile.ZipFile(template) as archive:
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))  # noqa: S314
        styles = ElementTree.fromstring(archive.read("xl/styles.xml"))  # noqa: S314
    formats = [style.get("numFmtId") for style in styles.iterfind("m:cellXfs/m:xf", _NS)]
    table = read_tables(template)[0]
    names = headings.read(table, 1, "").columns
    styled = {
        index: formats[int(column.get("style", 0))]
        for column in sheet.iterfind("m:cols/m:col", _NS)
        for index in range(int(column.get("min", 0)) - 1, int(column.get("max", 0)))
    }
    assert {styled[index] for index in names} == {"49"}  # 49 is text
    rules = sheet.findall("m:dataValidations/m:dataValidation", _NS)
    assert len(rules) == len(names)
    for rule in rules:
        prompt = rule.get("prompt", "")
        assert 0 < len(prompt) <= 255 and re.search("[一-鿿]", prompt) and "\n" in prompt
    chosen = {names[n] for n, rule in enumerate(rules) if rule.get("type") == "list"}
    kinds = {column.name for column in COLUMNS if column.kind in ("term", "yes_no")}
    assert chosen == kinds | {"province_zh", "city_zh", "township_zh"}


def test_every_field_is_explained_in_both_languages_and_gives_nothing_private_away() -> None:
    for field in load_fields(ROOT):
        assert re.search("[一-鿿]", field.meaning.zh) and field.meaning.zh.endswith("。")
        assert field.meaning.en.isprintable() and not re.search("[一-鿿]", field.meaning.en)
        for text in field.example.values():
            assert private_number(text) is None
    assert {column.name for field in load_fields(ROOT) for column in field.columns} == {
        column.name for column in COLUMNS
    }


def test_a_file_that_is_there_is_left_alone(template: Path, present: Site) -> None:
    before = template.read_bytes()
    with pytest.raises(CannotRun):
        command.make_template(template, present.root)
    assert template.read_bytes() == before
    with pytest.raises(CannotRun):
        command.make_template(present.root / "no/folder/here.xlsx", present.root)


def test_the_sound_row_of_the_tests_survives_the_template(template: Path, present: Site) -> None:
    result = imported(filled(template, SOUND_ROW), present)
    assert result.problems == [] and not result.changes
