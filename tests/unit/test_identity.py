"""One block of mkdocs.yml says whose site it is, in which colours; another office changes it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyrage
import pytest
import yaml
from flask.testing import FlaskClient
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

from forms_api.app import close, create_app
from forms_api.settings import Settings
from scripts import identity
from scripts.content.words import identity_for
from scripts.problems import Problem

ROOT = Path(__file__).resolve().parents[2]
SHEET = (ROOT / "docs/assets" / identity.SHEET).read_text(encoding="utf-8")
NEW = """
    name: {zh: 石渡, en: Shidu}
    line: {zh: 松川人在外手册, en: A handbook for people from Songchuan}
    county: {zh: 松川县, en: Songchuan County}
    people: {zh: 松川, en: Songchuan}
    operator: {zh: 松川县志愿者协会, en: Songchuan Volunteers}
    email: post@songchuan.example
    phone: 000-5550-9999
    filing: 某ICP备0000号
    strip: {zh: 志愿者办的手册, en: Run by volunteers}
    notice_title: {zh: 这里不是官方网站, en: This is not an official site}
    notice: {zh: "{name}由{operator}维护。请打", en: "{name} is kept by {operator}. Call"}
    leave_url: https://weather.example/
    reference_prefix: SC
    sample: true
    colours:
      light: {brand: "#5a2d82", span: "#5a2d82", foot: "#2b1540"}
      dark: {brand: "#cdb4f0", foot: "#120a1c"}
