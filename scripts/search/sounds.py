"""How names sound and are spelt: the table that lets the browser read pinyin and mend a slip.

Written beside an index as `sounds.json` and fetched only when a query has no exact hit, so that
nobody else pays for it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from pypinyin import Style, lazy_pinyin

from scripts.search.tokens import HAN

LONGEST = 40  # characters of a name that are kept: nobody types more of a heading by ear
_HAN = re.compile(f"[{HAN}]")
_RUN = re.compile(f"[{HAN}]+")


def sounds(names: Iterable[str], characters: Iterable[str]) -> dict[str, Any]:
    """`names` (folded) by how often they stand, and syllable → the `characters` that have it.

    A syllable has no tone and `u` for `ü`. A character that is read in two ways in the names
    (重要, 重新) stands under both.
    """
    often = Counter(name[:LONGEST].strip() for name in names if len(name.strip()) > 1)
    readings: dict[str, set[str]] = defaultdict(set)
    for name in often:
        for run in _RUN.findall(name):
            for character, syllable in zip(run, _syllables(run), strict=True):
                readings[character].add(syllable)
    for character in characters:
        if _HAN.match(character):
            readings[character].update(_syllables(character))
    by_sound: dict[str, list[str]] = defaultdict(list)
    for character, syllables in sorted(readings.items()):
        for syllable in syllables:
            if syllable.isascii() and syllable.isalpha():
                by_sound[syllable].append(character)
    return {
        "names": [name for name, _ in sorted(often.items(), key=lambda item: (-item[1], item[0]))],
        "sounds": {syllable: "".join(group) for syllable, group in sorted(by_sound.items())},
    }


def _syllables(run: str) -> list[str]:
    """One for each character; a character of unknown sound stands for itself."""
    found = lazy_pinyin(run, style=Style.NORMAL, errors=list)  # type: ignore[arg-type]
    return [syllable.replace("v", "u").replace("ü", "u") for syllable in found]
