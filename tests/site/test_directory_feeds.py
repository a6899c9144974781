"""Open data, the calendar and the forms' options: what other programs read."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from datetime import date
from pathlib import Path

import pytest

from scripts.directory import feeds
from scripts.directory.calendar import branch_calendar, calendar, city_calendar
from scripts.directory.catalogue import catalogue
from scripts.directory.events import load_events
from scripts.directory.importer import load_directory
from scripts.directory.open_csv import as_csv
from tests.site.directory_data import DATA, ROOT, SITE_URL, TODAY, imported

DIRECTORY = load_directory(ROOT)[0]
EVENTS = load_events(DATA / "events.yml", DIRECTORY, TODAY)[0]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("public")
    feeds.write(DIRECTORY, ROOT, out, TODAY, SITE_URL)
    return out / "data"


def test_the_csv_read_back_gives_the_same_directory(data: Path, tmp_path: Path) -> None:
    content = (data / "branches.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    (tmp_path / "branches.csv").write_bytes(content)
    branches, problems = imported(tmp_path / "branches.csv")
    assert problems == []
    assert tuple(branches) == DIRECTORY.branches


def test_no_cell_of_the_csv_is_taken_for_a_formula() -> None:
    branch = DIRECTORY.branches[1]
    for sign in "=+-@\t\r":
        sly = dataclasses.replace(branch, email=f"{sign}1+1")
        text = as_csv(dataclasses.replace(DIRECTORY, branches=(sly,))).decode("utf-8-sig")
        rows = csv.DictReader(io.StringIO(text, newline=""))
        assert [row["email"] for row in rows] == [f"'{sign}1+1"]


def test_the_json_has_every_entry_with_public_language_codes(data: Path) -> None:
    feed = json.loads((data / "branches.json").read_text("utf-8"))
    assert feed["generated"] == "2026-11-21" and feed["fictional"] is True
    assert feed["count"] == len(feed["branches"]) == 60
    entry = next(e for e in feed["branches"] if e["id"] == "ty-shenzhen-longgang-firms")
    assert entry["name"] == {
        "zh-Hans": "棠砚县驻深圳龙岗企业党支部",
        "zh-Hant": "棠硯縣駐深圳龍崗企業黨支部",
        "en": "Party Branch of Tangyan County: Shenzhen Longgang Firms",
    }
    assert entry["destination"]["city"] == {"code": "440300", "zh-Hans": "深圳", "en": "Shenzhen"}
    assert entry["url"]["en"] == "/en/find/directory/ty-shenzhen-longgang-firms/"
    assert entry["note"] is None
    for service in entry["services"]:
        assert set(feed["lists"]["services"][service]) == {"zh-Hans", "en"}


def test_the_calendar_keeps_to_rfc_5545(data: Path) -> None:
    content = (data / "events.ics").read_bytes()
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()  # no character is cut in two
    lines = content.decode().replace("\r\n ", "").split("\r\n")
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == len(EVENTS)
    assert "BEGIN:VTIMEZONE" in lines and "TZID:Asia/Shanghai" in lines
    assert "DTSTART;TZID=Asia/Shanghai:20261128T143000" in lines
    assert f"UID:{EVENTS[0].id}@jinqiao.example.org" in lines
    assert any(
        line.startswith("LOCATION:") and "4 层 / Floor 4\\, Wangdi" in line for line in lines
    )
    for name in ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "LOCATION"):
        found = [line for line in lines if line.split(":")[0].split(";")[0] == name]
        assert len(found) >= len(EVENTS), name


def test_a_calendar_without_an_address_has_no_links() -> None:
    assert b"URL:" not in calendar(EVENTS, TODAY, "")


def test_sample_events_move_with_the_day_and_past_ones_are_left_out() -> None:
    later = load_events(DATA / "events.yml", DIRECTORY, date(2030, 1, 1))[0]
    assert {event.id for event in later} == {event.id for event in EVENTS}
    assert min(event.starts.date() for event in later) > date(2030, 1, 1)


def test_events_belong_to_branches_of_their_city() -> None:
    assert 6 <= len(EVENTS) <= 8
    for event in EVENTS:
        if event.branch:
            branch = DIRECTORY.by_id[event.branch]
            assert (branch.city.code, branch.status) == (event.city, "active")


def test_the_catalogue_has_the_shape_that_forms_expect() -> None:
    options = catalogue(DIRECTORY, ROOT, TODAY)
    assert {"cities", "townships", "trades", "courses", "events", "branches"} <= set(options)
    groups = options["cities"]
    assert [group["group"]["zh"] for group in groups][:3] == ["北京", "天津", "河北"]
    codes = [option["value"] for group in groups for option in group["options"]]
    assert len(codes) == len(set(codes)) == 369
    guangdong = next(group for group in groups if group["group"]["en"] == "Guangdong")
    assert {"value": "440300", "zh": "深圳", "en": "Shenzhen"} in guangdong["options"]
    songjian = {"value": "songjian", "zh": "松笺镇", "zh-hant": "松箋鎮", "en": "Songjian Town"}
    assert songjian in options["townships"]
    for name in ("townships", "trades", "courses", "events"):
        for option in options[name]:
            assert option["value"] and option["zh"] and option["en"]
    assert len(options["branches"]) == 60
    assert len(options["courses"]) == 2 and options["events"][0]["seats"] == 40


def test_no_private_number_is_in_the_open_data(data: Path) -> None:
    private = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")
    for path in filter(Path.is_file, data.rglob("*")):
        assert not private.search(path.read_text("utf-8")), path


def test_each_city_has_a_calendar_of_its_own_events(data: Path) -> None:
    cities = {branch.city.code for branch in DIRECTORY.branches}
    files = {path.name: path.read_text("utf-8") for path in data.glob("events-[0-9]*.ics")}
    assert set(files) == {city_calendar(code) for code in cities}
    held = {
        name: set(re.findall(r"UID:([\w-]+)@", text))
        for name, text in files.items()
        if "UID" in text
    }
    assert held == {
        city_calendar(code): {event.id for event in EVENTS if event.city == code}
        for code in {event.city for event in EVENTS} - {""}
    }


def test_a_branch_that_meets_has_a_calendar_of_its_own(data: Path) -> None:
    meets = feeds.meeting(ROOT, DIRECTORY, TODAY)
    files = {path.name for path in data.glob("events-[a-z]*.ics")}
    assert meets and files == {branch_calendar(branch) for branch in meets}
    for branch in meets:
        held = set(
            re.findall(r"UID:([\w-]+)@", (data / branch_calendar(branch)).read_text("utf-8"))
        )
        assert held == {event.id for event in EVENTS if event.branch == branch}
