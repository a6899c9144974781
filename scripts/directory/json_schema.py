"""The JSON Schema of branches.json (draft 2020-12), made from the columns and their words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scripts.directory.fields import Field, json_path
from scripts.directory.open_json import SCHEMA
from scripts.directory.schema import Directory

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_DAY = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_TEXT = {"$ref": "#/$defs/text"}
_ID = {"type": "string", "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"}
_LISTED = {"type": "array", "items": {"type": "string"}}


def schema(directory: Directory, fields: Iterable[Field], site_url: str) -> dict[str, Any]:
    """`site_url` ends in "/"; the schema's own address is made with it."""
    entry = _object(
        {"id": _ID, "url": _object({"zh-Hans": {"type": "string"}, "en": {"type": "string"}})}
    )
    for field in fields:
        _insert(entry, json_path(field.name), _leaf(field, directory))
    values = {"type": "object", "additionalProperties": _TEXT}
    return {
        "$schema": _DRAFT,
        "$id": f"{site_url.rstrip('/')}{SCHEMA}",
        "title": "支部目录 / Branch directory",
        **_object(
            {
                "generated": _DAY,
                "schema": {"type": "string"},
                "fictional": {"type": "boolean"},
                "count": {"type": "integer", "minimum": 0},
                "lists": {"type": "object", "additionalProperties": values},
                "branches": {"type": "array", "items": {"$ref": "#/$defs/entry"}},
            }
        ),
        "$defs": {
            "entry": entry,
            "text": _object(
                {name: {"type": "string", "minLength": 1} for name in ("zh-Hans", "en", "zh-Hant")},
                optional=("zh-Hant",),
            ),
        },
    }


def _object(properties: dict[str, Any], optional: Iterable[str] = ()) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in set(optional)],
        "additionalProperties": False,
    }


def _insert(entry: dict[str, Any], path: str, leaf: Mapping[str, Any]) -> None:
    *outer, name = path.split(".")
    for step in outer:
        inside = entry["properties"].setdefault(step, _object({}))
        if step not in entry["required"]:
            entry["required"].append(step)
        entry = inside
    entry["properties"][name] = leaf
    if name not in entry["required"]:
        entry["required"].append(name)


def _leaf(field: Field, directory: Directory) -> dict[str, Any]:
    told = {"description": f"{field.meaning.zh} / {field.meaning.en}"}
    shape = _shape(field, directory)
    if field.required or field.kind in ("terms", "list"):
        return {**shape, **told}
    return {"anyOf": [shape, {"type": "null"}], **told}


def _shape(field: Field, directory: Directory) -> dict[str, Any]:
    match field.kind:
        case "id":
            return _ID
        case "yes_no":
            return {"type": "boolean"}
        case "term":
            return {"enum": list(directory.taxonomies[field.name])}
        case "terms":
            return {**_LISTED, "items": {"enum": list(directory.taxonomies[field.name])}}
        case "date":
            return _DAY
        case "year":
            return {"type": "integer", "minimum": 1921}
        case "list":
            return _object({"zh-Hans": _LISTED, "en": _LISTED})
        case "place":
            return _place(field.name)
        case "pair" if field.name == "township":
            return _object({"slug": {"type": "string"}, **_words()}, optional=("zh-Hant",))
        case "pair":
            return _TEXT
        case _:
            return {"type": "string", "minLength": 1}


def _words() -> dict[str, Any]:
    return {name: {"type": "string"} for name in ("zh-Hans", "en", "zh-Hant")}


def _place(level: str) -> dict[str, Any]:
    code: dict[str, Any] = {"type": "string", "pattern": r"^\d{6}$"}
    if level == "district":  # a zone may have none
        code = {"anyOf": [code, {"type": "null"}]}
    return _object({"code": code, **_words()}, optional=("zh-Hant",))
