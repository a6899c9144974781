"""What OpenCC would write, found as it finds it, with the phrase that decided each character.

OpenCC itself tells only the result. A test holds both to the same answers on the whole site.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from scripts.search.tables import dictionary

PHRASES = ("STPhrases", "STPhrases_GeneratedFromRegionalPhrases")


class Reading(NamedTuple):
    """`text` is as long as what was read; `phrases`: for each character the dictionary's phrase it
    was read in, "" for one by itself."""

    text: str
    phrases: list[str]


class Phrasebook:
    """OpenCC's phrases and characters; `forms` is what it writes → what this site writes."""

    def __init__(self, forms: Mapping[str, str]) -> None:
        variants = {one: forms.get(other, other) for one, other in _variants().items()}
        self._forms = str.maketrans({**forms, **variants})

    def usual(self, character: str) -> str:
        """What it becomes outside every phrase."""
        return _characters().get(character, [character])[0].translate(self._forms)

    def simplified(self) -> Iterable[str]:
        """Every character that the dictionary has something to say of."""
        return _characters()

    def from_the_left(self, run: str) -> Reading:
        """As OpenCC reads: always the longest phrase that begins where the last one ended."""
        return self._read(run, back=False)

    def from_the_right(self, run: str) -> Reading:
        """The same from the other end: where the two differ, words can be parted in two ways."""
        return self._read(run, back=True)

    def _read(self, run: str, back: bool) -> Reading:
        begins, ends = _longest()
        known, characters = _phrases(), _characters()
        text: list[str] = []
        phrases: list[str] = []
        at, end = 0, len(run)
        while at < end:
            edge = run[end - 1] if back else run[at]
            room = min((ends if back else begins).get(edge, 1), end - at)
            pieces = (run[end - n : end] if back else run[at : at + n] for n in range(room, 1, -1))
            phrase = next((piece for piece in pieces if piece in known), "")
            text.append(known.get(phrase) or characters.get(edge, edge)[0])
            phrases.append(phrase)
            if back:
                end -= len(phrase) or 1
            else:
                at += len(phrase) or 1
        if back:
            text.reverse()
            phrases.reverse()
        each = [phrase for phrase in phrases for _ in phrase or "-"]
        return Reading("".join(text).translate(self._forms), each)


@cache
def _phrases() -> Mapping[str, str]:
    return {one: others[0] for name in PHRASES for one, others in dictionary(name)}


@cache
def _characters() -> Mapping[str, list[str]]:
    return dict(dictionary("STCharacters"))


@cache
def _variants() -> Mapping[str, str]:
    return {one: others[0] for one, others in dictionary("TWVariants")}


@cache
def _longest() -> tuple[Mapping[str, int], Mapping[str, int]]:
    """The length of the longest phrase that begins, and that ends, with a character."""
    begins: dict[str, int] = {}
    ends: dict[str, int] = {}
    for phrase in _phrases():
        size = len(phrase)
        if size > begins.get(phrase[0], 1):
            begins[phrase[0]] = size
        if size > ends.get(phrase[-1], 1):
            ends[phrase[-1]] = size
    return begins, ends
