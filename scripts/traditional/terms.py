"""What a person has said about Traditional wordings: the glossary's column, and exceptions."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import opencc

GLOSSARY = "docs/data/glossary.tsv"
EXCEPTIONS = "docs/data/traditional.tsv"
COLUMNS = ("simplified", "traditional", "why")


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
    """The exceptions, Simplified → Traditional."""
    return {one.simplified: one.traditional for one in load_exceptions(root) if not one.is_form}


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
    with (root / GLOSSARY).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
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
    lines = path.read_text(encoding="utf-8").split("\n")
    return [
        (number, [cell.strip() for cell in line.rstrip("\r").split("\t")])
        for number, line in enumerate(lines, 1)
        if line.strip()
    ]
