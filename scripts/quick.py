"""When only rows of branches.csv changed since the last release, most of it is taken over as it is.

Guide pages and the search index are taken when all that they show of the directory (`face`) stayed
the same; of the directory's files those that no changed row reaches (`directory/kept.py`).
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from forms_api.languages import EDITIONS
from forms_api.languages import FOLDERS as LANGUAGES
from forms_api.shell import Shell
from scripts import spare
from scripts.content.embeds import NAMES
from scripts.directory.importer import DATA, load
from scripts.directory.kept import Kept
from scripts.directory.schema import Directory
from scripts.problems import Problem
from scripts.search.places import names_heard
from scripts.sources import Sources

BRANCHES = DATA / "branches.csv"


@dataclass(frozen=True)
class Marks:
    """What a release was made from: fingerprints of all sources, and of all but branches.csv."""

    read: str
    fixed: str


@dataclass(frozen=True)
class Last:
    """The release being served, when it was made on the same day of the same sources but one."""

    folder: Path
    record: dict[str, Any]

    def kept(self, root: Path, sources: Sources) -> Kept | None:
        """What the new release has in common with it; None when guide pages change."""
        before = self._directory(root)
        if before is None or face(sources) != self.record["face"]:
            return None
        kept = Kept(self.folder / "public", before, sources.branches)
        return kept if kept.in_order else None

    def _directory(self, root: Path) -> Directory | None:
        """As it was then."""
        before, problems = _read(root, self.folder / "_private/branches.csv")
        return None if problems else before

    def shells(self) -> dict[str, Shell]:
        """Of entries, by edition: all that this release has."""
        private = self.folder / "_private"
        return {
            edition: Shell.parse(frame.read_text("utf-8"))
            for edition in EDITIONS
            if (frame := private / f"entry.{edition}.html").exists()
        }

    def spare(self) -> Path:
        """A tree of its files, which the new release may be made in."""
        return spare.prepare(self.folder)


def last(root: Path, fixed: str, today: date) -> Last | None:
    """`fixed` is the fingerprint of all sources but branches.csv."""
    folder = (root / "var/current").resolve()
    try:
        record = json.loads((folder / "_private/release.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    same = record.get("fixed") == fixed and record.get("today") == str(today)
    return Last(folder, record) if same and record.get("face") else None


def remember(root: Path, staging: Path, marks: Marks, sources: Sources, shown: str) -> None:
    """For the next build; `shown` is the `face`."""
    private = staging / "_private"
    rows = private / "branches.csv"
    shutil.copyfile(root / BRANCHES, rows)
    if _read(root, rows)[0] is not sources.branches:  # saved once more while this was built
        rows.unlink()
    record = {
        "fingerprint": marks.read,
        "fixed": marks.fixed,
        "face": shown,
        "stamp": staging.name.removeprefix(".building-"),
        "today": str(sources.today),
    }
    (private / "release.json").write_text(json.dumps(record), encoding="utf-8")


def _read(root: Path, rows: Path) -> tuple[Directory, list[Problem]]:
    """The directory of these rows and the present lists."""
    data = root / DATA
    lists = (data / "places.csv", data / "taxonomies.yml")
    return load(rows, *lists, townships_csv=data / "townships.csv")


def face(sources: Sources) -> str:
    """A digest of all that guide pages and the search index show of the directory."""
    site, embeds = sources.site, sources.embeds
    events = ("", *NAMES["events"])
    shown = {
        "home": site.directory,
        "landing": [sources.embed("directory", "", lang) for lang in LANGUAGES],
        "upkeep": [embeds.rows("upkeep", "", lang) for lang in LANGUAGES],
        "events": [embeds.rows("events", name, lang) for name in events for lang in LANGUAGES],
        "courses": [embeds.rows("courses", "", lang) for lang in LANGUAGES],
        "coming": [embeds.coming(lang) for lang in LANGUAGES],
        "options": {name: rows for name, rows in sources.catalogue.items() if name != "branches"},
        "names": [
            (one.short_name.zh, one.short_name.en)
            for one in sources.branches.branches
            if names_heard(len(sources.branches.branches))
        ],
    }
    text = json.dumps(shown, ensure_ascii=False, default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
