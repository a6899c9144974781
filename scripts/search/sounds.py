"""How names sound and are spelt: the table that lets the browser read pinyin and mend a slip.

Written beside an index as `sounds.json` and fetched only when a query has no exact hit, so that
nobody else pays for it.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Container, Iterable
from functools import cache
from typing import Any

from scripts.search.tokens import HAN

LONGEST = 40  # characters of a name that are kept: nobody types more of a heading by ear
_HAN = re.compile(f"[{HAN}]")
_RUN = re.compile(f"[{HAN}]+")


# The 3,755 characters of GB 2312's first level: what a slip of an input method may put in.
COMMON = "".join(
    bytes((row, cell)).decode("gb2312", "ignore")
    for row in range(0xB0, 0xD8)
    for cell in range(0xA1, 0xFF)
)


def sounds(
    names: Iterable[str], characters: Iterable[str], others: Iterable[str] = ""
) -> dict[str, Any]:
    """`names` (folded) by how often they stand, and syllable → the characters that have it:
    those of the pages first, then a bar and the `others`.

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
    present = frozenset(readings)
    for character in others:
        if character not in present:
            readings[character].update(_syllables(character))
    by_sound: dict[str, list[str]] = defaultdict(list)
    for character, syllables in sorted(readings.items()):
        for syllable in syllables:
            if syllable.isascii() and syllable.isalpha():
                by_sound[syllable].append(character)
    return {
        "names": [name for name, _ in sorted(often.items(), key=lambda item: (-item[1], item[0]))],
        "sounds": {
            syllable: _split(group, present) for syllable, group in sorted(by_sound.items())
        },
    }


def _split(group: Iterable[str], present: Container[str]) -> str:
    own = "".join(character for character in group if character in present)
    others = "".join(character for character in group if character not in present)
    return f"{own}|{others}" if others else own


@cache
def _syllables(run: str) -> tuple[str, ...]:
    """One for each character; a character of unknown sound stands for itself."""
    if len(run) == 1:
        return (_alone(run),)
    from pypinyin import Style, lazy_pinyin  # large: read while Pagefind is at work, and not before

    found = lazy_pinyin(run, style=Style.NORMAL, errors=list)  # type: ignore[arg-type]
    return tuple(syllable.replace("v", "u").replace("ü", "u") for syllable in found)


def _alone(character: str) -> str:
    """Its most usual reading, without asking for the words around it."""
    from pypinyin.pinyin_dict import pinyin_dict

    usual = pinyin_dict.get(ord(character), character).split(",")[0]
    return "".join(c for c in unicodedata.normalize("NFD", usual) if not unicodedata.combining(c))
