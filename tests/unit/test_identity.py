"""One block of mkdocs.yml says whose site it is, in which colours; another office changes it."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from scripts import identity
from scripts.content.words import identity_for
from scripts.problems import Problem

ROOT = Path(__file__).resolve().parents[2]
SHEET = (ROOT / "docs/assets" / identity.SHEET).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#777777", 1.0), ("#0f5257", "#ffffff", 8.9)],
)
def test_contrast_is_what_wcag_calls_contrast(one: str, other: str, ratio: float) -> None:
    assert identity.contrast(one, other) == identity.contrast(other, one)
    assert identity.contrast(one, other) == pytest.approx(ratio, abs=0.05)


def test_a_block_without_colours_adds_no_style() -> None:
    assert identity.style({"light": {}, "dark": {}}) == ""


def test_colours_of_the_block_stand_over_those_of_the_sheet_in_their_scheme() -> None:
    palettes = identity.palettes(SHEET, {"light": {"brand": "#5a2d82"}, "dark": None})
    assert palettes["light"]["brand"] == "#5a2d82"
    assert palettes["dark"] == identity.palettes(SHEET, {})["dark"]
    style = identity.style({"light": {"brand": "#5a2d82"}, "dark": {"foot": "#120a1c"}})
    assert ":root{--brand:#5a2d82;}" in style
    assert ':root[data-theme="dark"]{--foot:#120a1c;}' in style


def problems_of(tmp_path: Path, old: str, new: str) -> list[Problem]:
    """What `check` says of this site's block after one edit."""
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert old in config
    (tmp_path / "mkdocs.yml").write_text(config.replace(old, new, 1), encoding="utf-8")
    folder = tmp_path / "docs/assets/css"
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "docs/assets" / identity.SHEET, folder)
    return list(identity.check(tmp_path))


def test_this_sites_own_block_is_sound() -> None:
    assert list(identity.check(ROOT)) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("light: {}", 'light: {brnad: "#112233"}', "brnad", "brnad is no colour"),
        ("light: {}", 'light: {brand: "teal"}', "brand", "write #rrggbb"),
        ("light: {}", 'light: {brand: "#7fb5b5"}', "brand", "brand on bg has a contrast of 2.3"),
        ("dark: {}", 'dark: {onbrand: "#9fc5c5"}', "onbrand", "dark: onbrand on brand"),
        ("dark: {}", "dusk: {}", "dusk", "only light and dark"),
        ("email: desk@", "mail: desk@", "mail", "mail is not a key"),
        ("leave_url: https", "leave_url: http", "leave_url", "must begin with https://"),
        ("reference_prefix: TY", "reference_prefix: ty", "reference_prefix", "capital letters"),
        ("sample: true", "sample: 1", "sample", "sample is true or false"),
        (
            "people: {zh: 棠砚, en: Tangyan}",
            "people: {zh: 棠砚}",
            "people",
            "words in both languages",
        ),
    ],
)
def test_a_mistake_in_the_block_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, line: str, words: str
) -> None:
    problems = problems_of(tmp_path, old, new)
    found = [problem for problem in problems if words in problem.message]
    assert found, problems
    written = (tmp_path / "mkdocs.yml").read_text(encoding="utf-8").splitlines()
    assert line in written[found[0].line - 1]
    assert {problem.file for problem in problems} == {"mkdocs.yml"}


def test_words_of_the_block_may_name_each_other() -> None:
    block = {
        "name": {"zh": "石渡", "en": "Shidu"},
        "notice": {"zh": "{name}由…", "en": "{name} is"},
    }
    assert identity_for(block, "zh")["notice"] == "石渡由…"
    assert identity_for(block, "en")["notice"] == "Shidu is"


SITE = "https://jinqiao.example.org/"


@pytest.mark.parametrize(
    ("today", "expires"),
    [("2026-12-01", "2027-11-01"), ("2026-12-31", "2027-11-01"), ("2027-01-01", "2027-12-01")],
)
def test_security_txt_names_the_contact_and_expires_within_a_year(today: str, expires: str) -> None:
    text = identity.security_txt({"email": "desk@example.org"}, SITE, date.fromisoformat(today))
    assert text.splitlines() == [
        "Contact: mailto:desk@example.org",
        f"Expires: {expires}T00:00:00Z",
        "Preferred-Languages: zh, en",
        f"Canonical: {SITE}.well-known/security.txt",
    ]


def test_without_a_contact_there_is_no_security_txt() -> None:
    assert identity.security_txt({"email": ""}, SITE, date(2026, 12, 1)) == ""
