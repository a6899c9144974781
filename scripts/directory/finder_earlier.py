"""The finder's data as an earlier release has them: what stands there of rows that stayed."""

from __future__ import annotations

import json
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.directory.finder_text import TextIndex, names_of
from scripts.directory.kept import Kept
from scripts.directory.schema import Branch

_START = "data/finder/zh.json"


@dataclass(frozen=True)
class Earlier:
    """`rows` in the order of the finder, `folder` with their files, `start` as fetched first."""

    rows: Sequence[Branch]
    folder: Path
    start: dict[str, Any]

    @classmethod
    def of(cls, kept: Kept, rows: Sequence[Branch]) -> Earlier | None:
        """None where that release cannot be read."""
        try:
            start = json.loads((kept.earlier / _START).read_bytes())
            folder = kept.earlier / start["folder"].strip("/")
        except (OSError, ValueError, KeyError):
            return None
        return cls(rows, folder, start) if start["rows"] == len(rows) else None

    def cards(self, name: str, at: int, rows: Sequence[Branch]) -> bytes | None:
        """The file `name`, where it holds the cards of these rows from `at` on."""
        return (self.folder / name).read_bytes() if self.rows[at : at + len(rows)] == rows else None

    def text(self, rows: Sequence[Branch]) -> TextIndex | None:
        """The words of these rows, where they are those of the earlier ones."""
        if len(rows) != len(self.rows):
            return None
        for old, new in zip(self.rows, rows, strict=True):
            if old is not new and _known_by(old) != _known_by(new):
                return None
        names = self.start["packs"]
        packs = [json.loads((self.folder / f"t{k}.json").read_bytes()) for k in range(len(names))]
        fold = dict(zip(*self.start["fold"], strict=True))
        return TextIndex(dict(zip(names, packs, strict=True)), self.start["sounds"], fold)


def _known_by(branch: Branch) -> Hashable:
    """All that the words of a row are made of."""
    place = (branch.province, branch.city, branch.district, branch.township, branch.village)
    return (branch.id, branch.trade, place, tuple(names_of(branch)))


def as_json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
