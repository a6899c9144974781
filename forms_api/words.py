"""The words that code needs: strings/zh.yml and en.yml; traditional.py has the third edition."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from forms_api import traditional, yaml_text
from forms_api.languages import TRADITIONAL, Edition, Folder, source

STRINGS = Path(__file__).parent / "strings"


class Text(BaseModel):
    """The same words in both languages; neither may be missing or empty."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
    en: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]

    def __getitem__(self, lang: Edition) -> str:
        if lang == TRADITIONAL:
            return traditional.said(self.zh)
        return self.zh if lang == "zh" else self.en


class Words:
    """Calls give the sentence with its blanks filled; an unknown key or blank raises KeyError."""

    def __init__(self, lang: Edition, texts: Mapping[str, str]) -> None:
        self.lang = lang
        self._texts = texts

    def __call__(self, key: str, **blanks: object) -> str:
        text = self._texts[key]
        return (traditional.said(text) if self.lang == TRADITIONAL else text).format(**blanks)

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
def words(lang: Edition) -> Words:
    return Words(lang, load(source(lang)))


def spoken(definitions: object) -> frozenset[str]:
    """All the Chinese that the service says with these definitions, but for the site's data."""
    return frozenset((*load("zh").values(), *_chinese(definitions)))


def _chinese(definition: object) -> Iterator[str]:
    if isinstance(definition, Text):
        yield definition.zh
    elif isinstance(definition, BaseModel):
        for _, value in definition:
            yield from _chinese(value)
    elif isinstance(definition, Mapping):
        for value in definition.values():
            yield from _chinese(value)
    elif isinstance(definition, tuple):
        for value in definition:
            yield from _chinese(value)
