"""What a person has said about Traditional wordings: the glossary's column, and exceptions."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import opencc

from scripts import source_text

GLOSSARY = "docs/data/glossary.tsv"
EXCEPTIONS = "docs/data/traditional.tsv"
COLUMNS = ("simplified", "traditional", "why")

#: A surname, what OpenCC makes of it, and the characters behind which it is that word after all.
SURNAMES = (
    (
        "于",
        "於",
        (
            "由关对在属等处至终便善过急位限基源归鉴利忠高低",
            "由關對在屬等處至終便善過急位限基源歸鑒利忠高低",
        ),
    ),
    ("余", "餘", ("其业多剩残结空盈十百千万", "其業多剩殘結空盈十百千萬")),
)
#: Titles in Simplified; in Traditional those that differ are written otherwise, one by one.
TITLES = {
    **dict.fromkeys(["主任", "同志", "女士", "先生", "某"]),
    **{"书记": "書記", "副书记": "副書記", "老师": "老師", "委员": "委員", "师傅": "師傅"},
    **{"部长": "部長", "局长": "局長", "科长": "科長", "处长": "處長", "县长": "縣長"},
    **{"镇长": "鎮長", "乡长": "鄉長", "村长": "村長", "校长": "校長", "院长": "院長"},
    **{"主席": "主席", "经理": "經理"},
}


@dataclass(frozen=True)
class Wording:
    """One row of docs/data/traditional.tsv; `line` counts from 1, the header's."""

    simplified: str
    traditional: str
    why: str
    line: int

    @property
    def is_form(self) -> bool:
        """A single character: no phrase, but another form of one, for the whole edition."""
        return len(self.simplified) == 1


def load_exceptions(root: Path) -> list[Wording]:
    """In the file's order; rows with a part missing or of unequal length as they are."""
    found = []
    for line, cells in _rows(root / EXCEPTIONS)[1:]:
        simplified, traditional, why, *_ = [*cells, "", ""]
        found.append(Wording(simplified, traditional, why, line))
    return found


def header(root: Path) -> tuple[str, ...]:
    """The cells of the first line; none when there is no such file."""
    rows = _rows(root / EXCEPTIONS)
    return tuple(rows[0][1]) if rows else ()


def phrases(root: Path) -> dict[str, str]:
    """The exceptions, Simplified → Traditional; surnames before titles, unless a row says else."""
    rows = {one.simplified: one.traditional for one in load_exceptions(root) if not one.is_form}
    return {**surnames(), **rows}


def surnames() -> dict[str, str]:
    """于书记 stays 于, 由于书记 is 由於: surnames that OpenCC takes for the words 於 and 餘."""
    found = {}
    for surname, word, before in SURNAMES:
        for title in TITLES:
            made = TITLES[title] or title
            found[f"{surname}{title}"] = f"{surname}{made}"
            for simplified, traditional in zip(*before, strict=True):
                found[f"{simplified}{surname}{title}"] = f"{traditional}{word}{made}"
    return found


def forms(root: Path) -> dict[str, str]:
    """A Traditional character of OpenCC's → the one this site writes instead, everywhere."""
    return {one.simplified: one.traditional for one in load_exceptions(root) if one.is_form}


def glossary_terms(root: Path) -> dict[str, str]:
    """Terms and aliases with the glossary's Traditional wording.

    The Traditional aliases are fewer and may hold two of one word: each goes to the
    Simplified one that it is read back as, and the first wins.
    """
    fold = opencc.OpenCC("t2s").convert
    found: dict[str, str] = {}
    lines = source_text.read(root / GLOSSARY).splitlines()
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        plain = _names(row, "zh_hans")
        for name in _names(row, "zh_hant"):
            simplified = fold(name)
            if simplified in plain and len(simplified) == len(name):
                found.setdefault(simplified, name)
    return found


def _names(row: dict[str, str], column: str) -> list[str]:
    cells = (row[column], *(row[f"aliases_{column}"] or "").split(";"))
    return [name for cell in cells if (name := cell.strip())]


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    if not path.is_file():
        return []
    lines = source_text.read(path).split("\n")
    return [
        (number, [cell.strip() for cell in line.rstrip("\r").split("\t")])
        for number, line in enumerate(lines, 1)
        if line.strip()
    ]
