"""An office's spreadsheet is understood as it is kept, and what it would change is said first."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import pty
import subprocess
import sys
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import yaml
from python_calamine import CalamineWorkbook

from scripts.directory import command
from scripts.directory.columns import BY_NAME, COLUMNS
from scripts.directory.importer import load_directory
from scripts.directory.office import changes
from scripts.directory.office.headings import meaning, plain
from scripts.directory.office.importing import Import, Site, read_site, write
from scripts.directory.office.table import Value
from scripts.directory.office.values import Reader
from scripts.directory.sheet import letter
from scripts.outcome import CannotRun
from tests.site.directory_data import ROOT, SOUND_ROW, lists
from tests.site.office_files import (
    OFFICE_ROW,
    imported,
    office_rows,
    package,
    sheet_xml,
    site,
    workbook,
)

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "cases/office_faults.yml").read_text("utf-8")
)


@pytest.fixture
def present(tmp_path: Path) -> Site:
    return site(tmp_path / "site")


def table_of(tmp_path: Path, rows: list[list[str]], name: str = "名单.xlsx") -> Path:
    return workbook(tmp_path / name, rows)


def sound(result: Import) -> Import:
    assert [str(problem) for problem in result.problems] == []
    return result


# ---- what is understood ----


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_a_heading_is_known_by_its_own_name_and_in_either_language(column: Any) -> None:
    both = f"{column.label.zh} *\n{column.label.en}"
    for heading in (column.name, column.label.zh, column.label.en.upper(), both):
        assert meaning(heading) == column.name, heading


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        (" 电　话 ", "phone"), ("电话：", "phone"), ("联系电话*", "phone"), ("ＰＨＯＮＥ", "phone"),
        ("E-Mail", "email"), ("名称(中文)", "name_zh"), ("支部名称", "name_zh"),
        ("Name_EN", "name_en"), ("电话 / phone", "phone"), ("核实日期", "verified_on"),
        ("电话 / 邮箱", ""), ("联络", ""), ("", ""),
    ],
)  # fmt: skip
def test_headings_are_read_as_people_write_them(heading: str, name: str) -> None:
    assert meaning(heading) == name
    assert not plain(" （）*：")


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("verified_on", dt.date(2026, 9, 3), "2026-09-03"),
        ("verified_on", dt.datetime(2026, 9, 3, 10, 30), "2026-09-03"),
        ("verified_on", "2026年9月3日", "2026-09-03"),
        ("verified_on", "２０２６／９／３", "2026-09-03"),
        ("verified_on", "2026.9.3", "2026-09-03"),
        ("verified_on", 20260903.0, "2026-09-03"),
        ("verified_on", "2026-9-3 0:00:00", "2026-09-03"),
        ("verified_on", "9月3日", "9月3日"),
        ("founded_year", 2010.0, "2010"),
        ("founded_year", "２０１０年", "2010"),
        ("phone", "（0755）5550　0001", "0755-5550 0001"),
        ("phone", "０７５５－５５５０－０００１", "0755-5550-0001"),
        ("phone", "0755—55500001转12", "0755-55500001 转 12"),
        ("phone", "000-5550-0001 ext. 7", "000-5550-0001 转 7"),
        ("email", " office @example.org ", "office@example.org"),
        ("id", "ｔｙ-a\u200b ", "ty-a"),
        ("city_code", 440300.0, "440300"),
        ("status", "正 常", "active"),
        ("status", "Active", "active"),
        ("status", "正常 / Active", "active"),
        ("setting", "community, including newcomers' / 社区", "community"),
        ("setup", "挂靠建", "attached"),
        ("services", "接待、咨询，就业\nstudy; 接送", "reception;enquiries;jobs;study;接送"),
        ("aliases_zh", "甲支部、乙支部；丙", "甲支部;乙支部;丙"),
        ("aliases_en", "One, Two; Three", "One, Two;Three"),
        ("has_union", True, "yes"),
        ("has_union", "√", "yes"),
        ("has_union", "否 / no", "no"),
        ("has_union", "无", "no"),
        ("has_union", "也许", "也许"),
        ("name_zh", "  棠砚县\n驻深圳\u3000Ａ１ 支部，\ufeff ", "棠砚县 驻深圳 A1 支部，"),
        ("hours_zh", dt.time(9, 30), "09:30"),
    ],
)
def test_a_cell_is_read_as_it_is_meant(column: str, value: Value, text: str) -> None:
    reader = Reader(lists()[2])
    assert reader.read(value, column) == text
    assert reader.read(reader.read(value, column), column) == text  # reading again changes nothing


def test_a_sheet_with_a_title_any_order_and_places_by_name_is_a_new_branch(
    tmp_path: Path, present: Site
) -> None:
    headings, row = (line[::-1] for line in office_rows({}))
    blank = [""] * len(row)
    path = table_of(tmp_path, [["驻外支部一览表（2026）"], blank, headings, blank, row])
    result = sound(imported(path, present))
    assert [change.id for change in result.changes.added] == ["ty-b"]
    assert result.changes.kept == 1
    new = next(row for row in result.rows if row["id"] == "ty-b")
    places = ("province_code", "province_zh", "city_code", "city_zh", "city_en", "township_en")
    assert [new[name] for name in places] == [
        "440000", "广东省", "440300", "深圳市", "Shenzhen", "Zhendu Town",
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"], ids=["comma", "tab", "semicolon"])
def test_text_files_of_every_program_are_read(
    encoding: str, separator: str, tmp_path: Path, present: Site
) -> None:
    lines = office_rows({"能帮的事": "接待、就业", "English address": '1 "Example" Road'})
    quoted = ('"{}"'.format(text.replace('"', '""')) for line in lines for text in line)
    cells = list(quoted)
    width = len(lines[0])
    text = "\r\n".join(separator.join(cells[i : i + width]) for i in range(0, len(cells), width))
    path = tmp_path / "名单.csv"
    path.write_bytes(text.encode(encoding))
    assert [change.id for change in sound(imported(path, present)).changes.added] == ["ty-b"]


def test_dates_numbers_and_yes_as_excel_stores_them(tmp_path: Path, present: Site) -> None:
    path = tmp_path / "typed.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("支部")
        for index, (heading, text) in enumerate(OFFICE_ROW.items()):
            sheet.write_string(0, index, heading)
            sheet.write_string(1, index, text)
        names = list(OFFICE_ROW)
        day = book.add_format({"num_format": "yyyy/m/d"})
        sheet.write_datetime(1, names.index("核对日期"), dt.datetime(2026, 10, 1), day)
        sheet.write_number(1, names.index("建立年份"), 2010)
        sheet.write_boolean(1, names.index("向群众开放"), False)
        sheet.write_formula(1, names.index("简称"), '="驻深圳"&"新样板"', None, "驻深圳新样板")
    new = sound(imported(path, present)).rows[-1]
    assert (new["verified_on"], new["founded_year"]) == ("2026-10-01", "2010")
    assert (new["open_to_non_members"], new["short_name_zh"]) == ("no", "驻深圳新样板")


def test_a_merged_cell_stands_for_all_its_rows(tmp_path: Path, present: Site) -> None:
    path = tmp_path / "merged.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("支部")
        sheet.merge_range(0, 0, 0, 5, "某县驻外支部名单", None)
        city = list(OFFICE_ROW).index("所在城市")
        for index, (heading, text) in enumerate(OFFICE_ROW.items()):
            sheet.merge_range(1, index, 2, index, heading, None)  # headings two rows high
            for row in (3, 4):
                if index != city:
                    sheet.write_string(row, index, f"ty-{row}" if heading == "支部编号" else text)
        sheet.merge_range(3, city, 4, city, "深圳", None)
    result = sound(imported(path, present))
    assert [row["city_code"] for row in result.rows[-2:]] == ["440300", "440300"]


def test_of_several_sheets_the_one_with_ids_is_read(tmp_path: Path, present: Site) -> None:
    path = tmp_path / "book.xlsx"
    branches, other = sheet_xml(office_rows({})), sheet_xml([["电话", "邮箱", "地址"], ["1", "2"]])
    path.write_bytes(package({"通讯录": other, "支部": branches, "空": ""}))
    assert sound(imported(path, present)).table.name == "支部"
    path.write_bytes(package({"深圳": branches, "广州": branches}))
    with pytest.raises(CannotRun, match="“深圳”, “广州”"):
        imported(path, present)


# ---- what is wrong ----


def test_every_fault_is_told_at_once_by_row_and_column(tmp_path: Path, present: Site) -> None:
    rows = office_rows(*({"支部编号": f"ty-{n}"} | case["set"] for n, case in enumerate(CASES)))
    rows.insert(0, ["2026 年名单"])  # so that data begin in row 3
    result = imported(table_of(tmp_path, rows), present)
    told = {(problem.line, problem.column, problem.code): problem for problem in result.problems}
    assert [p.line for p in result.problems] == list(range(3, 3 + len(CASES)))
    assert len(told) == len(CASES)
    for row, case in enumerate(CASES, start=3):
        column = letter(list(OFFICE_ROW).index(case["at"])) if case["at"] else ""
        message = told[row, column, case["code"]].message
        label = BY_NAME[meaning(case["at"])].label if case["at"] else None
        if label:
            assert message.startswith(f"第 {row} 行“{label.zh}”（{column} 列）："), case
            assert f" / row {row}, column {column} “{label.en}”: " in message, case
        else:
            assert f"第 {row} 行" in message and "（文件里没有这一列）" in message, case
            assert "(no such column in the file)" in message, case
    for number in ("138", "6222", "110101"):
        assert not any(number in line for line in map(str, result.problems) if "like" in line)


@pytest.mark.parametrize(
    ("heading", "code"),
    [
        ("书记姓名", "private_column"), ("党员人数", "private_column"),
        ("手机号", "private_column"), ("身份证号码", "private_column"),
        ("Secretary", "private_column"), ("顺序", "unknown_column"),
        ("办公室电话", "near_column"), ("电话", "duplicate_column"), ("", "no_heading"),
    ],
)  # fmt: skip
def test_a_column_that_is_not_of_the_directory_is_refused(
    heading: str, code: str, tmp_path: Path, present: Site
) -> None:
    rows = office_rows({})
    path = table_of(tmp_path, [[*rows[0], heading], [*rows[1], "x"]])
    result = imported(path, present)
    there = letter(len(OFFICE_ROW))
    assert [(p.line, p.column, p.code) for p in result.problems] == [(1, there, code)]
    assert f"（{there} 列）" in result.problems[0].message
    assert not result.rows


def test_a_file_without_ids_says_that_it_needs_them(tmp_path: Path, present: Site) -> None:
    rows = [line[1:] for line in office_rows({})]
    result = imported(table_of(tmp_path, rows), present)
    assert [problem.code for problem in result.problems] == ["missing_column"]


def test_formulas_without_result_errors_and_lost_zeros_are_told(
    tmp_path: Path, present: Site
) -> None:
    names = list(OFFICE_ROW)

    def at(heading: str) -> str:
        return f"{letter(names.index(heading))}2"

    change = {
        "建立年份": f'<c r="{at("建立年份")}"><f>2000+10</f></c>',
        "核对日期": f'<c r="{at("核对日期")}"><f>TODAY()</f><v></v></c>',
        "地址": f'<c r="{at("地址")}" t="e"><f>A9</f><v>#REF!</v></c>',
        "联系电话": f'<c r="{at("联系电话")}"><v>7555550001</v></c>',
        "简称": f'<c r="{at("简称")}" t="str"><f>B2</f><v>驻深圳新样板</v></c>',
        "能帮的事": f'<c r="{at("能帮的事")}" t="str"><f>""</f><v></v></c>',
    }
    result = imported(table_of(tmp_path, office_rows(change)), present)
    assert {(p.column + str(p.line), p.code) for p in result.problems} == {
        (at("建立年份"), "no_value"),
        (at("核对日期"), "no_value"),
        (at("地址"), "error_value"),
        (at("联系电话"), "lost_zero"),
    }
    assert "#REF!" in next(p.message for p in result.problems if p.code == "error_value")


def test_a_thousand_faults_are_all_told_and_all_marked(tmp_path: Path, present: Site) -> None:
    rows = office_rows(*({"支部编号": f"ty-{n}", "联系电话": "?"} for n in range(1_000)))
    path = table_of(tmp_path, rows)
    code, copy = run(path, present, "--yes")
    assert code == 1 and copy is not None
    sheets = CalamineWorkbook.from_path(copy)
    assert sheets.sheet_names == ["支部", "问题 Faults"]
    with zipfile.ZipFile(copy) as archive:
        assert archive.read("xl/comments1.xml").count(b"<comment ") == 1_000
    marked = sheets.get_sheet_by_name("支部").to_python()
    assert marked[0] == list(OFFICE_ROW) and marked[1000] == rows[1000]
    listed = sheets.get_sheet_by_name("问题 Faults").to_python()
    column = letter(list(OFFICE_ROW).index("联系电话"))
    assert [line[0] for line in listed[1:]] == [f"{column}{row}" for row in range(2, 1_002)]
    assert listed[1][1].startswith("第 2 行“电话”") and listed[1][2].startswith("row 2, column")


# ---- what is changed ----


def run(path: Path, into: Site, *options: str) -> tuple[int, Path | None]:
    """The command's exit code, and the annotated copy if there is one."""
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    code = command.bring_in(parser.parse_args(["import", str(path), *options]), into.root)
    return code, next(path.parent.glob("*-faults.xlsx"), None)


