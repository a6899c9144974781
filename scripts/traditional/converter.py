"""Simplified → Traditional at phrase level: our own phrases first, then OpenCC's.

The norm is the glossary's Traditional column: 裡 為 群 著, mainland terms, no Taiwan vocabulary
(OpenCC's s2tw, not s2twp). Curved quotation marks become corner brackets, as readers expect.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import opencc

from scripts.search.tokens import HAN
from scripts.traditional import terms

QUOTES = {"“": "「", "”": "」", "‘": "『", "’": "』"}
SEPARATOR = "\x1f"  # no text of a site holds it; OpenCC stops at a NUL, which would be worse
BREAKS = str.maketrans("\x00\x1f", "  ")
_MARK = re.compile(r"[“”‘]|(?<![A-Za-z])’|’(?![A-Za-z])")
_LATIN = re.compile(r"[A-Za-z]")
_CHINESE = re.compile(f"[{HAN}]")
_SHARE = Path(opencc.__file__).parent / "clib" / "share" / "opencc"
_PHRASES = ("STPhrases", "STPhrases_GeneratedFromRegionalPhrases")


class Converter:
    """Text of the Traditional edition. What it gives is as long as what it is given.

    `phrases`: Simplified → Traditional, of equal length. From the left, the longest phrase of
    ours and OpenCC's together is taken; of two alike, ours.
    """

    def __init__(self, phrases: Mapping[str, str]) -> None:
        unequal = [one for one, other in phrases.items() if len(one) != len(other)]
        if unequal:
            raise ValueError(f"not of equal length in Traditional: {unequal}")
        self.phrases = dict(phrases)
        with TemporaryDirectory() as folder:
            config = Path(folder) / "config.json"
            config.write_text(json.dumps(_config(Path(folder), phrases)), encoding="utf-8")
            self._opencc = opencc.OpenCC(str(config))

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
        return [_quoted(one) for one in self._opencc.convert(together).split(SEPARATOR)]


def load(root: Path) -> Converter:
    """With the glossary's terms and the exceptions of the repository at `root`."""
    return Converter(terms.phrases(root))


def _quoted(text: str) -> str:
    """English text keeps its marks, and so does an apostrophe."""
    if not _MARK.search(text) or (_LATIN.search(text) and not _CHINESE.search(text)):
        return text
    return _MARK.sub(lambda found: QUOTES[found[0]], text)


def _config(folder: Path, phrases: Mapping[str, str]) -> dict[str, Any]:
    """OpenCC's s2tw with our phrases beside its own, and left alone by its last step."""
    ours = _group("union", _text(folder / "ours", phrases), *map(_built_in, _PHRASES))
    kept = _text(folder / "kept", {other: other for other in phrases.values()})
    variants = [_built_in("TWVariantsPhrases"), _built_in("TWVariants")]
    return {
        "name": "Traditional edition",
        "segmentation": {"type": "mmseg", "dict": ours},
        "conversion_chain": [
            {"dict": _group("short_circuit", ours, _built_in("STCharacters"))},
            {"dict": _group("short_circuit", kept, *variants)},
        ],
    }


def _group(policy: str, *dictionaries: dict[str, Any]) -> dict[str, Any]:
    return {"type": "group", "match_policy": policy, "dicts": list(dictionaries)}


def _built_in(name: str) -> dict[str, Any]:
    return {"type": "ocd2", "file": str(_SHARE / f"{name}.ocd2")}


def _text(path: Path, pairs: Mapping[str, str]) -> dict[str, Any]:
    """OpenCC refuses an empty dictionary: a mark that stands for itself is always there."""
    lines = [f"{one}\t{other}\n" for one, other in sorted({"〇〇": "〇〇", **pairs}.items())]
    path.write_text("".join(lines), encoding="utf-8")
    return {"type": "text", "file": str(path)}
