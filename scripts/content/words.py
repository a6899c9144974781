"""The site's identity and the words of its shell, for one language each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from forms_api import yaml_text
from scripts import source_text

_BLANK = re.compile(r"\{(\w+)\}")


def identity_for(identity: dict[str, Any], lang: str) -> dict[str, Any]:
    """`extra.identity` with each {zh, en} pair reduced to one language.

    Its words may name each other: the notice speaks of {name} and {operator}.
    """
    reduced = {
        key: value[lang] if isinstance(value, dict) and set(value) == {"zh", "en"} else value
        for key, value in identity.items()
    }
    return {
        key: fill(value, reduced) if isinstance(value, str) else value
        for key, value in reduced.items()
    }


def fill(text: str, blanks: dict[str, Any]) -> str:
    """Fill `{blanks}` that are known, and leave others for later."""
    return _BLANK.sub(lambda m: str(blanks.get(m[1], m[0])), text)


def fill_all(value: Any, blanks: dict[str, Any]) -> Any:
    """`fill` for every text within lists and dictionaries, such as a page's front matter."""
    if isinstance(value, str):
        return fill(value, blanks)
    if isinstance(value, list):
        return [fill_all(item, blanks) for item in value]
    if isinstance(value, dict):
        return {key: fill_all(item, blanks) for key, item in value.items()}
    return value


def load_words(root: Path, identity: dict[str, Any]) -> dict[str, dict[str, str]]:
    """docs/data/words.yml as {"zh": {key: words}, "en": …} with the identity filled in."""
    path = root / "docs/data/words.yml"
    with source_text.understood(path):
        return {
            lang: {key: fill(pair[lang], blanks) for key, pair in table.items()}
            for table in [yaml_text.load(source_text.read(path))]
            for lang in ("zh", "en")
            for blanks in [identity_for(identity, lang)]
        }


def load_identity(root: Path) -> dict[str, Any]:
    """The identity block of mkdocs.yml, for code that runs without MkDocs."""
    config = load_config(root)
    return dict(config["extra"]["identity"])


def load_config(root: Path) -> dict[str, Any]:
    """mkdocs.yml as plain data."""
    return dict(yaml_text.load(source_text.read(root / "mkdocs.yml")))


def day(iso: str, lang: str) -> str:
    """`2026-11-21` → `2026 年 11 月 21 日` or `21 Nov 2026`; a year or a month alone will do."""
    months = ["Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec"]
    parts = [int(part) for part in iso.split("-")]
    if lang == "zh":
        return " ".join(f"{n} {u}" for n, u in zip(parts, "年月日", strict=False))
    names = [str(parts[0])] + [months[n - 1] for n in parts[1:2]] + [str(n) for n in parts[2:]]
    return " ".join(reversed(names))
