"""Another county in ten minutes: another identity, another list of branches, other pages.

As the handbook says under “Use it for another county”: the block of mkdocs.yml, an office's own
spreadsheet by `manage.py directory import`, three files of data, a few pages. Nothing of the
sample's names may be left on any page, in any feed, form or receipt.
"""

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
from tests.conftest import ROOT
from tests.site.office_files import office_rows, table_of

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
    traditional: false
    offline: false
    sample: true
    colours:
      light: {brand: "#5a2d82", span: "#5a2d82", foot: "#2b1540"}
      dark: {brand: "#cdb4f0", foot: "#120a1c"}
"""
#: Names and marks of the sample county: its own, its townships', its branches'.
OLD = re.compile(
    r"金桥(?!工程|计划)|棠砚|Tangyan|Jinqiao|desk@example\.org|\bTY-(?!\w{2,}-\w+/)|\bty-[a-z]"
    r"|松笺|石篱|鹭笠|白蓑|榛渡|莲箬|竹砧|泉笛|麦笙|杉箫|禾铃|枣簪"
    r"|Songjian|Shili Town|Luli Town|Baisuo|Zhendu|Lianruo|Zhuzhen|Quandi|Maisheng|Shanxiao"
)
BRANCHES = [
    {
        "支部编号": f"sc-{slug}",
        "是否示例": "是",
        "支部名称": f"松川县驻{city}{zh}党支部",
        "英文名称": f"Party Branch of Songchuan County: {en}",
        "简称": f"驻{city}{zh}",
        "英文简称": en,
        "所在城市": f"{city}市",
        "老家的县": "松川县",
        "home county (English)": "Songchuan County",
        "老家乡镇": "芦汀镇",
        "地址": f"{city}示例路 {number} 号",
        "English address": f"{number} Example Road",
        "联系电话": f"000-5550-02{number:02}",
        "主管单位": "松川县芦汀镇党委组织办公室",
        "家乡主管办公室（英文）": "Organisation Office, Party Committee of Luting Town",
    }
    for number, (slug, city, zh, en) in enumerate(
        [
            ("shenzhen-harbour", "深圳", "港区", "Shenzhen Harbour"),
            ("guangzhou-market", "广州", "市场", "Guangzhou Market"),
            ("chengdu-kitchens", "成都", "餐饮", "Chengdu Kitchens"),
            ("wuhan-builders", "武汉", "建筑", "Wuhan Builders"),
        ],
        1,
    )
]
FILES = {
    "townships.csv": "slug,name_zh,name_zh_hant,name_en\nluting,芦汀镇,蘆汀鎮,Luting Town\n",
    "events.yml": "[]\n",
    "offline.yml": "pages: [index, help/index]\n",
}
#: A sentence that the office writes on a page of its own accord.
SAID = {
    "about/index": (
        "{county}的志愿者每周三晚上值班。",
        "Volunteers of {county} are in on Wednesdays.",
    ),
    "help/index": ("先问一声：{people}人帮{people}人。", "Ask first: people from {people} help."),
}


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
    for name, text in FILES.items():
        (root / "docs/data" / name).write_text(text, encoding="utf-8")
    shutil.rmtree(root / "docs/data/answers")
    (root / "docs/data/totals.yml").unlink()
    terms = root / "docs/data/taxonomies.yml"
    dialect = terms.read_text(encoding="utf-8").replace("棠砚方言", "松川方言")
    dialect = dialect.replace("tangyan, zh", "songchuan, zh").replace(
        "Tangyan dialect", "Songchuan"
    )
    terms.write_text(dialect, encoding="utf-8")
    keep_a_handful(root)
    for slug, words in SAID.items():
        for lang, sentence in zip(("zh", "en"), words, strict=True):
            say(root / f"docs/{lang}/{slug}.md", sentence)
    workbook = table_of(tmp_path_factory.mktemp("desk"), office_rows(*BRANCHES))
    words = f"['import', {str(workbook)!r}, '--remove-missing', '--yes']"
    of_office(
        root,
        "import argparse; from scripts.directory import command;"
        "parser = argparse.ArgumentParser(); command.add_arguments(parser);"
        f"raise SystemExit(command.run(parser.parse_args({words})))",
    )
    checked = json.loads(
        of_office(
            root,
            "import json; from pathlib import Path; from scripts.check import check;"
            "print(json.dumps([str(one) for one in check(Path.cwd()).problems]))",
        )
    )
    assert checked == []
    script = (
        "import json; from pathlib import Path; from scripts.build import build;"
        "result = build(Path.cwd(), Path('out').resolve()); print(json.dumps(result.as_dict()))"
    )
    result = json.loads(of_office(root, script))
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


def of_office(root: Path, script: str) -> str:
    """What a line of Python prints in the office's own copy."""
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def say(page: Path, sentence: str) -> None:
    """One more paragraph at the end of a page's lead."""
    text = page.read_text(encoding="utf-8")
    head, title, rest = text.partition("{#top}\n")
    page.write_text(f"{head}{title}\n{sentence}\n{rest}", encoding="utf-8")


