"""When only rows of branches.csv changed since the last release, most of it is taken over as it is.

Guide pages and the search index are taken when all that they show of the directory (`face`) stayed
the same; pages of branches when no changed row reaches them. Files are linked, not copied, and
nothing that is linked is ever written to: what is made anew is a new file.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from forms_api.languages import FOLDERS as LANGUAGES
from forms_api.shell import Shell
from scripts.content.embeds import NAMES
from scripts.directory.kept import Kept, changes
from scripts.directory.schema import Directory
from scripts.sources import Sources
from scripts.walk import files_below

BRANCHES = Path("docs/data/branches.csv")
_INDEX = "search-index/"


@dataclass(frozen=True)
class Last:
    """The release being served, when it was made on the same day of the same sources but one."""

    folder: Path
    record: dict[str, Any]

    def kept(self, root: Path, directory: Directory) -> Kept | None:
        """What the directory can keep of it."""
        try:
            old = (self.folder / "_private/branches.csv").read_bytes()
        except OSError:
            return None
        found = changes(old, (root / BRANCHES).read_bytes(), directory)
        return Kept(self.folder / "public", found) if found else None

    def take_pages(self, public: Path, private: Path) -> dict[str, Shell]:
        """Guide pages, assets and search index; returns the shells of entries."""
        base = self.folder / "public"
        rendered = json.loads((self.folder / "_private/rendered.json").read_text("utf-8"))
        names = set(rendered) | {_INDEX + name for name in files_below(base / _INDEX)}
        names |= {
            twin
            for name in rendered
            for twin in (f"{name}.br", f"{name}.gz")
            if os.path.exists(f"{base}/{twin}")  # noqa: PTH110  # thousands of names
        }
        for folder in {os.path.dirname(name) for name in names}:  # noqa: PTH120
            (public / folder).mkdir(parents=True, exist_ok=True)
        for name in names:
            os.link(f"{base}/{name}", f"{public}/{name}")
        for path in (self.folder / "_private").iterdir():
            if path.is_file():
                shutil.copyfile(path, private / path.name)
        return {
            lang: Shell.parse((private / f"entry.{lang}.html").read_text("utf-8"))
            for lang in LANGUAGES
        }


def last(root: Path, fixed: str, today: date) -> Last | None:
    """`fixed` is the fingerprint of all sources but branches.csv."""
    folder = (root / "var/current").resolve()
    try:
        record = json.loads((folder / "_private/release.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    same = record.get("fixed") == fixed and record.get("today") == str(today)
    return Last(folder, record) if same and record.get("face") else None


def remember(root: Path, public: Path, private: Path) -> None:
    """For the next build, once all pages but the directory's stand below `public`."""
    rendered = json.dumps(sorted(files_below(public)), ensure_ascii=False)
    (private / "rendered.json").write_text(rendered, encoding="utf-8")
    shutil.copyfile(root / BRANCHES, private / "branches.csv")


def face(sources: Sources) -> str:
    """A digest of all that guide pages and the search index show of the directory."""
    site, embeds = sources.site, sources.embeds
    events = ("", *NAMES["events"])
    shown = {
        "home": site.directory,
        "landing": [sources.embed("directory", "", lang) for lang in LANGUAGES],
        "upkeep": [embeds.html("upkeep", "", lang) for lang in LANGUAGES],
        "events": [embeds.html("events", name, lang) for name in events for lang in LANGUAGES],
        "courses": [embeds.html("courses", "", lang) for lang in LANGUAGES],
        "coming": [embeds.coming(lang) for lang in LANGUAGES],
        "options": {name: rows for name, rows in sources.catalogue.items() if name != "branches"},
        "names": [(one.short_name.zh, one.short_name.en) for one in sources.branches.branches],
    }
    text = json.dumps(shown, ensure_ascii=False, default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
