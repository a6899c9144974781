"""Simplified → Traditional at phrase level: our own phrases first, then OpenCC's.

The norm is the glossary's Traditional column: 裡 為 群 著, mainland terms, no Taiwan vocabulary
(OpenCC's s2tw, not s2twp). Curved quotation marks become corner brackets, as readers expect.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import opencc

from scripts.search.tokens import HAN
from scripts.traditional import terms

CONFIG = "s2tw"
QUOTES = {"“": "「", "”": "」", "‘": "『", "’": "』"}
SEPARATOR = "\x1f"  # no text of a site holds it; OpenCC stops at a NUL, which would be worse
NEVER = r"(?!)"
BREAKS = str.maketrans("\x00\x1f", "  ")
_MARK = re.compile(r"[“”‘]|(?<![A-Za-z])’|’(?![A-Za-z])")
_BLANK = re.compile(r"\{\w*\}")  # to be filled in later
_LATIN = re.compile(r"[A-Za-z]")
_CHINESE = re.compile(f"[{HAN}]")


class Converter:
    """Text of the Traditional edition. What it gives is as long as what it is given.

    `phrases`: Simplified → Traditional, of equal length; they hold wherever they stand, whatever
    OpenCC makes of the words around them; of two that begin alike, the longer. `terms`: the same,
    for those that OpenCC writes otherwise. `forms`: a Traditional character of OpenCC's → ours.
    """

    def __init__(
        self, phrases: Mapping[str, str], terms: Mapping[str, str], forms: Mapping[str, str]
    ) -> None:
        pairs = [*phrases.items(), *terms.items(), *forms.items()]
        unequal = [one for one, other in pairs if len(one) != len(other)]
        if unequal:
            raise ValueError(f"not of equal length in Traditional: {unequal}")
        self.forms = dict(forms)
        self._opencc = opencc.OpenCC(CONFIG)
        self._use({})
        plain = dict(zip(terms, self.many(list(terms)), strict=True))
        needed = {one: other for one, other in terms.items() if plain[one] != other}
        self._use({**needed, **phrases})

    def __call__(self, text: str) -> str:
        """One text of any length, with or without markup."""
        return self.many([text])[0]

    def many(self, texts: Sequence[str]) -> list[str]:
        """The same for many texts in one call: far quicker than a call for each."""
        if not texts:
            return []
        together = SEPARATOR.join(texts)
        if "\x00" in together or together.count(SEPARATOR) != len(texts) - 1:
            together = SEPARATOR.join(text.translate(BREAKS) for text in texts)
        made = self._opencc.convert(together)
        for character, ours in self.forms.items():
            made = made.replace(character, ours)
        return [_quoted(one) for one in self._worded(together, made).split(SEPARATOR)]

    def _use(self, phrases: Mapping[str, str]) -> None:
        longest_first = sorted(phrases, key=len, reverse=True)
        self.phrases = dict(phrases)
        self._ours = re.compile("|".join(map(re.escape, longest_first)) or NEVER)

    def _worded(self, text: str, made: str) -> str:
        """`made` of `text`, with our phrases where their Simplified wording stands."""
        pieces: list[str] = []
        done = 0
        for found in self._ours.finditer(text):
            pieces += [made[done : found.start()], self.phrases[found[0]]]
            done = found.end()
        return "".join([*pieces, made[done:]])


def load(root: Path) -> Converter:
    """With the glossary's terms and the exceptions of the repository at `root`."""
    return Converter(terms.phrases(root), terms.glossary_terms(root), terms.forms(root))


def _quoted(text: str) -> str:
    """English text keeps its marks, and so does an apostrophe."""
    if not _MARK.search(text):
        return text
    if not _CHINESE.search(text) and _LATIN.search(_BLANK.sub("", text)):
        return text
    return _MARK.sub(lambda found: QUOTES[found[0]], text)
