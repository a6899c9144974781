"""What the directory asks of whatever makes its Traditional edition (scripts/traditional)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from scripts.directory.schema import Directory
from scripts.directory.words import Words


class Traditional(Protocol):
    """Each makes Traditional of Simplified; the directory's own texts then stand under `zh`."""

    def texts(self, texts: Sequence[str]) -> list[str]: ...

    def directory(self, directory: Directory) -> Directory: ...

    def words(self, words: Words) -> Words: ...