def branches(into: Site) -> bytes:
    return (into.root / "docs/data/branches.csv").read_bytes()


def test_columns_and_entries_that_the_file_lacks_stay_as_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into = site(tmp_path / "site", [SOUND_ROW, SOUND_ROW | {"id": "ty-c"}])
    path = table_of(
        tmp_path, [["编号", "电话", "核对日期"], ["ty-a", "000-5550-0199", "2026.11.1"]]
    )
    assert run(path, into, "--yes") == (0, None)
    after = read_site(into.root).present
    assert dict(after["ty-c"].cells) == dict(into.present["ty-c"].cells)
    changed = {"phone": "000-5550-0199", "verified_on": "2026-11-01"}
    assert dict(after["ty-a"].cells) == dict(into.present["ty-a"].cells) | changed
    told = capsys.readouterr().out
    assert "~ ty-a" in told and "电话 / phone: 000-5550-0100 → 000-5550-0199" in told
    assert "照旧保留 1 个" in told


def test_a_new_city_by_name_brings_its_own_code_and_province(tmp_path: Path) -> None:
    into = site(tmp_path / "site")
    rows = [["编号", "城市", "区县", "区县（英文）"], ["ty-a", "苏州", "", ""]]
    result = sound(imported(table_of(tmp_path, rows), into))
    new = result.rows[0]
    assert (new["city_code"], new["city_en"], new["district_code"]) == ("320500", "Suzhou", "")


