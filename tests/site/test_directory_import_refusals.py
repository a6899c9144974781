"""Files that are no list of branches, or only pretend to be, are refused in a sentence at once."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from scripts.directory.office import package as safety
from scripts.directory.office.files import read_tables
from scripts.outcome import CannotRun
from tests.site.office_files import cell, office_rows, package, sheet_xml

SOUND = package({"支部": sheet_xml(office_rows({}))})
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def _bomb() -> bytes:
    """Three hundred megabytes of blanks in three hundred kilobytes."""
    content = io.BytesIO(package({"支部": ""}))
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/sharedStrings.xml", b" " * 300_000_000)
    return content.getvalue()


def _liar() -> bytes:
    """A part of 300 MB whose headers say 100 bytes."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packed.compress(b" " * 300_000_000) + packed.flush()
    content = package({"支部": sheet_xml(office_rows({}))}, {"xl/theme.xml": b"x" * 100})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        info = archive.getinfo("xl/theme.xml")
        start, old = info.header_offset, info.compress_size
        directory = archive.start_dir
    name = struct.unpack("<H", content[start + 26 : start + 28])[0]
    data = start + 30 + name
    grown = len(body) - old
    head = bytearray(content[start:data])
    head[18:22] = struct.pack("<I", len(body))
    records = bytearray(content[directory:])
    record = records.rindex(b"PK\x01\x02")
    records[record + 20 : record + 24] = struct.pack("<I", len(body))
    end = records.rindex(b"PK\x05\x06")
    records[end + 16 : end + 20] = struct.pack("<I", directory + grown)
    return content[:start] + bytes(head) + body + content[data + old : directory] + bytes(records)


def _archive(parts: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def _with_part(name: str, part: bytes) -> bytes:
    return package({"支部": sheet_xml(office_rows({}))}, {name: part})


REFUSED = {
    "empty": ("list.xlsx", b"", "是空的"),
    "blank": ("list.csv", b" \r\n\r\n", "是空的"),
    "old Excel": ("list.xls", _OLE + bytes(600), "另存为 .xlsx"),
    "password": ("list.xlsx", _OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "密码"),
    "torn": ("list.xlsx", SOUND[: len(SOUND) // 2], "坏了"),
    "flipped": ("list.xlsx", SOUND.replace(b"PK\x01\x02", b"PK\x01\x03"), "坏了"),
    "no zip": ("list.xlsx", "编号,名称,电话".encode(), "坏了"),
    "OpenDocument": ("list.ods", _archive({"mimetype": b"x", "content.xml": b"<a/>"}), "另存"),
    "web page": ("list.csv", b"<html><table><tr><td>1</td></tr></table>", "HTML"),
    "picture": ("list.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "不是 .xlsx"),
    "odd bytes": ("list.csv", "编号,名称,电话\n".encode() + b"\xff\xff\xff", "不是 .xlsx"),
    "document type": ("list.xlsx", _with_part("xl/a.xml", b"<!DOCTYPE a []><a/>"), "坏了"),
    "bomb": ("list.xlsx", _bomb(), "太大"),
    "lying bomb": ("list.xlsx", _liar(), "太大"),
    "many sheets": ("list.xlsx", package({f"s{n}": "" for n in range(60)}), "太大"),
    "far row": ("list.xlsx", package({"s": f"<row>{cell('A1048576', 'x')}</row>"}), "太大"),
    "far number": (
        "list.xlsx",
        package({"s": '<row><c r="A1048576"><v>1</v></c></row>'}),
        "太大",
    ),
    "far column": ("list.xlsx", package({"s": f'<row r="1">{cell("XFD1", "x")}</row>'}), "太大"),
    "far row without places": (
        "list.xlsx",
        package({"s": '<row r="1"><c><v>1</v></c></row><row r="1048576"><c><v>1</v></c></row>'}),
        "太大",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_such_a_file_is_refused_in_one_sentence(case: str, tmp_path: Path) -> None:
    name, content, words = REFUSED[case]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(CannotRun, match=words) as refusal:
        read_tables(path)
    assert name in refusal.value.zh and name in refusal.value.en
    assert "\n" not in str(refusal.value)


def test_a_sound_workbook_is_read() -> None:
    assert safety.inspect(SOUND, "list.xlsx") == {"支部": ({}, (0, 0))}


def test_formatting_down_to_the_last_row_and_column_is_no_reason_to_refuse(
    tmp_path: Path,
) -> None:
    styled = '<row r="1048576" spans="1:3"/><row r="1048575"><c r="XFD1048575" s="1"/></row>'
    path = tmp_path / "list.xlsx"
    path.write_bytes(package({"支部": sheet_xml(office_rows({})) + styled}))
    (table,) = read_tables(path)
    assert len(table.rows) == 2


@pytest.mark.parametrize("name", ["nowhere.xlsx", "."])
def test_a_file_that_cannot_be_opened_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(CannotRun):
        read_tables(tmp_path / name)


def test_an_enormous_file_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(CannotRun, match="200 MB"):
        read_tables(path)
