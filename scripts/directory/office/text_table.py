"""CSV as Excel and WPS write it: UTF-8 with or without BOM, GB18030, UTF-16 with tabs."""

from __future__ import annotations

import codecs
import csv
import io

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
    # The separator that occurs most: headings and cells hold few of the others.
    separator = max(_SEPARATORS, key=text.count)
    try:
        rows: list[list[Value]] = [
            list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        ]
    except csv.Error as fault:
        raise CannotRun(
            f"{name} 的表格读不下去（{fault}）。请另存为 .xlsx。",
            f"{name} breaks off as a table ({fault}). Save it as .xlsx.",
        ) from None
    return [Table(name, "", rows)]


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
