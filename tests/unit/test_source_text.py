"""Source files that an office PC saved otherwise than we read them: each is named, none crashes."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import source_text
from scripts.build import build
from scripts.check import check
from scripts.problems import Problem
from scripts.source_text import SourceError
from scripts.sources import read_sources

ROOT = Path(__file__).resolve().parents[2]
#: One of each kind of file that a build reads.
KINDS = (
    "mkdocs.yml",
    "docs/zh/help/jobs.md",
    "docs/en/index.md",
    "docs/data/words.yml",
    "docs/data/desks.yml",
    "docs/data/glossary.tsv",
    "docs/data/pages.tsv",
    "docs/data/traditional.tsv",
    "docs/data/branches.csv",
    "docs/data/places.csv",
    "docs/data/answers/sample-wages-together.yml",
    "docs/theme/base.html",
    "forms_api/definitions/help-ask.yml",
    "forms_api/strings/zh.yml",
)
DAMAGE: dict[str, Callable[[str], bytes]] = {
    "GB18030": lambda text: f"{text}\n党".encode("gb18030"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 without a BOM": lambda text: text.encode("utf-16-le"),
    "empty": lambda text: b"",
    "blanks alone": lambda text: b"\xef\xbb\xbf \r\n",
    "a broken byte": lambda text: text.encode() + b"\xff",
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The sources of the whole site."""
    for folder in ("docs", "forms_api/definitions", "forms_api/strings", "forms_api/inbox/strings"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    return tmp_path


def test_the_site_itself_has_no_such_file() -> None:
    assert source_text.faults(ROOT) == []


@pytest.mark.parametrize("file", KINDS)
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_file_that_is_no_utf8_text_is_named_alone(file: str, damage: str, tmp_path: Path) -> None:
    place = tmp_path / file
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(DAMAGE[damage]((ROOT / file).read_text("utf-8-sig")))
    found = check(tmp_path).problems
    assert [problem.file for problem in found] == [file]
    assert " / " in found[0].message


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("docs/data/words.yml", "a: {zh: 一, en: one}\nb: {zh: 二, en: two\nc: 3\n", 3),
        ("docs/data/words.yml", "- a\n- b\n", 1),
        ("docs/data/desks.yml", "id: guide\n", 1),
        ("docs/data/pages.tsv", "slug\ttitle_zh\naway/index\t在外\n", 1),
        ("docs/data/moved.tsv", "from\tto\nold\tnew\nolder\n", 3),
        ("docs/data/townships.csv", "slug,name_zh,name_zh_hant,name_en\na,甲镇,甲鎮\n", 2),
        ("docs/theme/base.html", "<p>{{ title }\n{% if x %}</p>\n", 1),
    ],
)
def test_a_file_that_cannot_be_parsed_is_named_with_its_line(
    file: str, text: str, line: int, tmp_path: Path
) -> None:
    place = tmp_path / file
    place.parent.mkdir(parents=True)
    place.write_text(text, "utf-8")
    assert [(one.file, one.line) for one in source_text.faults(tmp_path)] == [(file, line)]


def test_a_bom_is_read_over_in_every_file(copy: Path) -> None:
    for pattern in source_text.TEXTS:
        for path in copy.glob(pattern):
            path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    assert check(copy).problems == []
    assert (
        read_sources(copy).site.titles["zh"]["help/jobs"]
        == (read_sources(ROOT).site.titles["zh"]["help/jobs"])
    )


def test_half_a_file_is_a_problem_and_no_fault_of_the_program(copy: Path) -> None:
    for file in ("docs/data/places.csv", "docs/data/branches.csv", "docs/zh/help/jobs.md"):
        raw = (copy / file).read_bytes()
        (copy / file).write_bytes(raw[: len(raw) // 2 + 1])
        assert check(copy).problems, file
        (copy / file).write_bytes(raw)


def test_a_word_that_one_language_lacks_is_told(copy: Path) -> None:
    strings = copy / "forms_api/strings/zh.yml"
    strings.write_text(strings.read_text("utf-8").replace("\nhome:", "\nhouse:", 1), "utf-8")
    told = [problem for problem in check(copy).problems if "home" in problem.message]
    assert [problem.file for problem in told] == ["forms_api/strings/zh.yml"]


def test_a_build_says_the_same_and_releases_nothing(copy: Path, tmp_path: Path) -> None:
    page = copy / "docs/zh/help/jobs.md"
    page.write_bytes(page.read_text("utf-8").encode("gb18030"))
    made = build(copy, tmp_path / "out")
    assert [(problem.file, problem.code) for problem in made.problems] == [
        ("docs/zh/help/jobs.md", "not_utf8")
    ]
    assert made.release is None


def test_what_a_loader_stumbles_over_names_the_file() -> None:
    with pytest.raises(SourceError) as told, source_text.understood(Path("/x/docs/data/words.yml")):
        raise KeyError("zh")
    assert told.value.problems == [
        Problem("docs/data/words.yml", 0, "source", told.value.problems[0].message)
    ]


def test_a_fault_of_the_program_stays_one() -> None:
    with pytest.raises(RuntimeError), source_text.understood(Path("words.yml")):
        raise RuntimeError("ours")
