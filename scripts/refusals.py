"""Refusals as files of a release, for the web server in front: see forms_api/refusal_pages.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from forms_api import refusal_pages, traditional
from forms_api.languages import DEFAULT, EDITIONS, TRADITIONAL
from forms_api.shell import Shell

FOLDER = "refused"  # below _private


def write(private: Path, identity: dict[str, Any]) -> None:
    """Call when the service's shells and, if there are any, Traditional words lie in `private`."""
    shells = {
        lang: Shell.parse(path.read_text(encoding="utf-8"))
        for lang in EDITIONS
        if (path := private / f"shell.{lang}.html").is_file()
    }
    words = private / traditional.FILE
    table = traditional.Table.parse(words.read_text("utf-8") if words.is_file() else "{}")
    folder = private / FOLDER
    folder.mkdir(exist_ok=True)
    with traditional.speaking(table):
        for name, told in refusal_pages.files(shells, identity["name"]):
            text = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)
            (folder / name).write_text(text, encoding="utf-8")
            if TRADITIONAL not in shells and f".{DEFAULT}." in name:  # servers may ask for it
                hant = name.replace(f".{DEFAULT}.", f".{TRADITIONAL}.")
                (folder / hant).write_text(text, encoding="utf-8")
