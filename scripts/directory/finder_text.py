"""What the finder and the search box know branches by: words of both languages → rows.

A word's entry stands in one of many small packs, sorted by key, so that the browser fetches only
those that a query needs. Keys:

    sl shen long 深龙   a pair of Han characters: initials, sounds, the pair itself; so one pack
                        answers the pair, its pinyin and its initials
    sl shen long 深龙江 rows that hold 深龙 and 龙江, but nowhere the three in a row
                        (and the same of four)
    .couriers           a Latin word
    =3f09a2             the hash of a whole name, other name or id, without marks

An entry is the rows as text (`gaps`), or 0 for a word that too many rows have.
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT

from scripts.directory.finder_columns import SYMBOLS
from scripts.directory.schema import Branch, Directory, Text
from scripts.search.tables import fold_table_for, simplify
from scripts.search.tokens import HAN, STOP_WORDS

#: A word that more of the rows have than this says nothing (支部, district).
COMMON = 0.3
FEW = 9  # rows up to which every word says something
PACK = 6000  # characters of a pack, about 2.5 KB compressed
_WORDS = re.compile(rf"(?=([{HAN}]{{2}}))|((?<![{HAN}])[{HAN}](?![{HAN}])|[0-9a-z]+)")
_RUN = re.compile(f"[{HAN}]{{3,}}")
_MARKS = re.compile(r"[^\w|]|_")
_HAN = re.compile(f"[{HAN}]")


@dataclass(frozen=True)
class TextIndex:
    """`packs` by first key; `sounds`: syllable → characters, each character once."""

    packs: Mapping[str, Mapping[str, str | int]]
    sounds: Mapping[str, str]
    fold: Mapping[str, str]


def text_index(directory: Directory, rows: Sequence[Branch]) -> TextIndex:
    """`rows` in the order of places: what a whole city is called is noted once a city."""
    words: dict[str, list[int]] = defaultdict(list)
    whole: dict[str, list[int]] = defaultdict(list)
    known: dict[tuple[str, ...], _Words] = {}
    torn: dict[str, list[int]] = defaultdict(list)
    city, start, all_over = "", 0, _NOTHING
    for number, branch in enumerate(rows):
        if branch.city.code != city:
            for word in all_over.words:
                words[word].extend(range(start, number))
            city, start = branch.city.code, number
            all_over = _words_of(known, (branch.province.short, branch.city.short))
        text = plain("|".join(names_of(branch)))
        here = (branch.district, branch.township.name, branch.village)
        place, trade = _words_of(known, here), _words_of(known, (_trade(directory, branch.trade),))
        mine = place.words.union(trade.words, words_in(text))
        for word in mine - all_over.words:
            words[word].append(number)
        whole_runs = runs_in(text).union(all_over.runs, place.runs, trade.runs)
        for run in _torn(mine | all_over.words, whole_runs):
            torn[run].append(number)
        for name in {*_MARKS.sub("", text).split("|"), _MARKS.sub("", branch.id)}:
            whole[name].append(number)
    for word in all_over.words:
        words[word].extend(range(start, len(rows)))
    limit = len(rows) * COMMON if len(rows) > FEW else len(rows)
    entries: dict[str, str | int] = {}
    for word, numbers in words.items():
        value = 0 if len(numbers) > limit else gaps(numbers)
        for name in _keys(word):
            entries[name] = value
    for run, numbers in torn.items():
        value = gaps(numbers)
        for name in _keys(run[:2]):
            entries[name + run[2:]] = value
    hashes: dict[str, list[int]] = defaultdict(list)
    for name, numbers in whole.items():
        hashes[f"={zlib.crc32(name.encode()) >> 8:x}"] += numbers
    for name, numbers in hashes.items():
        entries[name] = gaps(sorted(set(numbers)) if len(numbers) > 1 else numbers)
    characters = {*"".join(words)}
    sounds: dict[str, list[str]] = defaultdict(list)
    for character in sorted(characters):
        if _HAN.match(character):
            sounds[_sound(character)].append(character)
    return TextIndex(
        _packed(entries),
        {syllable: "".join(group) for syllable, group in sorted(sounds.items())},
        fold_table_for(characters),
    )


class _Words(NamedTuple):
    words: frozenset[str]
    runs: frozenset[str]


_NOTHING = _Words(frozenset(), frozenset())


def runs_in(text: str) -> set[str]:
    """Three and four Han characters that follow each other."""
    found = _RUN.findall(text)
    return {
        run[at : at + size] for run in found for size in (3, 4) for at in range(len(run) - size + 1)
    }


def _torn(words: Iterable[str], runs: Container[str]) -> Iterator[str]:
    """What one would take for three characters in a row from pairs alone, for four from threes."""
    pairs = [word for word in words if len(word) == 2 and not word.isascii()]
    after: dict[str, list[str]] = {}
    for pair in pairs:
        after.setdefault(pair[0], []).append(pair[1])
    for pair in pairs:
        for third in after.get(pair[1], ()):
            if (three := pair + third) not in runs:
                yield three
                continue
            for fourth in after.get(third, ()):
                if three[1:] + fourth in runs and three + fourth not in runs:
                    yield three + fourth


def _words_of(known: dict[tuple[str, ...], _Words], texts: tuple[Text | None, ...]) -> _Words:
    """Of both languages; `known` are those asked for before."""
    key = tuple(text.zh for text in texts if text)
    if key not in known:
        both = (name for text in texts if text for name in (text.zh, text.en))
        text = plain("|".join(both))
        known[key] = _Words(frozenset(words_in(text)), frozenset(runs_in(text)))
    return known[key]


def _trade(directory: Directory, trade: str) -> Text | None:
    return directory.taxonomies["trade"][trade].label if trade else None


def plain(text: str) -> str:
    """Simplified, half width, lower case, without apostrophes and umlauts."""
    return simplify()(text).lower().replace("'", "").replace("ü", "u")


def names_of(branch: Branch) -> list[str]:
    """What a branch is called in both languages, whole names and other names."""
    names = (
        branch.name.zh,
        branch.short_name.zh,
        branch.title("zh"),
        *branch.aliases_zh,
        branch.name.en,
        branch.short_name.en,
        *branch.aliases_en,
    )
    return list(dict.fromkeys(name for name in names if name))


def words_in(text: str) -> set[str]:
    """Pairs of Han characters that follow each other, lone ones, and Latin words of plain text."""
    return {pair or word for pair, word in _WORDS.findall(text)} - STOP_WORDS


def _keys(word: str) -> Iterable[str]:
    if word.isascii():
        return (f".{word}",)
    if len(word) == 1:
        syllable = _sound(word)
        return (f"{syllable[0]} {syllable} {word}",)
    readings = {(_sound(word[0]), _sound(word[1]))}
    if word in PHRASES_DICT:  # 重 is zhong by itself and chong in 重庆
        first, second = _sounds(word)
        readings.add((first, second))
    return [f"{a[0]}{b[0]} {a} {b} {word}" for a, b in readings]


def _sounds(run: str) -> tuple[str, ...]:
    """One syllable a character, without tones; "?" where none is known."""
    found = lazy_pinyin(run, style=Style.NORMAL, errors=list)  # type: ignore[arg-type]
    plainly = (one.replace("v", "u").replace("ü", "u") for one in found)
    return tuple(one if one.isascii() and one.isalpha() else "?" for one in plainly)


@cache
def _sound(character: str) -> str:
    return _sounds(character)[0]


def _gap(size: int) -> str:
    text = ""
    while size > 31:
        text += SYMBOLS[32 + (size & 31)]
        size >>= 5
    return text + SYMBOLS[size]


_GAPS = [_gap(size) for size in range(4096)]


def gaps(rows: Sequence[int]) -> str:
    """How many rows are passed over before each one; five bits a character, lowest first."""
    before = (-1, *rows[:-1])
    sizes = [row - last - 1 for row, last in zip(rows, before, strict=True)]
    return "".join([_GAPS[size] if size < 4096 else _gap(size) for size in sizes])


def _packed(entries: Mapping[str, str | int]) -> dict[str, dict[str, str | int]]:
    """In the order in which a browser compares strings; named by a beginning of the first key
    that comes after all keys before it."""
    packs: dict[str, dict[str, str | int]] = {}
    pack: dict[str, str | int] = {}
    size, last = PACK, ""
    for name in sorted(entries, key=lambda name: name.encode("utf-16-be")):
        value = entries[name]
        if size >= PACK:
            same = next(
                (at for at, (a, b) in enumerate(zip(name, last, strict=False)) if a != b), len(last)
            )
            packs[name[: same + 1]] = pack = {}
            size = 0
        pack[name] = value
        size += len(name) + 6 + (len(value) if isinstance(value, str) else 1)
        last = name
    return packs
