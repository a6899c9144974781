"""`manage.py directory template`: an empty workbook that the importer understands.

Three sheets: the branches, with drop-down lists and a note at each heading; what each column means;
the lists. Every cell is text, so that no telephone number loses its 0 and no date is turned round.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import XlsxFileError

from scripts.directory.columns import BY_NAME, Column
from scripts.directory.fields import Field, example_of, load_fields
from scripts.directory.office.annotated import TEXT
from scripts.directory.office.importing import Site
from scripts.directory.schema import Text

#: Rows with drop-down lists.
ROWS = 2_000
_ROW_OF_HEADINGS = 1  # from 0, below the line of instructions
_YES_NO = ("是 / yes", "否 / no")
_INSTRUCTIONS = (
    "一行一个支部，带 * 的必填。不要写人名、身份证号、私人手机、人数。填好后请管理员运行"
    " manage.py directory import。各列怎么填，见“说明 Notes”。 / "
    "One branch a row; columns with * are needed. No names of persons, ID numbers, private mobiles "
    "or head counts. When done, the maintainer runs manage.py directory import. “说明 Notes” "
    "explains each column."
)
#: Filled in by the import, so nobody need type them.
_FILLED_IN = ("province_code", "province_en", "city_code", "city_en", "district_code",
              "township_en")  # fmt: skip


def columns_of(field: Field) -> list[Column]:
    """Those of its columns that the template has."""
    return [
        column
        for column in field.columns
        if column.name not in _FILLED_IN and not column.name.endswith("_zh_hant")
    ]


def heading(column: Column) -> str:
    """Both languages in one cell, with a star where something must be written."""
    star = " *" if column.required else ""
    return f"{column.label.zh}{star}\n{column.label.en}"


def write(out: Path, site: Site) -> None:
    """Raises OSError when it cannot be written."""
    fields = load_fields(site.root)
    try:
        with xlsxwriter.Workbook(out) as book:
            branches = book.add_worksheet("支部 Branches")
            notes = book.add_worksheet("说明 Notes")
            lists = book.add_worksheet("可选值 Lists")
            sources = _write_lists(book, lists, _choices(fields, site))
            _write_branches(book, branches, fields, sources)
            _write_notes(book, notes, fields)
    except XlsxFileError as fault:
        raise OSError(str(fault)) from fault


def _choices(fields: Iterable[Field], site: Site) -> dict[str, list[str]]:
    """By column what may be chosen; several services are typed, so their list is only shown."""
    found: dict[str, list[str]] = {}
    for field in fields:
        terms = site.taxonomies.get(field.name, {})
        if terms:
            found[field.name] = [f"{term.label.zh} / {term.label.en}" for term in terms.values()]
    found["yes_no"] = list(_YES_NO)
    places = site.places
    found["province_zh"] = [place.short.zh for place in places.provinces.values()]
    found["city_zh"] = [place.short.zh for place in places.cities.values()]
    found["township_zh"] = [town.name.zh for town in site.townships.values()]
    return found


def _write_lists(
    book: xlsxwriter.Workbook, sheet: Any, choices: dict[str, list[str]]
) -> dict[str, str]:
    """The range of each list, as a drop-down wants it."""
    bold = book.add_format({"bold": True, "bottom": 1, "num_format": TEXT})
    sheet.freeze_panes(1, 0)
    ranges = {}
    for index, (name, values) in enumerate(choices.items()):
        label = BY_NAME[name].label if name in BY_NAME else Text("是或否", "yes or no")
        sheet.set_column(index, index, 24)
        sheet.write_string(0, index, f"{label.zh} / {label.en}", bold)
        for number, value in enumerate(values, start=1):
            sheet.write_string(number, index, value)
        column = xlsxwriter.utility.xl_col_to_name(index, col_abs=True)
        ranges[name] = f"='可选值 Lists'!{column}$2:{column}${len(values) + 1}"
    return ranges


def _write_branches(
    book: xlsxwriter.Workbook, sheet: Any, fields: Iterable[Field], sources: dict[str, str]
) -> None:
    as_text = book.add_format({"num_format": TEXT})
    small = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#444444"})
    styles = {
        needed: book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "num_format": TEXT, "border": 1,
             "bg_color": "#f6e3df" if needed else "#eeeeee"}
        )
        for needed in (True, False)
    }  # fmt: skip
    sheet.merge_range(0, 0, 0, 11, _INSTRUCTIONS, small)
    sheet.set_row(0, 48)
    sheet.set_row(_ROW_OF_HEADINGS, 48)
    sheet.freeze_panes(_ROW_OF_HEADINGS + 1, 1)
    index = 0
    for field in fields:
        for column in columns_of(field):
            sheet.set_column(index, index, _width(column), as_text)
            sheet.write_string(_ROW_OF_HEADINGS, index, heading(column), styles[column.required])
            source = sources.get("yes_no" if column.kind == "yes_no" else column.name, "")
            rule = _rule(field, column, source if column.kind != "terms" else "")
            first = _ROW_OF_HEADINGS + 1
            sheet.data_validation(first, index, first + ROWS - 1, index, rule)
            index += 1


def _rule(field: Field, column: Column, source: str) -> dict[str, Any]:
    """A note that shows while the cell is chosen, and the drop-down list if it has a `source`."""
    rule: dict[str, Any] = {
        "validate": "list" if source else "any",
        "input_title": column.label.zh[:32],
        "input_message": _prompt(field, column),
    }
    if source:
        rule |= {
            "source": source,
            "error_type": "warning",
            "error_title": "可选值 / list",
            "error_message": "请从列表里选。 / Choose from the list.",
        }
    return rule


def _width(column: Column) -> int:
    if column.kind in ("pair", "list", "terms"):
        return 30
    return 26 if column.kind in ("id", "email", "phone", "term") else 14


def _prompt(field: Field, column: Column) -> str:
    """At most 255 signs, which is what a spreadsheet program takes."""
    example = example_of(field, column.name)
    told = f"{field.meaning.zh}\n{field.meaning.en}"
    shown = f"\n例 / e.g.: {example}" if example else ""
    return (told + shown) if len(told + shown) <= 255 else told[:255]


def _write_notes(book: xlsxwriter.Workbook, sheet: Any, fields: Iterable[Field]) -> None:
    bold = book.add_format({"bold": True, "bottom": 1, "num_format": TEXT})
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": TEXT})
    sheet.freeze_panes(1, 0)
    for index, width in enumerate((24, 26, 12, 48, 52, 40)):
        sheet.set_column(index, index, width, wrapped)
    titles = ("列名", "column", "必填 needed", "怎么填", "what to write", "例 example")
    sheet.write_row(0, 0, titles, bold)
    number = 1
    for field in fields:
        for column in columns_of(field):
            cells = (
                column.label.zh,
                column.label.en,
                "是 / yes" if column.required else "",
                field.meaning.zh,
                field.meaning.en,
                example_of(field, column.name),
            )
            for index, text in enumerate(cells):
                sheet.write_string(number, index, text, wrapped)
            number += 1
