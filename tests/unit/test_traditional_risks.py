"""What `check` says of words that OpenCC may turn wrong."""

import csv
import re
import shutil
from pathlib import Path

import pytest

from scripts.directory.schema import Text
from scripts.traditional import converter, risks, terms
from scripts.traditional.converter import Converter
from scripts.traditional.phrasebook import Phrasebook

ROOT = Path(__file__).parents[2]
HEADER = "simplified\ttraditional\twhy\n"
GLOSSARY = "zh_hans\tzh_hant\taliases_zh_hans\taliases_zh_hant\n联络员\t聯絡員\t\t\n"


def site(root: Path, page: str, exceptions: str = "", published: bool = True) -> Path:
    """A repository with one page and with rows of exceptions."""
    for folder in ("docs/zh", "docs/data"):
        (root / folder).mkdir(parents=True)
    switch = str(published).lower()
    (root / "mkdocs.yml").write_text(f"extra: {{identity: {{traditional: {switch}}}}}\n")
    (root / "docs/zh/a.md").write_text(page, encoding="utf-8")
    (root / terms.GLOSSARY).write_text(GLOSSARY, encoding="utf-8")
    (root / terms.EXCEPTIONS).write_text(HEADER + exceptions, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("本站不管发卡的事", "不管发卡的"),  # a hair clip
        ("180 天后删除", "天后删除"),  # the queen of heaven
        ("留在组织里就行", "组织里就行"),  # the town of Zhili
        ("再签一份", "再签一份"),  # neither 簽 nor 籤 stands in a phrase
        ("在松里镇上班", "在松里镇上"),
        ("住在松里水镇", "在松里水镇"),
        ("下面条文要看清", "下面条文"),  # no noodles
        ("打个电话来回复一次", "来回复一次"),
        ("问卷按周汇总", "卷按周汇总"),
    ],
)
def test_risky_words_are_told_with_their_line(tmp_path: Path, text: str, words: str) -> None:
    (told,) = risks.notices(site(tmp_path, f"# 标题\n\n联络员说：{text}。\n"))
    assert (told.file, told.line, told.code) == ("docs/zh/a.md", 3, "traditional")
    assert words in told.message
    assert terms.EXCEPTIONS in told.message


@pytest.mark.parametrize(
    "text", ["干部关系表面里面系统准备复制只能", "Nothing Chinese", "一匹马", "洗干净，走三公里"]
)
def test_common_words_are_not(tmp_path: Path, text: str) -> None:
    assert [one.message for one in risks.notices(site(tmp_path, text))] == []


@pytest.mark.parametrize("row", ["天后删\t天後刪\t删除\n", "发卡\t發卡\t发放\n"])
def test_a_row_settles_its_words_and_no_others(tmp_path: Path, row: str) -> None:
    page = "180 天后删除。\n\n不管发卡的事。\n"
    both = risks.notices(site(tmp_path / "without", page))
    left = risks.notices(site(tmp_path / "with", page, row))
    assert (len(both), len(left)) == (2, 1)
    assert row[:2] not in left[0].message


def test_an_office_without_the_edition_is_told_nothing(tmp_path: Path) -> None:
    assert risks.notices(site(tmp_path, "180 天后删除", published=False)) == []


def test_a_name_that_its_row_gives_otherwise_than_the_other_pages_do_is_told_once() -> None:
    names = [Text("台砚", "Taiyan", "臺硯"), Text("金桥", "Jinqiao", "金橋"), Text("里", "Li")]
    (told,) = risks.unlike(risks.TOWNSHIPS, names * 2, converter.load(ROOT).many)
    assert told.file == risks.TOWNSHIPS
    assert "臺硯" in told.message and "台硯" in told.message


def test_townships_and_short_names_are_compared_as_well(tmp_path: Path) -> None:
    root = tmp_path / "site"
    shutil.copytree(ROOT / "docs/data", root / "docs/data")
    shutil.copy(ROOT / "mkdocs.yml", root)
    towns, branches = root / risks.TOWNSHIPS, root / risks.BRANCHES
    towns.write_text(towns.read_text(encoding="utf-8").replace("松箋鎮", "松牋鎮"), "utf-8")
    with branches.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0]["short_name_zh_hant"] = rows[0]["name_zh_hant"]
    with branches.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    told = [(one.file, one.message) for one in risks.notices(root) if "elsewhere" in one.message]
    assert [file for file, _ in told] == [risks.BRANCHES, risks.TOWNSHIPS]
    assert "松牋鎮" in told[1][1]


def test_a_list_of_exceptions_that_lost_its_first_line_is_a_fault(tmp_path: Path) -> None:
    root = site(tmp_path, "# 标题\n")
    (root / terms.EXCEPTIONS).write_text("天后删\t天後刪\t删除\n", encoding="utf-8")
    assert [one.line for one in risks.faults(root)] == [1]


def test_the_site_itself_has_been_looked_through() -> None:
    assert [str(one) for one in risks.notices(ROOT)] == []
    assert [str(one) for one in risks.faults(ROOT)] == []


@pytest.mark.parametrize(
    ("row", "part"),
    [
        ("里面\t裡\tx", "equal length"),
        ("里面\t裡面\t", "three cells"),
        ("里\t裡\tx", "words around it"),
        ("里面\t裡面\tx\n里面\t里面\ty", "line 2 already"),
    ],
)
def test_rows_that_cannot_be_used_are_faults(tmp_path: Path, row: str, part: str) -> None:
    (fault,) = risks.faults(site(tmp_path, "", row + "\n"))
    assert part in fault.message
    assert fault.line == row.count("\n") + 2


def test_words_are_read_as_opencc_reads_them() -> None:
    forms = terms.forms(ROOT)
    book, convert = Phrasebook(forms), Converter({}, {}, forms)
    text = "\n".join(path.read_text("utf-8") for path in (ROOT / "docs/zh").rglob("*.md"))
    runs = sorted(set(re.findall(r"[\u3400-\u9fff]+", text)))
    assert len(runs) > 5000
    assert [book.from_the_left(run).text for run in runs] == convert.many(runs)
