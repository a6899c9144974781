"""Compressed twins beside the files of a release, for servers that hand out files as they lie."""

from __future__ import annotations

import gzip
from pathlib import Path

import brotli

_TEXT = {".html", ".css", ".js", ".json", ".csv", ".xml", ".txt", ".ics", ".svg", ".webmanifest"}
_TWIN_FROM = 256  # bytes below which a compressed twin saves nothing
_SMALL = 1 << 16  # up to here a window of 64 KiB loses nothing and is set up ten times as fast
#: Thousands of short pages: the server compresses each as it sends it.
_LEFT_OUT = ("find/directory/", "en/find/directory/")


def write_twins(path: Path, body: bytes, quality: int = 11) -> None:
    """`path`.br and `path`.gz, unless the file is too short to gain; `quality` is brotli's."""
    if len(body) >= _TWIN_FROM:
        window = 16 if len(body) <= _SMALL else 22
        small = brotli.compress(body, quality=quality, lgwin=window)
        path.with_name(path.name + ".br").write_bytes(small)
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(body, 9, mtime=0))


def write_missing(public: Path) -> None:
    """Twins of every text file of a finished tree that has none, without the directory's entries.

    Whatever changes a file after this leaves a stale twin: it is the last thing a build does.
    """
    for path in sorted(public.rglob("*")):
        name = path.relative_to(public).as_posix()
        entry = name.startswith(_LEFT_OUT) and not name.endswith("find/directory/index.html")
        if path.suffix in _TEXT and not entry and not path.with_name(path.name + ".gz").exists():
            write_twins(path, path.read_bytes(), quality=9)
