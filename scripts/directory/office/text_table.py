"""CSV as Excel and WPS write it: UTF-8 with or without BOM, GB18030, UTF-16 with tabs."""

from __future__ import annotations

import codecs
import csv
import io

from scripts.directory.office import headings
from scripts.directory.office.table import Table, Value
from scripts.outcome import CannotRun

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEPARATORS = ",\t;"


def read(content: bytes, name: str) -> list[Table]:
    """One table. Raises CannotRun when the bytes are no text, or no table."""
    text = decoded(content)
    if text is None or "\0" in text:
        raise CannotRun(
            f"{name} 不是 .xlsx，也不是 CSV 文本。请另存为 .xlsx。",
            f"{name} is neither .xlsx nor CSV text. Save it as .xlsx.",
        )
    if text.lstrip()[:1] == "<":
        raise CannotRun(
            f"{name} 其实是网页或 XML。请在表格软件里打开，另存为 .xlsx。",
            f"{name} is HTML or XML. Open it in a spreadsheet program and save it as .xlsx.",
        )
    separator = _separator(text, name)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[list[Value]] = []
    began = 1
    try:
        for row in reader:
            _refuse_swallowed(row, separator, len(rows[0]) if rows else len(row), name, began)
            rows.append(list(row))
            began = reader.line_num + 1
    except csv.Error:
        raise _unclosed(name, began) from None
    return [Table(name, "", rows)]


def _separator(text: str, name: str) -> str:
    """The one under which the most headings are known; cells may hold the others more often."""
    begin = text.splitlines()[: headings.DEPTH]

    def known(separator: str) -> tuple[int, int]:
        rows: list[list[Value]] = [list(row) for row in csv.reader(begin, delimiter=separator)]
        table = Table(name, "", rows)
        row = headings.find(table)
        return (0 if row is None else headings.count(rows[row])), text.count(separator)

    return max(_SEPARATORS, key=known)


def _refuse_swallowed(row: list[str], separator: str, width: int, name: str, line: int) -> None:
    """A quotation mark without its other half takes in whole rows, up to the next one."""
    for cell in row:
        if any(part.count(separator) >= max(2, width // 2) for part in cell.splitlines()[1:]):
            raise _unclosed(name, line)


def _unclosed(name: str, line: int) -> CannotRun:
    return CannotRun(
        f"{name} 第 {line} 行起有一个引号没有配对，后面的行会被并进去。请补上或删去引号，"
        "或者另存为 .xlsx。",
        f"from line {line} of {name} a quotation mark has no other half and would take in the rows "
        "after it. Complete or remove it, or save the table as .xlsx.",
    )


def decoded(content: bytes) -> str | None:
    """None when it is in none of the encodings that spreadsheet programs write here."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            candidates: tuple[str, ...] = (encoding,)
            break
    else:
        candidates = ("utf-8", "gb18030")
    for encoding in candidates:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
