"""The data dictionary: what each field of branches.csv and branches.json holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scripts.directory.fields import json_path, load_fields
from scripts.directory.schema import Directory
from scripts.directory.words import capital

_ROOT = Path(__file__).resolve().parents[2]
#: These say themselves what they hold; the others are named by their kind.
_TEXTS = ("pair", "text", "id")


def rows(directory: Directory, lang: str) -> list[dict[str, Any]]:
    """In the order of the columns. `kind` is a key of words.yml: fields_kind_date …"""
    return [
        {
            "label": capital(field.label[lang]),
            "columns": [column.name for column in field.columns],
            "path": json_path(field.name),
            "kind": f"fields_kind_{'text' if field.kind in _TEXTS else field.kind}",
            "required": field.required,
            "meaning": field.meaning[lang],
            "choices": [
                (term.value, term.label[lang])
                for term in directory.taxonomies.get(field.name, {}).values()
            ],
        }
        for field in load_fields(_ROOT)
    ]
