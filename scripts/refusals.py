"""Refusals as files of a release, for the web server in front: see forms_api/refusal_pages.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from forms_api import refusal_pages
from forms_api.languages import FOLDERS
from forms_api.shell import Shell

FOLDER = "refused"  # below _private


def write(private: Path, identity: dict[str, Any]) -> None:
    """Call when the service's shells lie in `private`."""
    shells = {
        lang: Shell.parse((private / f"shell.{lang}.html").read_text(encoding="utf-8"))
        for lang in FOLDERS
    }
    folder = private / FOLDER
    folder.mkdir(exist_ok=True)
    for name, told in refusal_pages.files(shells, identity["name"]):
        text = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)
        (folder / name).write_text(text, encoding="utf-8")
