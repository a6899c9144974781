"""Character and phrase tables that the build and the browser share, limited to one corpus."""

import subprocess
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from operator import add
from pathlib import Path
from tempfile import TemporaryDirectory

import opencc

from scripts.outcome import CannotRun
from scripts.search.sounds import COMMON
from scripts.search.tokens import Fold

APOSTROPHES = {"’": "'", "‘": "'", "ʼ": "'"}
# Two spellings of one word that readers mix. Folded on both sides, hence harmless.
VARIANTS = {"帐": "账", "著": "着", "像": "象", "唯": "惟", "份": "分", **APOSTROPHES}


@cache
def traditional_to_simplified() -> Mapping[str, str]:
    """Character → character: the first in OpenCC's TSCharacters, followed to the end.

    A rare one that is kept in some words only (瞭望, but 了解) is folded in all, on both sides.
    """
    table = {}
    for source, targets in dictionary("TSCharacters"):
        others = targets if source in COMMON else [one for one in targets if one != source]
        if others and len(source) == len(others[0]) == 1:
            table[source] = others[0]
    table.update(VARIANTS)
    closed = {}
    for source in table:
        target, seen = source, {source}
        while table.get(target, target) not in seen:
            target = table[target]
            seen.add(target)
        if target != source:
            closed[source] = target
    return closed


@cache
def simplify() -> Fold:
    """Folds text by `traditional_to_simplified`."""
    return Fold(traditional_to_simplified())


@cache
def taiwan_phrases() -> Sequence[tuple[str, tuple[str, ...]]]:
    """(word as it is used or spelt in Taiwan, words of the mainland), both folded.

    From OpenCC's TWPhrases, and from its TSPhrases what no fold of single characters can give:
    覆 stays in 覆盖, but 答覆 is 答复.
    """
    fold = simplify()
    pairs = []
    for source, targets in [*dictionary("TWPhrasesRev"), *dictionary("TSPhrases")]:
        word = fold(source)
        readings = tuple(dict.fromkeys(fold(one) for one in targets if one != source))
        if readings and readings != (word,):
            pairs.append((word, readings))
    return tuple(pairs)


def fold_table_for(characters: Collection[str]) -> dict[str, str]:
    """The part of the fold table that leads to `characters`: what the browser needs."""
    table = traditional_to_simplified()
    return {source: target for source, target in table.items() if target in {*characters, "'"}}


def taiwan_for(text: str) -> dict[str, list[str]]:
    """Taiwan words whose mainland reading stands in folded `text`."""
    found = {}
    pairs = set(map(add, text, text[1:]))  # whatever stands there is made of these
    for word, readings in taiwan_phrases():
        present = [
            one
            for one in readings
            if one != word and pairs.issuperset(map(add, one, one[1:])) and one in text
        ]
        if present:
            found[word] = present
    return found


def aliases_for(concepts: Iterable[Sequence[str]], text: str) -> list[tuple[list[str], list[str]]]:
    """Names of one thing as (those that stand in folded `text`, the others).

    `concepts` are folded names. What the text never uses in any form is left out.
    """
    lower = text.lower()
    kept = []
    for names in concepts:
        unique = list(dict.fromkeys(name.lower() for name in names if name))
        present = [name for name in unique if name in lower]
        if present and len(unique) > 1:
            kept.append((present, [name for name in unique if name not in present]))
    return kept


def dictionary(name: str) -> list[tuple[str, list[str]]]:
    """(word, its other words) of a dictionary of OpenCC, through the converter in its package."""
    package = Path(opencc.__file__).parent / "clib"
    source = package / "share" / "opencc" / f"{name}.ocd2"
    with TemporaryDirectory() as folder:
        target = Path(folder) / "text"
        command = [str(package / "bin" / "opencc_dict"), "-i", str(source), "-o", str(target)]
        try:
            subprocess.run([*command, "-f", "ocd2", "-t", "text"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise CannotRun(
                f"读不了 OpenCC 的字典 {name}，请重新安装依赖（{error}）",
                f"OpenCC's dictionary {name} cannot be read: install the requirements again",
            ) from error
        lines = target.read_text(encoding="utf-8").splitlines()
    entries = (line.split("\t", 1) for line in lines if "\t" in line)
    return [(entry[0], entry[1].split()) for entry in entries]
