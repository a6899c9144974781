"""After MkDocs: take out what nobody reads, set the shells aside, write each language's 404."""

from __future__ import annotations

import shutil
from pathlib import Path

from forms_api.shell import Shell
from scripts.directory.words import LANGUAGES, PREFIX

#: The theme's assets, our own before they are renamed, MkDocs' single-language leftovers.
_UNUSED = (
    "assets",
    "404.html",
    "sitemap.xml",
    "sitemap.xml.gz",
)


def tidy(public: Path, private: Path) -> dict[str, Shell]:
    """Returns the directory's shell per language; all shells are left in `private`."""
    for name in _UNUSED:
        path = public / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    shells = {}
    for lang in LANGUAGES:
        base = public / PREFIX[lang]
        folder = base / "_shell"
        shells[lang] = Shell.parse((folder / "entry/index.html").read_text(encoding="utf-8"))
        shutil.copyfile(folder / "entry/index.html", private / f"entry.{lang}.html")
        shutil.copyfile(folder / "forms/index.html", private / f"shell.{lang}.html")
        shutil.copyfile(folder / "answer/index.html", private / f"answer.{lang}.html")
        shutil.copyfile(folder / "lost/index.html", base / "404.html")
        shutil.rmtree(folder)
    return shells
