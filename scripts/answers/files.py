"""docs/data/answers/<slug>.yml: published answers, as `manage.py answers pull` writes them.

topic: transfer             # a topic of the form help-ask
checked: 2026               # the year in which a desk last saw to it
related: [away/transfer]    # pages that say more; optional, added by hand
sample: true                # nobody asked it: an example of ours; optional
question: {zh: …, en: …}
answer: {zh: …, en: …}      # paragraphs apart by an empty line; lines beginning “- ” are a list
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import autocorrect_py
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from forms_api import publishable, yaml_text
from scripts import source_text
from scripts.content.modelled import line_of, read
from scripts.content.then_now import Pair
from scripts.problems import Problem

FOLDER = "docs/data/answers"
#: Where their pages stand.
SLUG = "help/answers"
_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 40  # of a slug: it is counted with the choice in a column of 60
_FULL_WIDTH = re.compile(r"[，。；：？！“”《》（）]")
_BULLET = "- "


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    topic: str
    checked: Annotated[int, Field(ge=2003, le=2100, strict=True)]
    related: tuple[str, ...] = ()
    sample: bool = False
    question: Pair
    answer: Pair


@dataclass(frozen=True)
class Answer:
    """One file; `slug` is its name and the last part of its page's address."""

    slug: str
    topic: str
    checked: int
    related: tuple[str, ...]
    sample: bool
    question: Pair
    answer: Pair

    def blocks(self, lang: str) -> list[str | list[str]]:
        """The answer's paragraphs, and lists of lines, in order."""
        found: list[str | list[str]] = []
        for part in re.split(r"\n\s*\n", self.answer[lang].strip()):
            lines = [line.strip() for line in part.split("\n") if line.strip()]
            if lines and all(line.startswith(_BULLET) for line in lines):
                found.append([line.removeprefix(_BULLET) for line in lines])
            elif lines:
                found.append(("" if lang == "zh" else " ").join(lines))
        return found


def load_answers(root: Path) -> list[Answer]:
    """By topic as the form lists them, then by slug. `check` has named faults before: files that
    cannot be read are left out."""
    order = {topic: place for place, topic in enumerate(publishable.topics())}
    found = []
    for path in _paths(root):
        try:
            one = _File.model_validate(yaml_text.load(source_text.read(path)))
        except (yaml.YAMLError, ValidationError):
            continue
        found.append(
            Answer(
                path.stem, one.topic, one.checked, one.related, one.sample,
                one.question, one.answer,
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (order.get(one.topic, len(order)), one.slug))


def check(root: Path, pages: Collection[str]) -> Iterator[Problem]:
    """Faults with their lines; `pages`: slugs that `related` may name."""
    for path in _paths(root):
        file, text = path.relative_to(root).as_posix(), source_text.read(path)
        if not _SLUG.fullmatch(path.stem) or len(path.stem) > _LONGEST:
            message = f"a file's name is small letters, digits and -, at most {_LONGEST}"
            yield Problem(file, 0, "answer", message)
        found, faults = read(_File, text, file, "answer")
        yield from faults
        if found is None:
            continue
        for slug in found.related:
            if slug not in pages:
                line = line_of(text, ("related",))
                yield Problem(file, line, "answer", f"related names {slug}, which pages.tsv lacks")
        for wrong in publishable.faults(found.topic, _plain(found.question), _plain(found.answer)):
            place = (wrong.part, wrong.lang) if wrong.lang else (wrong.part,)
            yield Problem(file, line_of(text, place), f"answer-{wrong.code}", wrong.message("en"))
        yield from _typography(file, text, found)


def _typography(file: str, text: str, found: _File) -> Iterator[Problem]:
    for part, pair in (("question", found.question), ("answer", found.answer)):
        better = [autocorrect_py.format(line) for line in pair.zh.split("\n")]
        for words, improved in zip(pair.zh.split("\n"), better, strict=True):
            if words != improved:
                said = f"write “{improved}” instead of “{words}”"
                yield Problem(file, line_of(text, (part, "zh")), "typography", said)
        if _FULL_WIDTH.search(re.sub("[“”]", "", pair.en)):
            said = "the English text has Chinese punctuation"
            yield Problem(file, line_of(text, (part, "en")), "typography", said)


def _plain(pair: Pair) -> dict[str, str]:
    return publishable.cleaned({"zh": pair.zh, "en": pair.en})


def _paths(root: Path) -> list[Path]:
    return sorted((root / FOLDER).glob("*.yml"))