def keep_a_handful(root: Path) -> None:
    """Leave the pages of open forms, sections' first pages, and what every page leads to.

    The section on the Golden Bridge Project goes: an office writes its own history, or none.
    """
    definitions = (root / "forms_api/definitions").glob("[!_]*.yml")
    forms = {yaml.safe_load(path.read_text(encoding="utf-8"))["page"] for path in definitions}
    kept = forms | {
        "index",
        "search",
        "offline",
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
    assert looked_at > 150


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


def test_the_offices_own_branches_and_words_stand_where_the_samples_stood(office: Office) -> None:
    names = {path.name for path in (office.public / "find/directory").glob("sc-*")}
    assert names == {branch["支部编号"] for branch in BRANCHES}
    branch = office.page("find/directory/sc-shenzhen-harbour/index.html")
    linked = json.loads(branch.css_first('script[type="application/ld+json"]').text())
    assert "松川县驻深圳港区党支部" in json.dumps(linked, ensure_ascii=False)
    data = json.loads((office.public / "data/branches.json").read_text(encoding="utf-8"))
    assert len(data["branches"]) == len(BRANCHES)
    assert (
        "松川县的志愿者每周三晚上值班。"
        in office.page("about/index.html").css_first("article").text()
    )
    assert (
        "people from Songchuan help" in office.page("en/help/index.html").css_first("main").text()
    )


def test_an_office_without_the_traditional_edition_has_no_trace_of_it(office: Office) -> None:
    assert not (office.public / "zh-hant").exists()
    assert "zh-Hant" not in (office.public / "sitemap.xml").read_text("utf-8")
    page = office.page("index.html")
    switch = page.css_first("header .jq-editions")
    assert switch is not None and "繁" not in switch.text() and "中" in switch.text()


def test_the_picture_that_a_chat_shows_is_drawn_in_the_offices_colours(office: Office) -> None:
    (picture,) = (office.public / "assets").glob("share.*.png")
    with Image.open(picture) as drawn:
        shown = {colour for _, colour in drawn.convert("RGB").getcolors(1 << 20) or []}
    assert (0x5A, 0x2D, 0x82) in shown or (0x2B, 0x15, 0x40) in shown
    assert (0x0F, 0x52, 0x57) not in shown


def test_an_office_that_wants_nothing_kept_publishes_a_worker_that_takes_its_leave(
    office: Office,
) -> None:
    worker = (office.public / "sw.js").read_text(encoding="utf-8")
    assert "unregister" in worker and '"fetch"' not in worker
    home = (office.public / "index.html").read_text(encoding="utf-8")
    assert 'data-jq-keeps="no"' in home and "/offline/" not in home
    assert "现在不在您的设备上存网页" in (office.public / "offline/index.html").read_text("utf-8")
    cities = [*office.public.glob("find/directory/city/*/index.html")]
    assert cities and not [path for path in cities if b"keepcity" in path.read_bytes()]
