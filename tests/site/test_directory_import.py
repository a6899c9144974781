"""An office's spreadsheet is understood as it is kept."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from scripts.directory.columns import COLUMNS
from scripts.directory.office import text_table
from scripts.directory.office.headings import meaning, plain
from scripts.directory.office.importing import Site
from scripts.directory.office.table import Value
from scripts.directory.office.values import Reader
from scripts.outcome import CannotRun
from tests.site.directory_data import lists
from tests.site.office_files import (
    OFFICE_ROW,
    imported,
    office_rows,
    package,
    sheet_xml,
    sound,
    table_of,
)


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
        ("phone", "0755-88886666-801", "0755-88886666 转 801"),
        ("phone", "0755-88886666 分机 801", "0755-88886666 转 801"),
        ("phone", "0755-88886666#801", "0755-88886666 转 801"),
        ("phone", "0086-755-88886666", "0755-88886666"),
        ("phone", "+86 755 8888 6666", "0755 8888 6666"),
        ("phone", "+86 (0)755-88886666", "0755-88886666"),
        ("phone", "+8613800138000", "13800138000"),
        ("phone", "+86 400 800 1234", "400 800 1234"),
        ("phone", "电话：0755-88886666", "0755-88886666"),
        ("phone", "'0755-88886666", "0755-88886666"),
        ("phone", "\u202d0755-88886666\u202c", "0755-88886666"),
        ("phone", "400-800-1234", "400-800-1234"),
        ("verified_on", "\u200e2026-09-03\ufe0d", "2026-09-03"),
        ("id", "\u202aty-a\u202c", "ty-a"),
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


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("编号,电话,能帮的事\nty-b,000-5550-0047,接待;就业;学习;法律;其他\n", 3),
        ("编号;电话;地址\nty-b;000-5550-0047;1, Example Road, Longgang, Shenzhen\n", 3),
        ("编号\t电话\t地址\nty-b\t000-5550-0047\t1, Example Road; 2nd floor, 3, 4\n", 3),
        ("2026, 2025, 2024 年名单\n编号;电话;地址\nty-b;000-5550-0047;示例路 1 号\n", 3),
    ],
)
def test_the_separator_is_that_under_which_headings_are_known(text: str, columns: int) -> None:
    [table] = text_table.read(text.encode(), "名单.csv")
    assert {len(row) for row in table.rows[-2:]} == {columns}


@pytest.mark.parametrize(
    "rows",
    [
        'ty-a,000-5550-0001,"周三开放\nty-b,000-5550-0002,周四开放\n',
        'ty-a,000-5550-0001,"周三开放\nty-b,000-5550-0002,周四"开放\n',
        'ty-a,000-5550-0001,"周三开放\nty-b,000-5550-0002,"周四开放"\n',
        'ty-a,000-5550-0001,"周三开放\nty-b,000-5550-0002,周四\nty-c,000-5550-0003,"\n',
    ],
)
def test_a_quotation_mark_without_its_other_half_is_refused_with_its_line(rows: str) -> None:
    with pytest.raises(CannotRun, match=r"第 2 行.*line 2"):
        text_table.read(f"编号,电话,接待时间\n{rows}".encode(), "名单.csv")


def test_a_cell_of_several_lines_is_no_unclosed_one() -> None:
    text = '编号,电话,说明\nty-a,000-5550-0001,"周三, 周四开放\n周五, 休息"\n'
    [table] = text_table.read(text.encode(), "名单.csv")
    assert table.rows[1][2] == "周三, 周四开放\n周五, 休息"


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
