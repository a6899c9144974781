"""One hash of everything a build is made from: equal hashes, equal site (on the same day)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

# Relative to the repository; a folder counts with all that lies in it.
SOURCES = (
    "docs",
    "mkdocs.yml",
    "forms_api/definitions",
    "forms_api/strings",
    "forms_api/templates",
    "requirements.txt",
)
PROGRAMS = ("forms_api/*.py", "scripts/**/*.py")


def of_sources(root: Path) -> str:
    """Hex SHA-256 over each file's path and content, in the order of the paths."""
    return with_and_without(root, "")[0]


def with_and_without(root: Path, name: str) -> tuple[str, str]:
    """`of_sources`, and the same as if the file `name` were not there."""
    whole, rest = hashlib.sha256(), hashlib.sha256()
    for path in sorted(set(_files(root))):
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # an editor just replaced it
            continue
        there = path.relative_to(root).as_posix()
        line = there.encode() + b"\0" + hashlib.sha256(content).digest()
        whole.update(line)
        if there != name:
            rest.update(line)
    return whole.hexdigest(), rest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for name in SOURCES:
        place = root / name
        if place.is_file():
            yield place
        elif place.is_dir():
            yield from (path for path in place.rglob("*") if path.is_file() and _counts(path, root))
    for pattern in PROGRAMS:
        yield from (path for path in root.glob(pattern) if _counts(path, root))


def _counts(path: Path, root: Path) -> bool:
    """Not what editors, office programs and Python leave beside the sources."""
    parts = path.relative_to(root).parts
    return not any(
        part.startswith((".", "~$", "#")) or part.endswith("~") or part == "__pycache__"
        for part in parts
    )
