"""A tree like the release being served, ready to be changed in a few files.

Folders are new, files are links: nothing may be written into them (see laying.py). It can be made
before it is needed.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_NAME = ".spare-"
_PART = ".part"


def prepare(release: Path, old: Path | None = None) -> Path:
    """The spare of this release, made unless it is there; those of other releases go.

    `old`, a release that nobody needs any more, is made into it: most of its files and all of its
    folders are those that are wanted, and neither is quickly made or deleted.
    """
    folder = release.with_name(f"{_NAME}{release.name}")
    for other in release.parent.glob(f"{_NAME}*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)
    if not folder.exists():
        part = folder.with_name(folder.name + _PART)
        if old is not None:
            old.rename(part)
        (part / "public").mkdir(parents=True, exist_ok=True)
        _level(f"{release}/public", f"{part}/public")
        shutil.rmtree(part / "_private", ignore_errors=True)
        shutil.copytree(release / "_private", part / "_private")
        part.rename(folder)
    return folder


def is_ready(release: Path) -> bool:
    """Whether there is one of this release."""
    release = release.resolve()
    return release.with_name(f"{_NAME}{release.name}").exists()


def _level(source: str, target: str) -> None:
    """Let the folder `target` hold what `source` does."""
    # Strings and os: there are tens of thousands of files.
    with os.scandir(target) as found:
        there = {one.name: one for one in found}
    with os.scandir(source) as found:
        for one in found:
            path, other = f"{target}/{one.name}", there.pop(one.name, None)
            folder = one.is_dir()
            same = other and (other.is_dir() if folder else other.inode() == one.inode())
            if other and not same:
                _remove(other)
            if not folder:
                if not same:
                    os.link(one.path, path)
                continue
            if not same:
                os.mkdir(path)  # noqa: PTH102
            _level(one.path, path)
    for other in there.values():
        _remove(other)


def _remove(one: os.DirEntry[str]) -> None:
    if one.is_dir():
        shutil.rmtree(one.path)
    else:
        os.unlink(one.path)  # noqa: PTH108
