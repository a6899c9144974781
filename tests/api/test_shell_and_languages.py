"""The shell's places, the languages' spellings, the working days."""

from __future__ import annotations

from datetime import date

import pytest

from forms_api import clock, languages, workdays
from forms_api.shell import Shell

PAGE = "<title><!--jq:title-->T<!--/jq:title--></title><!--jq:content--><!--/jq:content-->!"


def test_places_not_named_keep_their_default() -> None:
    shell = Shell.parse(PAGE)
    assert shell.fill(content="<p>x</p>") == "<title>T</title><p>x</p>!"
    assert shell.fill(title="A<!--jq:content-->") == "<title>A<!--jq:content--></title>!"


def test_an_unknown_place_cannot_be_filled() -> None:
    with pytest.raises(KeyError):
        Shell.parse(PAGE).fill(footer="x")


@pytest.mark.parametrize(
    "html",
    [
        "<!--jq:footer-->x<!--/jq:footer-->",
        "<!--jq:title-->x",
        "<!--jq:head--><!--jq:title-->x<!--/jq:title--><!--/jq:head-->",
    ],
)
def test_a_broken_shell_is_refused(html: str) -> None:
    with pytest.raises(ValueError, match="shell"):
        Shell.parse(html)


@pytest.mark.parametrize(
    ("header", "edition"),
    [
        (None, "zh"),
        ("", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("zh-TW, en;q=0.9", "zh-hant"),
        ("zh-HK", "zh-hant"),
        ("zh-MO;q=0.7, en;q=0.5", "zh-hant"),
        ("zh-Hant-CN", "zh-hant"),
        ("zh_Hant", "zh-hant"),
        ("zh-hans-HK, zh-HK;q=0.9", "zh"),
        ("zh-CN, zh-TW;q=0.9", "zh"),
        ("zh-SG", "zh"),
        ("fr, en;q=0.4, zh-Hans;q=0.5", "zh"),
        ("en;q=0, de", "zh"),
        ("*;q=0.1", "zh"),
        ("en;q=nonsense", "zh"),
    ],
)
def test_the_reader_gets_the_first_language_we_have(header: str | None, edition: str) -> None:
    assert languages.from_accept_language(header) == edition


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("2026-11-21", 5, "2026-11-27"),
        ("2026-11-27", 1, "2026-11-30"),
        ("2026-09-18", 2, "2026-09-21"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-12-31", 1, "2027-01-04"),
    ],
)
def test_promised_dates_follow_the_chinese_calendar(received: str, days: int, due: str) -> None:
    found = workdays.after(date.fromisoformat(received), days)
    assert found.isoformat() == due


def test_the_day_can_be_fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JINQIAO_TODAY", "2027-02-03")
    assert clock.today() == date(2027, 2, 3)
