"""The words that code needs, in both languages: strings/zh.yml and strings/en.yml."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from forms_api import yaml_text
from forms_api.languages import FOLDERS, Folder

STRINGS = Path(__file__).parent / "strings"


class Text(BaseModel):
    """The same words in both languages; neither may be missing or empty."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
    en: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]

    def __getitem__(self, lang: Folder) -> str:
        return self.zh if lang == "zh" else self.en


class Words:
    """Calls give the sentence with its blanks filled; an unknown key or blank raises KeyError."""

    def __init__(self, lang: Folder, texts: Mapping[str, str]) -> None:
        self.lang = lang
        self._texts = texts

    def __call__(self, key: str, **blanks: object) -> str:
        return self._texts[key].format(**blanks)

    def __contains__(self, key: str) -> bool:
        return key in self._texts


def load(lang: Folder, folder: Path = STRINGS) -> dict[str, str]:
    """All texts of one language by their dotted key: error.required, step.check, …"""
    tree = yaml_text.load((folder / f"{lang}.yml").read_text("utf-8"))
    return dict(_flatten(tree))


def _flatten(tree: Mapping[str, object], above: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in tree.items():
        key = f"{above}{name}"
        pairs += _flatten(value, f"{key}.") if isinstance(value, Mapping) else [(key, str(value))]
    return pairs


@cache
def words(lang: Folder) -> Words:
    return Words(lang, load(lang))


def all_words() -> dict[Folder, Words]:
    return {lang: words(lang) for lang in FOLDERS}
