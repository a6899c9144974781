"""Coming events and the list of what is due, as pages show them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from scripts.content import coming
from scripts.content.context import Site
from scripts.content.front_matter import STALE_AFTER_DAYS
from scripts.content.pages import SourcePage, catalogue, read_page
from scripts.content.then_now import load_then_now
from scripts.content.upkeep import PARTS, Upkeep
from scripts.content.words import load_identity, load_words
from scripts.directory.events import FILE, load_events
from scripts.directory.importer import load_directory
from scripts.directory.schema import STALE_AFTER_DAYS as ENTRY_DAYS

ROOT = Path(__file__).resolve().parents[2]
TODAY = dt.date(2026, 11, 21)
DIRECTORY = load_directory(ROOT)[0]
EVENTS = load_events(ROOT / FILE, DIRECTORY, TODAY)[0]


def address(slug: str, lang: str) -> str:
    return f"/{'en/' if lang == 'en' else ''}{slug}/"


def test_what_is_over_is_not_coming() -> None:
    past = dataclasses.replace(EVENTS[0], starts=EVENTS[0].starts - dt.timedelta(days=8))
    assert coming.coming([past, *EVENTS], TODAY) == EVENTS
    assert coming.coming(EVENTS, TODAY + dt.timedelta(days=7)) == EVENTS
    assert coming.coming(EVENTS, TODAY + dt.timedelta(days=8)) == EVENTS[1:]
    assert coming.coming(EVENTS, TODAY + dt.timedelta(days=400)) == []


@pytest.mark.parametrize(
    ("kind", "name", "shown"),
    [
        ("events", "", {"activity"}),
        ("courses", "", {"course"}),
        ("events", "home", {"home-spring-festival-open-day"}),
    ],
)
def test_a_page_shows_the_events_it_calls_for(kind: str, name: str, shown: set[str]) -> None:
    found = coming.wanted(EVENTS, kind, name)
    assert {one.id if name else one.kind for one in found} == shown


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("zh", {"day": "2026 年 11 月 28 日 周六", "place": "深圳", "page": "/away/activities/"}),
        ("en", {"day": "Sat 28 Nov 2026", "place": "Shenzhen", "page": "/en/away/activities/"}),
    ],
)
def test_an_event_says_when_where_and_how_to_sign_up(lang: str, expected: dict[str, str]) -> None:
    view = coming.view(EVENTS[0], DIRECTORY, address, lang)
    assert {key: view[key] for key in expected} == expected
    assert view["hours"] == "14:30–16:30"
    assert view["branch"][0].endswith("find/directory/ty-shenzhen-baoan-community/")


# What is due


def page(root: Path, lang: str, slug: str, meta: str, body: str = "词") -> SourcePage:
    path = root / f"docs/{lang}/{slug}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\ntitle: 题\n{meta}---\n{body}\n", encoding="utf-8")
    return read_page(root, path, lang)


def due(root: Path, reviewed: str, source_hash: str, form: str = "") -> dict[str, list[object]]:
    meta = f"reviewed_on: {reviewed}\n" + (f"form: {form}\n" if form else "")
    written = [
        page(root, "zh", "away/index", meta),
        page(root, "en", "away/index", meta + f'source_hash: "{source_hash}"\n'),
    ]
    identity = load_identity(ROOT)
    rows = {slug: row for slug, row in catalogue(ROOT).items() if slug == "away/index"}
    titles = {lang: {"away/index": "题"} for lang in ("zh", "en")}
    site = Site(identity, load_words(ROOT, identity), rows, titles, {"zh": {}, "en": {}})
    upkeep = Upkeep(
        site=site,
        pages={(one.slug, one.lang): one for one in written},
        forms={},
        then_now=load_then_now(ROOT),
        directory=DIRECTORY,
        today=TODAY,
        rules=lambda lang: [{"name": "甲", "checked": ""}, {"name": "乙", "checked": "2026"}],
    )
    parts: dict[str, list[object]] = upkeep.rows("zh")["parts"]
    assert tuple(parts) == PARTS
    return parts


def test_a_translation_that_fell_behind_is_due(tmp_path: Path) -> None:
    assert due(tmp_path, "2026-11-21", "000000000000")["outdated"] == [
        (("/away/", "题"), "away/index", "docs/en/away/index.md")
    ]


@pytest.mark.parametrize(("days", "stale"), [(STALE_AFTER_DAYS, 0), (STALE_AFTER_DAYS + 1, 1)])
def test_a_page_is_due_after_a_year(tmp_path: Path, days: int, stale: int) -> None:
    reviewed = TODAY - dt.timedelta(days=days)
    assert len(due(tmp_path, reviewed.isoformat(), "0")["stale"]) == stale


def test_a_rule_is_due_until_somebody_compared_it(tmp_path: Path) -> None:
    assert due(tmp_path, "2026-11-21", "0")["unchecked"] == [{"name": "甲", "checked": ""}]


def test_open_branches_are_due_oldest_first(tmp_path: Path) -> None:
    entries = due(tmp_path, "2026-11-21", "0")["entries"]
    late = [one for one in DIRECTORY.open_branches if (TODAY - one.verified_on).days > ENTRY_DAYS]
    late.sort(key=lambda one: (one.verified_on, one.id))
    assert [row[2] for row in entries] == [one.id for one in late]  # type: ignore[index]


def test_a_form_that_a_page_speaks_of_is_planned(tmp_path: Path) -> None:
    planned = due(tmp_path, "2026-11-21", "0", "away-activities")["planned"]
    assert planned == [
        (("/away/", "题"), "form", "forms_api/definitions/away-activities.yml"),
    ]
