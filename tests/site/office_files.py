"""Spreadsheets as offices make them, and as an attacker would: what the import's tests share."""

from __future__ import annotations

import argparse
import io
import shutil
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from scripts.directory import command
from scripts.directory.office.importing import Import, Site, read, read_site
from scripts.directory.sheet import letter
from tests.site.directory_data import DATA, SOUND_ROW, TODAY

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

#: A new branch under the headings an office would write; places are named, not coded.
OFFICE_ROW = {
    "支部编号": "ty-b",
    "是否示例": "否",
    "支部状态": "正常",
    "支部名称": "棠砚县驻深圳新样板党支部",
    "英文名称": "Party Branch of Tangyan County: Shenzhen New Sample",
    "简称": "驻深圳新样板",
    "英文简称": "Shenzhen New Sample",
    "支部类型": "一般驻外支部",
    "组建方式": "联合建",
    "依托": "依托集中地",
    "场所": "园区",
    "所在城市": "深圳市",
    "老家的县": "棠砚县",
    "home county (English)": "Tangyan County",
    "老家乡镇": "榛渡镇",
    "地址": "深圳龙岗区示例路 1 号",
    "English address": "1 Example Road, Longgang District, Shenzhen",
    "联系电话": "000-5550-0100",
    "主管单位": "棠砚县榛渡镇党委组织办公室",
    "家乡主管办公室（英文）": "Organisation Office, Party Committee of Zhendu Town",
    "能帮的事": "接待；就业",
    "向群众开放": "否",
    "建立年份": "2010",
    "核对日期": "2026-10-01",
}


def site(folder: Path, rows: Sequence[Mapping[str, str]] = (SOUND_ROW,)) -> Site:
    """A repository in `folder` whose branches.csv holds `rows`."""
    from tests.site.directory_data import write_rows

    data = folder / "docs/data"
    data.mkdir(parents=True)
    for name in ("places.csv", "taxonomies.yml", "events.yml", "desks.yml", "branch_fields.yml"):
        shutil.copy(DATA / name, data / name)
    (data / "events.yml").write_text("[]\n", encoding="utf-8")
    write_rows(data, rows)
    return read_site(folder)


def imported(path: Path, into: Site, **options: bool) -> Import:
    return read(path, into, TODAY, **options)  # type: ignore[arg-type]


def cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def sheet_xml(rows: Iterable[Sequence[str]], first: int = 1) -> str:
    """Rows of texts; a text that begins with <c is taken as the cell's own XML."""
    lines = []
    for number, row in enumerate(rows, first):
        cells = "".join(
            text if text.startswith("<c") else cell(f"{letter(index)}{number}", text)
            for index, text in enumerate(row)
            if text
        )
        lines.append(f'<row r="{number}">{cells}</row>')
    return "".join(lines)


def package(sheets: Mapping[str, str], extra: Mapping[str, bytes] | None = None) -> bytes:
    """An .xlsx by hand: name of each sheet and the XML of its rows."""
    content = io.BytesIO()
    names = "".join(
        f'<sheet name="{escape(name)}" sheetId="{number}" r:id="r{number}"/>'
        for number, name in enumerate(sheets, 1)
    )
    links = "".join(
        f'<Relationship Id="r{number}" Type="{_LINKS}/worksheet" '
        f'Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(sheets) + 1)
    )
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>",
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>{names}</sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f"{links}</Relationships>",
        )
        for number, rows in enumerate(sheets.values(), 1):
            archive.writestr(
                f"xl/worksheets/sheet{number}.xml",
                f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>',
            )
        for name, part in (extra or {}).items():
            archive.writestr(name, part)
    return content.getvalue()


def workbook(path: Path, rows: Iterable[Sequence[str]], **options: Mapping[str, bytes]) -> Path:
    path.write_bytes(package({"支部": sheet_xml(rows)}, **options))
    return path


def office_rows(*changes: Mapping[str, str]) -> list[list[str]]:
    """Headings and a row for each change of OFFICE_ROW."""
    names = list(OFFICE_ROW)
    return [names, *([{**OFFICE_ROW, **change}[name] for name in names] for change in changes)]


def table_of(tmp_path: Path, rows: list[list[str]], name: str = "名单.xlsx") -> Path:
    return workbook(tmp_path / name, rows)


def sound(result: Import) -> Import:
    assert [str(problem) for problem in result.problems] == []
    return result


def run(path: Path, into: Site, *options: str) -> tuple[int, Path | None]:
    """The command's exit code, and the annotated copy if there is one."""
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    code = command.bring_in(parser.parse_args(["import", str(path), *options]), into.root)
    return code, next(path.parent.glob("*-faults.xlsx"), None)


def branches(into: Site) -> bytes:
    return (into.root / "docs/data/branches.csv").read_bytes()
