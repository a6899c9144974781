"""The Traditional words for our own Simplified ones, looked up in the table that the build writes.

Nothing is converted here: a text of ours is looked up whole, before its blanks are filled, and what
a person typed is never looked up. The table comes with the release, so that each request speaks
with that of its own site.
"""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from forms_api.languages import EDITIONS, FOLDERS, TRADITIONAL, Edition

FILE: Final = "traditional.json"  # below _private
HAN: Final = re.compile(r"[\u3400-\u9fff]")


class Table:
    """Simplified text → the same in Traditional characters. An empty one changes nothing."""

    def __init__(self, pairs: Mapping[str, str] | None = None) -> None:
        self._pairs = dict(pairs or {})
        self._back: dict[str, list[str]] = defaultdict(list)
        for simplified, traditional in self._pairs.items():
            self._back[traditional].append(simplified)

    @classmethod
    def parse(cls, text: str, needed: Collection[str] = ()) -> "Table":
        """Raises ValueError when it is no table, or lacks one of the texts that are needed."""
        pairs = json.loads(text)
        if not isinstance(pairs, dict):
            raise ValueError("no table of texts")
        if lacking := [one for one in needed if HAN.search(one) and one not in pairs]:
            raise ValueError(f"{len(lacking)} texts are missing, {lacking[0]!r} among them")
        return cls(pairs)

    @property
    def editions(self) -> tuple[Edition, ...]:
        """What can be spoken with it."""
        return EDITIONS if self._pairs else FOLDERS

    def said(self, simplified: str) -> str:
        return self._pairs.get(simplified, simplified)

    def meant(self, traditional: str) -> Sequence[str]:
        """The Simplified texts that are written so; two may be written alike."""
        return self._back.get(traditional, ())


_NOTHING: Final = Table()
_spoken: ContextVar[Table] = ContextVar("traditional")


def speak(table: Table) -> None:
    """With these words until the next call, in this thread; every request begins with one."""
    _spoken.set(table)


@contextmanager
def speaking(table: Table) -> Iterator[None]:
    token = _spoken.set(table)
    try:
        yield
    finally:
        _spoken.reset(token)


def said(simplified: str) -> str:
    """One of our own texts in Traditional characters; as it is where the table lacks it."""
    return _spoken.get(_NOTHING).said(simplified)


def meant(traditional: str) -> Sequence[str]:
    return _spoken.get(_NOTHING).meant(traditional)


def of(texts: Mapping[str, str], edition: Edition) -> str:
    """An entry of the site's data ({zh, en}, and zh-hant where somebody wrote it) in an edition."""
    if edition == TRADITIONAL:
        return texts.get(edition) or said(texts["zh"])
    return texts[edition]