"""
#: What an office replaces besides: its data, here by new names in the old places.
DATA = "branches.csv", "townships.csv", "events.yml", "desks.yml", "taxonomies.yml", "then_now.yml"
OLD = re.compile(r"金桥(?!工程|计划)|棠砚|Tangyan|Jinqiao|desk@example\.org|\bTY-(?!\w{2,}-\w+/)")


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


@dataclass(frozen=True)
class Office:
    """Another office's site, built from these sources with its own block."""

    public: Path
    private: Path
    client: FlaskClient

    def page(self, name: str) -> LexborHTMLParser:
        return LexborHTMLParser((self.public / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    root = tmp_path_factory.mktemp("office")
    for name in ("docs", "forms_api", "scripts"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    shutil.copy(ROOT / "requirements.txt", root)
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    start, end = config.index("    name: {zh"), config.index("\ntheme:")
    (root / "mkdocs.yml").write_text(config[:start] + NEW.lstrip("\n") + config[end:], "utf-8")
    for name in DATA:
        path = root / "docs/data" / name
        text = path.read_text(encoding="utf-8-sig")
        path.write_text(text.replace("棠砚", "松川").replace("Tangyan", "Songchuan"), "utf-8")
    keep_a_handful(root)

    script = (
        "import json; from pathlib import Path; from scripts.build import build;"
        "result = build(Path.cwd(), Path('out').resolve()); print(json.dumps(result.as_dict()))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    result = json.loads(run.stdout)
    assert result["problems"] == []
    release = Path(result["release"])
    app = create_app(
        Settings(
            database_url=f"sqlite:///{root / 'forms.sqlite'}",
            recipients=(str(pyrage.x25519.Identity.generate().to_public()),),
            release=release,
            rate_limit="",
        ),
        testing=True,
    )
    yield Office(release / "public", release / "_private", app.test_client())
    close(app)


def keep_a_handful(root: Path) -> None:
    """Leave the pages of open forms, sections' first pages, and what every page leads to.

    The section on the Golden Bridge Project goes: an office writes its own history, or none.
    """
    definitions = (root / "forms_api/definitions").glob("[!_]*.yml")
    forms = {yaml.safe_load(path.read_text(encoding="utf-8"))["page"] for path in definitions}
    kept = forms | {
        "index",
        "search",
        "find/directory",
        "find/correct-listing",
        "help/rights",
        "about/open-data",
    }
    for lang in ("zh", "en"):
        folder = root / "docs" / lang
        for path in folder.rglob("*.md"):
            slug = path.relative_to(folder).with_suffix("").as_posix()
            first = slug.endswith("/index") and slug != "bridge/index"
            if slug not in kept and not first and not slug.startswith(("_shell/", "print/")):
                path.unlink()


def test_another_offices_block_leaves_nothing_of_the_old_one_on_any_page(office: Office) -> None:
    kinds = {".html", ".json", ".ics", ".csv", ".webmanifest", ".xml", ".txt", ".css"}
    looked_at = 0
    for path in (*office.public.rglob("*"), *office.private.rglob("*")):
        # The glossary explains that project too.
        if path.suffix in kinds and "search-index" not in path.parts and path.stem != "glossary":
            looked_at += 1
            text = path.read_text(encoding="utf-8")
            found = OLD.search(text)
            assert found is None, f"{path}: {text[max(0, found.start() - 60) : found.end() + 60]}"
    assert looked_at > 200


@pytest.mark.parametrize(
    ("page", "name", "line", "operator", "strip", "notice"),
    [
        ("index.html", "石渡", "松川人在外手册", "松川县志愿者协会", "志愿者办的手册",
         "石渡由松川县志愿者协会维护。请打"),
        ("en/index.html", "Shidu", "A handbook for people from Songchuan", "Songchuan Volunteers",
         "Run by volunteers", "Shidu is kept by Songchuan Volunteers. Call"),
    ],
)  # fmt: skip
def test_names_notice_and_contacts_are_the_new_offices(
    office: Office, page: str, name: str, line: str, operator: str, strip: str, notice: str
) -> None:
    tree = office.page(page)
    text = {part: tree.css_first(part).text() for part in (".jq-brand", ".jq-strip", "footer")}
    assert name in text[".jq-brand"] and line in text[".jq-brand"]
    assert strip in text[".jq-strip"]
    for words in (notice, operator, "post@songchuan.example", "000-5550-9999", "某ICP备0000号"):
        assert words in text["footer"], words
    assert name in tree.css_first("title").text()


def test_colours_reach_style_icons_and_manifests(office: Office) -> None:
    (sheet,) = (office.public / "assets/css").glob("jinqiao.*.css")
    style = sheet.read_text(encoding="utf-8")
    assert "--brand:#5a2d82" in style.rpartition("@media print")[2]
    (icon,) = (office.public / "assets").glob("favicon.*.svg")
    assert "#5a2d82" in icon.read_text(encoding="utf-8")
    (touch,) = (office.public / "assets").glob("icon-180.*.png")
    with Image.open(touch) as picture:
        assert picture.size == (180, 180)
        assert picture.convert("RGB").getpixel((3, 3)) == (0x5A, 0x2D, 0x82)
    with Image.open(office.public / "favicon.ico") as picture:
        assert picture.size == (32, 32)
    for name, lang in (("manifest.webmanifest", "zh-Hans"), ("en/manifest.webmanifest", "en")):
        manifest = json.loads((office.public / name).read_text(encoding="utf-8"))
        assert manifest["lang"] == lang
        assert manifest["theme_color"] == "#2b1540"
        assert manifest["short_name"] in ("石渡", "Shidu")
        for one in manifest["icons"]:
            assert (office.public / one["src"].lstrip("/")).exists()


def test_a_sensitive_page_leads_away_to_the_new_offices_choice(office: Office) -> None:
    link = office.page("help/rights/index.html").css_first("[data-jq-leave]")
    assert link.attributes["href"] == "https://weather.example/"


@pytest.mark.parametrize("lang", ["zh-Hans", "en"])
def test_forms_and_errors_of_the_service_wear_the_new_name(office: Office, lang: str) -> None:
    for path, answers in (
        ("/forms/away-register", None),
        ("/forms/away-register/check", {"call_me": ""}),
        ("/forms/status", None),
        ("/forms/nothing-here", None),
    ):
        url, html = f"{path}?lang={lang}", {"Accept": "text/html"}
        if answers is None:
            answer = office.client.get(url, headers=html)
        else:
            answer = office.client.post(url, headers=html, data={**answers, "lang": lang})
        assert answer.status_code in (200, 400, 404, 422), path
        assert OLD.search(answer.text) is None, path
        assert ("石渡" if lang == "zh-Hans" else "Shidu") in answer.text, path


def test_receipts_carry_the_new_offices_prefix(office: Office) -> None:
    block = json.loads((office.private / "identity.json").read_text(encoding="utf-8"))
    assert block["reference_prefix"] == "SC"
