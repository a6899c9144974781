"""Which kind of file this is, told by its content; what cannot be read is refused in a sentence."""

from __future__ import annotations

from pathlib import Path

from scripts.directory.office import text_table, workbook
from scripts.directory.office.table import Table
from scripts.outcome import CannotRun

#: Bytes. A list of 100,000 branches as .xlsx has about 40 MB.
LARGEST = 100_000_000

_OLD_CONTAINER = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read_tables(path: Path) -> list[Table]:
    """All sheets of a workbook, or the one table of a CSV file. Raises CannotRun."""
    name = path.name
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise CannotRun(
                f"{name} 有 {size // 1_000_000} MB，最多 {LARGEST // 1_000_000} MB。",
                f"{name} has {size // 1_000_000} MB; at most {LARGEST // 1_000_000} MB.",
            )
        content = path.read_bytes()
    except FileNotFoundError:
        raise CannotRun(f"找不到文件 {path}。", f"there is no file {path}.") from None
    except (IsADirectoryError, PermissionError):
        raise CannotRun(
            f"打不开 {path}：它是文件夹，或者没有读取的权限。",
            f"{path} cannot be opened: it is a folder, or you may not read it.",
        ) from None
    if not content.strip():
        raise CannotRun(f"{name} 是空的。", f"{name} is empty.")
    if content.startswith(_OLD_CONTAINER):
        raise _old(name, _ENCRYPTED in content)
    if content.startswith(b"PK"):
        return workbook.read(content, name)
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        raise CannotRun(
            f"{name} 坏了，或者不是 Excel 文件。请重新保存一份。",
            f"{name} is broken or no Excel file. Save it again.",
        )
    return text_table.read(content, name)


def _old(name: str, encrypted: bool) -> CannotRun:
    if encrypted:
        return CannotRun(
            f"{name} 有打开密码。请去掉密码，另存一份。",
            f"{name} needs a password to open. Remove it and save again.",
        )
    return CannotRun(
        f"{name} 是旧的 .xls 或 WPS 的 .et 格式。请另存为 .xlsx 或 CSV。",
        f"{name} is in the old .xls or the WPS .et format. Save it as .xlsx or CSV.",
    )
