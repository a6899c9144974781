"""Whatever is wrong in an office's spreadsheet is told at once, by row and column."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from python_calamine import CalamineWorkbook

from scripts.directory.columns import BY_NAME
from scripts.directory.office.headings import meaning
from scripts.directory.office.importing import Site
from scripts.directory.sheet import letter
from tests.site.office_files import (
    OFFICE_ROW,
    imported,
    office_rows,
    run,
    table_of,
)

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "cases/office_faults.yml").read_text("utf-8")
)


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
    assert not result.changes


def test_faults_of_headings_and_of_rows_are_told_together(tmp_path: Path, present: Site) -> None:
    rows = office_rows({"联系电话": "?"})
    path = table_of(tmp_path, [[*rows[0], "顺序"], [*rows[1], "1"]])
    codes = [(problem.line, problem.code) for problem in imported(path, present).problems]
    assert codes == [(1, "unknown_column"), (2, "bad_phone")]


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
