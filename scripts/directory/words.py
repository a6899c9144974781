"""The words of the directory's pages, and small ways of putting them together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path

from forms_api import yaml_text
from scripts import source_text
from scripts.directory.schema import Text

LANGUAGES = ("zh", "en")
PREFIX = {"zh": "", "en": "en/"}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")

Words = Mapping[str, str]


@cache
def load_words(data: Path) -> Mapping[str, Words]:
    """By language: the shell's words.yml and, on top, directory_words.yml."""
    words: dict[str, dict[str, str]] = {lang: {} for lang in LANGUAGES}
    for name in ("words.yml", "directory_words.yml"):
        with source_text.understood(data / name):
            for key, pair in yaml_text.load(source_text.read(data / name)).items():
                for lang in LANGUAGES:
                    words[lang][key] = pair[lang]
    return words


def day(there: date, lang: str) -> str:
    """2026 年 11 月 21 日, 21 Nov 2026."""
    if lang == "zh":
        return f"{there.year} 年 {there.month} 月 {there.day} 日"
    return f"{there.day} {MONTHS[there.month - 1]} {there.year}"


def counted(words: Words, key: str, n: int) -> str:
    """The words for n of something; a language that knows a singular has its own words for 1."""
    if n == 0 and f"{key}_none" in words:
        return words[f"{key}_none"]
    return words[f"{key}_one" if n == 1 else key].format(n=n)


def joined(parts: Iterable[str], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(parts)


def within(inner: Text | None, outer: Text, lang: str) -> str:
    """A place inside another: 深圳龙岗区; Longgang District, Shenzhen."""
    if inner is None:
        return outer[lang]
    return f"{outer.zh}{inner.zh}" if lang == "zh" else f"{inner.en}, {outer.en}"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
