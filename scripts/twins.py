"""Compressed twins beside the files of a release, for servers that hand out files as they lie."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli

from forms_api.languages import EDITIONS, prefix

_TEXT = {".html", ".css", ".js", ".json", ".csv", ".xml", ".txt", ".ics", ".svg", ".webmanifest"}
_TWIN_FROM = 256  # bytes below which a compressed twin saves nothing
_SMALL = 1 << 16  # up to here a window of 64 KiB loses nothing and is set up ten times as fast
_LARGE = 1 << 20  # from here on the last few per cent cost more seconds than they are worth
#: Thousands of short files: the server compresses each as it sends it.
_LEFT_OUT = tuple(f"{prefix(one)}find/directory/" for one in EDITIONS)
_CARDS = re.compile(r"data/finder/[0-9a-f]+/[\w-]+/")


def write_twins(path: Path, body: bytes, quality: int = 11) -> None:
    """`path`.br and `path`.gz, unless the file is too short to gain; `quality` is brotli's."""
    if len(body) >= _TWIN_FROM:
        window = 16 if len(body) <= _SMALL else 22
        if len(body) > _LARGE:
            quality = min(quality, 5)
        small = brotli.compress(body, quality=quality, lgwin=window)
        path.with_name(path.name + ".br").write_bytes(small)
        packed = gzip.compress(body, 6 if len(body) > _LARGE else 9, mtime=0)
        path.with_name(path.name + ".gz").write_bytes(packed)


def write_missing(public: Path) -> None:
    """Twins of every text file of a finished tree that has none, without the directory's entries.

    Whatever changes a file after this leaves a stale twin: nothing below `public` changes
    then. What is moved there meanwhile needs a call of its own.
    """
    with ThreadPoolExecutor(2) as threads:  # both compressors let go of the interpreter's lock
        for done in [threads.submit(_twins_of, path) for path in _texts(public)]:
            done.result()


def _texts(public: Path) -> Iterator[Path]:
    """Files that should have twins, the large first, so that none is left to one thread at last."""
    found = []
    for folder, _, names in os.walk(public):
        base = f"{folder}/".removeprefix(f"{public}/")
        entry = (base.startswith(_LEFT_OUT) and base not in _LEFT_OUT) or _CARDS.fullmatch(base)
        there = set(names)
        for name in names:
            if not entry and Path(name).suffix in _TEXT and f"{name}.gz" not in there:
                path = Path(folder, name)
                found.append((path.stat().st_size, path))
    return (path for _, path in sorted(found, reverse=True))


def _twins_of(path: Path) -> None:
    write_twins(path, path.read_bytes(), quality=9)
