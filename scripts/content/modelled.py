"""A YAML file of docs/data read into its model, or what is wrong with it, each with its line."""

from __future__ import annotations

from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from forms_api import yaml_text
from scripts.problems import Problem

_M = TypeVar("_M", bound=BaseModel)


def read(model: type[_M], text: str, file: str, code: str) -> tuple[_M | None, list[Problem]]:
    """The model of an empty file is that of no keys. `code` is the problems' own."""
    try:
        return model.model_validate(yaml_text.load(text) or {}), []
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or " ".join(str(error).split())
        line = mark.line + 1 if mark else 1
        return None, [Problem(file, line, code, f"cannot be read: {said}")]
    except ValidationError as error:
        return None, [
            Problem(
                file,
                line_of(text, fault["loc"]),
                code,
                f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}",
            )
            for fault in error.errors()
        ]


def line_of(text: str, place: tuple[int | str, ...]) -> int:
    """The line where a value of a YAML text stands, or the nearest thing around it."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    line = 1
    for part in place:
        below = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == part:
                    line, below = key.start_mark.line + 1, value
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            below = node.value[part] if part < len(node.value) else None
            line = below.start_mark.line + 1 if below else line
        if below is None:
            break
        node = below
    return line
