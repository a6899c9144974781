"""The inbox's words by language: for its pages, and for letters to persons."""

from functools import cache
from pathlib import Path
from typing import Final

from forms_api.languages import Edition, source
from forms_api.words import Words, load

FOLDER: Final = Path(__file__).parent / "strings"


@cache
def words(lang: Edition) -> Words:
    """Of the desk's own editions; letters to persons are also written in Traditional ones."""
    return Words(lang, load(source(lang), FOLDER))


def of_letters() -> list[str]:
    """The Chinese that letters to persons are made of."""
    texts = load("zh", FOLDER)
    return [text for key, text in texts.items() if key.startswith("letter.")]
