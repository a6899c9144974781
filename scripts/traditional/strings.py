"""What the forms service says, in Traditional characters: `_private/traditional.json`.

{Simplified: Traditional} for every Chinese text of its definitions and strings, of letters to
persons and the desks that sign them, of the catalogue and the identity block, as it stands there,
blanks and all. The service looks its words up in it, see forms_api/traditional.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from forms_api import yaml_text
from forms_api.languages import TRADITIONAL
from forms_api.traditional import FILE, HAN
from scripts import source_text
from scripts.laying import lay

Many = Callable[[Sequence[str]], list[str]]


def write(
    root: Path, private: Path, catalogue: Mapping[str, Any], identity: Mapping[str, Any], many: Many
) -> None:
    """`many` converts texts; call it again whenever the catalogue was written anew."""
    texts = sorted({*_of_service(root), *_texts(catalogue), *_texts(identity)})
    table = dict(zip(texts, many(texts), strict=True))
    lay(private / FILE, (json.dumps(table, ensure_ascii=False) + "\n").encode())


def _of_service(root: Path) -> Iterator[str]:
    for folder in ("definitions", "strings"):
        for path in sorted((root / "forms_api" / folder).glob("*.yml")):
            yield from _texts(yaml_text.load(source_text.read(path)))
    inbox = yaml_text.load(source_text.read(root / "forms_api/inbox/strings/zh.yml"))
    yield from _texts(inbox["letter"])
    yield from _texts(yaml_text.load(source_text.read(root / "docs/data/desks.yml")))


def _texts(value: Any) -> Iterator[str]:
    """Every text with Chinese characters within lists and dictionaries, without blank ends; not
    those that are Traditional already."""
    if isinstance(value, str):
        if HAN.search(value):
            yield value.strip()
    elif isinstance(value, Mapping):
        for key, one in value.items():
            if key != TRADITIONAL:
                yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
