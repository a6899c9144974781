"""What an import would change is said first; it is written whole, or not at all."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from scripts.directory.importer import load_directory
from scripts.directory.office import changes
from scripts.directory.office.importing import Site, read_site, write
from scripts.outcome import CannotRun
from tests.site.directory_data import ROOT, SOUND_ROW
from tests.site.office_files import (
    branches,
    imported,
    office_rows,
    package,
    run,
    sheet_xml,
    site,
    sound,
    table_of,
)


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
    shutil.copytree(ROOT / "docs/data", root / "docs/data")
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


def test_hidden_rows_and_columns_are_told_of(
    tmp_path: Path, present: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    headings, row = office_rows({})
    body = sheet_xml([headings, row]).replace('<row r="2">', '<row r="2" hidden="1">')
    path = tmp_path / "filtered.xlsx"
    path.write_bytes(package({"支部": body}))
    run(path, present, "--check")
    assert "1 rows and 0 columns of the sheet are hidden" in capsys.readouterr().err
