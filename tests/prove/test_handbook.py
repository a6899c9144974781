"""The handbook's own commands, run as they stand, and what is said of those that are not."""

from __future__ import annotations

from pathlib import Path

from scripts.prove import handbook
from tests.conftest import ROOT, BuiltSite


def test_the_commands_of_the_handbook_lead_from_an_empty_folder_to_a_running_server(
    built_site: BuiltSite,
) -> None:
    result = handbook.walk(built_site.folder, lend=True)
    assert result["holds"] is True, result
    assert result["done"] == result["blocks"] > 8


def test_what_needs_more_than_an_empty_folder_is_tried_where_it_is_said() -> None:
    assert [name for name in handbook.ELSEWHERE.values() if not (ROOT / name).is_file()] == []


def test_a_block_is_known_by_its_section_and_by_what_it_needs(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "## One {#one}\n\n```sh\nfirst\n# a comment\nsecond\n```\n\n```yaml\nnot: this\n```\n"
        "## Two {#two}\n\n```sh\n# 需要联网\nthird\n```\n\n```sh\n# needs a network\nfourth\n```\n",
        "utf-8",
    )
    assert [(one.section, one.text, one.needs) for one in handbook.blocks(page)] == [
        ("one", "first\nsecond", False),
        ("two", "third", True),
        ("two", "fourth", True),
    ]
