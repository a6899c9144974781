"""A published answer as a file of docs/data/answers/, written so that a change is one line."""

from pathlib import Path
from typing import Any, Final

import yaml

from forms_api import yaml_text
from forms_api.store.answers import PublishedAnswer

_HEAD: Final = "# 由 manage.py answers pull 写入 / written by manage.py answers pull\n"


class _Writer(yaml.SafeDumper):
    """Texts of several lines as they read, not in quotes."""


def _text(writer: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return writer.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Writer.add_representer(str, _text)


def dump(value: object, head: str = _HEAD) -> str:
    """YAML of plain values, in their order."""
    body = yaml.dump(value, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=10_000)
    return head + str(body)


def path_of(folder: Path, slug: str) -> Path:
    return folder / f"{slug}.yml"


def write(folder: Path, answer: PublishedAnswer) -> bool:
    """Whether the file is new. What a maintainer added to it (`related`) stays."""
    path = path_of(folder, answer.slug)
    known = yaml_text.load(path.read_text("utf-8")) if path.exists() else None
    fields: dict[str, Any] = {"topic": answer.topic, "checked": answer.checked}
    if isinstance(known, dict) and known.get("related"):
        fields["related"] = known["related"]
    fields |= {"question": dict(answer.question), "answer": dict(answer.answer)}
    folder.mkdir(parents=True, exist_ok=True)
    replace(path, dump(fields))
    return known is None


def replace(path: Path, text: str) -> None:
    """Whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, "utf-8")
    part.replace(path)