def test_what_ends_what_is_removed_and_what_stays_are_told_apart(tmp_path: Path) -> None:
    ids = ("ty-a", "ty-c", "ty-d", "ty-e")
    into = site(tmp_path / "site", [SOUND_ROW | {"id": one} for one in ids])
    rows = [
        ["编号", "状态", "撤销日期", "并入哪个支部"],
        ["ty-a", "已撤销", "2026-03-31", ""],
        ["ty-c", "已并入", "", "ty-d"],
        ["ty-d", "正常", "", ""],
    ]
    path = table_of(tmp_path, rows)
    found = sound(imported(path, into)).changes
    assert [change.id for change in found.ended] == ["ty-a", "ty-c"]
    assert (found.same, found.kept, found.removed) == (1, 1, [])
    found = sound(imported(path, into, remove_missing=True)).changes
    assert ([change.id for change in found.removed], found.kept) == (["ty-e"], 0)
    assert any("要整条删去 1 个" in line for line in changes.told(found))


def test_nothing_is_written_unless_all_is_well_and_wanted(
    tmp_path: Path, present: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    before = branches(present)
    good, bad = (table_of(tmp_path, office_rows(change), name) for change, name in (
        ({}, "good.xlsx"), ({"支部编号": "ty-z", "联系电话": "?"}, "bad.xlsx")))  # fmt: skip
    assert run(bad, present, "--yes")[0] == 1 and branches(present) == before
    assert run(good, present, "--check")[0] == 0 and branches(present) == before
    with pytest.raises(CannotRun, match="--yes"):
        run(good, present)  # no terminal here
    assert branches(present) == before
    assert run(good, present, "--yes")[0] == 0 and branches(present) != before
    again, stat = branches(present), (present.root / "docs/data/branches.csv").stat()
    assert run(good, read_site(present.root), "--yes")[0] == 0
    assert branches(present) == again
    assert (present.root / "docs/data/branches.csv").stat().st_mtime_ns == stat.st_mtime_ns
    assert "和目录一样" in capsys.readouterr().err


def test_a_copy_that_somebody_may_be_mending_is_not_replaced(tmp_path: Path, present: Site) -> None:
    path = table_of(tmp_path, office_rows({"联系电话": "?"}))
    first = run(path, present)[1]
    assert first == tmp_path / "名单-faults.xlsx"
    kept = first.read_bytes()
    run(first, present)
    assert first.read_bytes() == kept and (tmp_path / "名单-faults-2.xlsx").exists()


def test_rows_are_written_as_they_were_but_for_what_changed(tmp_path: Path) -> None:
    root = tmp_path / "whole"
    for part in ("docs/data",):
        (root / part).mkdir(parents=True)
        for file in (ROOT / part).iterdir():
            (root / part / file.name).write_bytes(file.read_bytes())
    into = read_site(root)
    write(into, into.present.values())
    assert branches(into) == (ROOT / "docs/data/branches.csv").read_bytes()
    assert load_directory(root)[1] == []


ROWS = 50_000


def test_fifty_thousand_rows_are_read_in_seconds(tmp_path: Path, present: Site) -> None:
    unlike: list[Mapping[str, str]] = [
        {
            "支部编号": f"ty-{n}",
            "支部名称": f"棠砚县驻深圳第 {n} 党支部",
            "联系电话": f"000-5550-{n % 10_000:04}",
            "地址": f"深圳龙岗区示例路 {n} 号",
        }
        for n in range(ROWS)
    ]
    path = table_of(tmp_path, office_rows(*unlike))
    began = time.process_time()
    result = sound(imported(path, present))
    assert len(result.changes.added) == ROWS
    assert time.process_time() - began < 20  # five on a quiet machine


ASKED = """
import argparse, sys
from pathlib import Path
from scripts.directory import command
parser = argparse.ArgumentParser()
command.add_arguments(parser)
sys.exit(command.bring_in(parser.parse_args(["import", sys.argv[1]]), Path(sys.argv[2])))
"""


@pytest.mark.parametrize(("answer", "code"), [("好", 0), ("", 1)], ids=["yes", "return"])
def test_on_a_terminal_the_command_asks_before_it_writes(
    answer: str, code: int, tmp_path: Path, present: Site
) -> None:
    before, path = branches(present), table_of(tmp_path, office_rows({}))
    ours, terminal = pty.openpty()
    try:
        os.write(ours, f"{answer}\n".encode())
        line = [sys.executable, "-X", "utf8", "-c", ASKED, str(path), str(present.root)]
        done = subprocess.run(
            line, cwd=ROOT, stdin=terminal, capture_output=True, text=True, timeout=60
        )
    finally:
        os.close(ours)
        os.close(terminal)
    assert (done.returncode, branches(present) != before) == (code, code == 0)
    assert "+ ty-b" in done.stdout and "[y/N]" in done.stdout
