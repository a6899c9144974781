"""The spreadsheet is read as a whole, and every fault is told where a spreadsheet shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.directory.columns import BY_NAME, COLUMNS
from scripts.directory.desks import load_desks
from scripts.directory.events import load_events
from scripts.directory.faults import MESSAGES
from scripts.directory.importer import check_directory, load
from scripts.directory.lists import load_taxonomies, load_townships
from scripts.directory.schema import Directory
from scripts.directory.sheet import letter
from tests.site.directory_data import (
    DATA,
    ROOT,
    SOUND_ROW,
    TODAY,
    imported,
    lists,
    write_rows,
)

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "cases/directory_faults.yml").read_text("utf-8")
)
HEADER = [column.name for column in COLUMNS]


def test_the_sample_directory_is_sound() -> None:
    assert check_directory(ROOT) == (60, [])


def test_a_sound_row_has_no_faults(tmp_path: Path) -> None:
    branches, problems = imported(write_rows(tmp_path, [SOUND_ROW]))
    assert problems == []
    assert [branch.id for branch in branches] == ["ty-a"]


def _name(case: dict[str, Any]) -> str:
    changed = "; ".join(f"{column} = {value}" for column, value in case.get("set", {}).items())
    return f"{case['code']} when {changed or 'a row stands twice'}"


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_a_fault_is_told_alone_with_its_row_and_column(
    case: dict[str, Any], tmp_path: Path
) -> None:
    first = SOUND_ROW | case.get("set", {})
    rows = [first, *(SOUND_ROW | row for row in case.get("rows", []))]
    _, problems = imported(write_rows(tmp_path, rows))
    assert {problem.code for problem in problems} == {case["code"]}
    problem, row, column = problems[0], case.get("row", 2), BY_NAME[case["column"]]
    there = letter(HEADER.index(column.name))
    assert (problem.file, problem.line) == ("docs/data/branches.csv", row)
    assert problem.message.startswith(f"第 {row} 行“{column.label.zh}”（{there} 列）：")
    assert f" / row {row}, column {there} “{column.label.en}”: " in problem.message


def test_all_faults_of_all_rows_are_told_at_once_in_order(tmp_path: Path) -> None:
    rows = [
        SOUND_ROW | {"phone": "13812345678", "kind": "club"},
        SOUND_ROW | {"id": "ty-b"},
        SOUND_ROW | {"id": "ty-c", "verified_on": "yesterday", "hours_zh": ""},
    ]
    branches, problems = imported(write_rows(tmp_path, rows))
    told = [(problem.line, problem.code) for problem in problems]
    assert sorted(told) == [
        (2, "personal_mobile"),
        (2, "unknown_value"),
        (4, "bad_date"),
        (4, "language_half"),
    ]
    assert [line for line, _ in told] == [2, 2, 4, 4]
    assert [branch.id for branch in branches] == ["ty-b"]


def test_rows_are_counted_as_the_spreadsheet_counts_them(tmp_path: Path) -> None:
    note = {"note_zh": "第一行\n第二行", "note_en": "line one\nline two"}
    rows = [SOUND_ROW | note, {}, SOUND_ROW | {"id": "ty-b", "founded_year": "soon"}]
    _, problems = imported(write_rows(tmp_path, rows))
    assert [(problem.line, problem.code) for problem in problems] == [(4, "bad_year")]


@pytest.mark.parametrize(
    ("code", "header"),
    [
        ("unknown_column", [*HEADER, "secretary"]),
        ("duplicate_column", [*HEADER, "phone"]),
        ("missing_column", [name for name in HEADER if name != "verified_on"]),
    ],
)
def test_a_wrong_header_is_told_before_any_row(
    code: str, header: list[str], tmp_path: Path
) -> None:
    _, problems = imported(write_rows(tmp_path, [{"kind": "club"}], header))
    assert [(problem.line, problem.code) for problem in problems] == [(1, code)]


def test_a_row_wider_than_the_header_is_told(tmp_path: Path) -> None:
    path = write_rows(tmp_path, [SOUND_ROW])
    path.write_bytes(path.read_bytes().rstrip() + b",surplus\r\n")
    _, problems = imported(path)
    assert [(problem.line, problem.code) for problem in problems] == [(2, "row_width")]


@pytest.mark.parametrize(
    ("code", "content"), [("not_utf8", "编号".encode("gbk")), ("no_header", b""), ("no_file", None)]
)
def test_a_file_that_cannot_be_read_says_why(
    code: str, content: bytes | None, tmp_path: Path
) -> None:
    path = write_rows(tmp_path, [])
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    directory, problems = load(path, DATA / "places.csv", DATA / "taxonomies.yml", TODAY)
    assert [problem.code for problem in problems] == [code]
    assert directory.branches == ()


def test_every_message_has_a_case() -> None:
    elsewhere = {
        *("no_file", "not_utf8", "no_header", "unknown_column", "duplicate_column"),
        *("private_column", "near_column", "no_heading", "no_value", "error_value"),
        "unknown_name",
        *("missing_column", "row_width", "township_slug", "bad_taxonomy", "bad_event", "bad_desk"),
    }
    assert {case["code"] for case in CASES} | elsewhere == set(MESSAGES)


def test_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    header = HEADER[::-1]
    _, problems = imported(write_rows(tmp_path, [SOUND_ROW | {"email": "nobody@"}], header))
    assert f"column {letter(header.index('email'))} " in problems[0].message


@pytest.mark.parametrize(("index", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (58, "BG")])
def test_columns_have_the_letters_of_a_spreadsheet(index: int, name: str) -> None:
    assert letter(index) == name


def test_a_town_may_stand_where_a_city_has_no_districts(tmp_path: Path) -> None:
    dongguan = {"city_code": "441900", "city_zh": "东莞", "city_en": "Dongguan"}
    humen = {"district_code": "", "district_zh": "虎门镇", "district_en": "Humen Town"}
    _, problems = imported(write_rows(tmp_path, [SOUND_ROW | dongguan | humen]))
    assert problems == []


@pytest.mark.parametrize(
    "text",
    ["000-5550-0047", "0755-5550-0001 转 12", "1921 年 7 月", "周一至周五 9:00–17:00", "12371"],
)
def test_ordinary_numbers_are_not_taken_for_private_ones(text: str, tmp_path: Path) -> None:
    row = SOUND_ROW | {"note_zh": text, "note_en": text}
    _, problems = imported(write_rows(tmp_path, [row]))
    assert problems == []


def test_a_township_needs_the_slug_of_its_name(tmp_path: Path) -> None:
    path = tmp_path / "townships.csv"
    path.write_text("slug,name_zh,name_zh_hant,name_en\nsong,松笺镇,,Songjian Town\n", "utf-8")
    _, problems = load_townships(path, path.name)
    assert [(problem.line, problem.code) for problem in problems] == [(2, "township_slug")]


def test_a_taxonomy_item_without_its_english_is_told(tmp_path: Path) -> None:
    path = tmp_path / "taxonomies.yml"
    path.write_text("kind:\n  - {value: general, zh: 一般}\n", "utf-8")
    _, problems = load_taxonomies(path, path.name)
    assert [problem.code for problem in problems] == ["bad_taxonomy"]


@pytest.mark.parametrize(
    "change",
    [
        {"city": "999999"},
        {"branch": "ty-nowhere"},
        {"kind": "party"},
        {"ends": "08:00"},
        {"seats": 0},
        {"on": "soon"},
        {"in_days": 3, "on": None},
        {"title": {"zh": "只有中文"}},
        {"organiser": "somebody"},
    ],
)
def test_a_faulty_event_is_told_by_its_name(change: dict[str, Any], tmp_path: Path) -> None:
    directory = Directory((), *lists())
    text = {"zh": "题", "en": "Title"}
    sound = {
        "id": "e", "kind": "activity", "in_days": 1, "starts": "09:00", "ends": "10:00",
        "title": text, "venue": text, "seats": 5,
    }  # fmt: skip
    path = tmp_path / "events.yml"
    path.write_text(yaml.safe_dump([sound]), "utf-8")
    assert load_events(path, directory, TODAY)[1] == []
    path.write_text(yaml.safe_dump([sound | change], allow_unicode=True), "utf-8")
    events, problems = load_events(path, directory, TODAY)
    assert events == []
    assert [problem.code for problem in problems] == ["bad_event"]
    assert "“e”" in problems[0].message


@pytest.mark.parametrize(
    "change", [{"cities": ["999999"]}, {"townships": ["nowhere"]}, {"forms": ["help-ask"]}]
)
def test_a_faulty_desk_is_told_by_its_name(change: dict[str, Any], tmp_path: Path) -> None:
    directory = Directory((), *lists())
    text = {"zh": "台", "en": "desk"}
    sound = {"id": "a", "name": text, "does": text, "cities": ["*"], "townships": ["*"]}
    path = tmp_path / "desks.yml"
    desks = [sound | {"forms": ["help-ask"]}, sound | {"id": "b", "forms": []} | change]
    path.write_text(yaml.safe_dump(desks, allow_unicode=True), "utf-8")
    _, problems = load_desks(path, directory)
    assert [problem.code for problem in problems] == ["bad_desk"]
    assert "“b”" in problems[0].message


def test_every_place_has_a_parent_and_both_names() -> None:
    places = lists()[0]
    assert (len(places.provinces), len(places.cities)) == (31, 369)
    for city in places.cities.values():
        assert city.parent in places.provinces
    for district in places.districts.values():
        assert district.parent in places.cities
    for place in (*places.provinces.values(), *places.cities.values(), *places.districts.values()):
        assert place.name.zh and place.name.en.isprintable() and place.pinyin
        assert not any("一" <= sign <= "鿿" for sign in place.name.en)


@pytest.mark.parametrize(
    ("code", "short_zh", "english"),
    [
        ("110000", "北京", "Beijing"),
        ("150100", "呼和浩特", "Hohhot"),
        ("340100", "合肥", "Hefei"),
        ("422800", "恩施州", "Enshi Prefecture"),
        ("429004", "仙桃", "Xiantao"),
        ("610100", "西安", "Xi’an"),
    ],
)
def test_cities_are_called_as_readers_call_them(code: str, short_zh: str, english: str) -> None:
    city = lists()[0].cities[code]
    assert (city.short.zh, city.short.en) == (short_zh, english)


@pytest.mark.parametrize(
    ("code", "english"),
    [
        ("310115", "Pudong New Area"),
        ("310112", "Minhang District"),
        ("440307", "Longgang District"),
        ("320583", "Kunshan"),
        ("130638", "Xiong County"),
        ("450324", "Quanzhou County"),
        ("450332", "Gongcheng Yao Autonomous County"),
        ("150723", "Oroqen Autonomous Banner"),
    ],
)
def test_districts_have_their_usual_english_names(code: str, english: str) -> None:
    assert lists()[0].districts[code].name.en == english


def test_the_files_open_in_a_spreadsheet_program() -> None:
    for name in ("branches.csv", "places.csv", "townships.csv"):
        assert (DATA / name).read_bytes().startswith(b"\xef\xbb\xbf"), name
    assert (DATA / "places.csv").stat().st_size < 300_000
