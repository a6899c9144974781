"""Pagefind as this project uses it: one call per language over token pages, own fragments.

Pagefind sees words that we cut (tokens.py) and nothing else; what a reader is shown is written
into its fragments afterwards, and its files of words are read by docs/assets/js/postings.js.
That relies on their format, which is pinned to VERSION.
"""

import gzip
import html
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import Any

import pagefind_bin  # type: ignore[import-untyped]

from scripts.outcome import CannotRun
from scripts.search import cbor

VERSION = "1.5.2"
MAGIC = b"pagefind_dcd"
# A tag of no language: words are neither segmented nor stemmed, they stay as we cut them.
LANGUAGE = "unknown"
# One query loads a chunk for each of its words, and a table of all chunks: many small chunks cost
# as much as few large ones. About so many are best, within these sizes.
CHUNKS, SMALLEST, LARGEST = 600, 250, 4000
KEPT = ("index", "fragment")  # all else that Pagefind lays down is its own search, which we replace


class FormatChanged(RuntimeError):
    """The installed Pagefind writes something else than the version this was made for."""


@dataclass(frozen=True)
class TokenPage:
    """A page in words of the index: `fields` are searched like the body and reported by name."""

    name: str
    blocks: Sequence[Sequence[str]]
    fields: Mapping[str, Sequence[str]]

    def html(self) -> str:
        attributes = ",".join(f"{name}[data-{name}]" for name in self.fields)
        values = " ".join(
            f'data-{name}="{html.escape(" ".join(words))}"' for name, words in self.fields.items()
        )
        body = "".join(f"<p>{html.escape(' '.join(words))}</p>" for words in self.blocks)
        return (
            f'<!doctype html><html lang="{LANGUAGE}"><head><meta charset="utf-8"></head><body>'
            f'<main data-pagefind-body data-pagefind-meta="{attributes}" {values}>{body}</main>'
        )


@dataclass(frozen=True)
class Contents:
    """What an index holds: (first word, file) of each chunk, fragments by page number, fields."""

    chunks: Sequence[tuple[str, str]]
    pages: Sequence[str]
    fields: Sequence[str]


class Run:
    """Pagefind at work on `pages`, with the empty folder `workspace` to work in.

    `seconds` are those of processors that it took, once it has been waited for.
    """

    def __init__(self, pages: Sequence[TokenPage], workspace: Path, out: Path) -> None:
        for page in pages:
            (workspace / f"{page.name}.html").write_text(page.html(), encoding="utf-8")
        shutil.rmtree(out, ignore_errors=True)
        words = sum(len(block) for page in pages for block in page.blocks)
        chunk = max(SMALLEST, min(LARGEST, words // CHUNKS))
        command = [_binary(), "--site", str(workspace), "--output-path", str(out)]
        self.out, self.count, self.seconds = out, len(pages), 0.0
        self.process = subprocess.Popen(
            [*command, "--force-language", LANGUAGE, "--silent"],
            env={**os.environ, "PAGEFIND_UNSTABLE_INDEX_CHUNK_SIZE": str(chunk)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait(self) -> Contents:
        """What it made in the folder `out`; FormatChanged when that is not as it was."""
        before = getrusage(RUSAGE_CHILDREN)
        said = self.process.communicate()[1].strip()
        after = getrusage(RUSAGE_CHILDREN)
        self.seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        if self.process.returncode:
            raise CannotRun(
                f"Pagefind 没有建成索引：{said}", f"Pagefind could not make the index: {said}"
            )
        contents = _contents(self.out, self.count)
        for path in self.out.iterdir():
            if path.is_file():
                path.unlink()
            elif path.name not in KEPT:
                shutil.rmtree(path)
        return contents


def fragments(out: Path) -> Iterator[tuple[Path, str]]:
    """Each fragment file with the `TokenPage.name` it was made from, in order of file name."""
    for path in sorted((out / "fragment").iterdir()):
        url = read_fragment(path)["url"]
        yield path, url.strip("/").removesuffix(".html")


def read_fragment(path: Path) -> dict[str, Any]:
    """Raises FormatChanged for anything but Pagefind 1.5.2's gzip, magic and JSON object."""
    try:
        data = gzip.decompress(path.read_bytes())
        if not data.startswith(MAGIC):
            raise ValueError("no magic")
        fragment = json.loads(data[len(MAGIC) :])
        if not {"url", "content", "word_count", "filters", "meta", "anchors"} <= fragment.keys():
            raise ValueError(f"keys {sorted(fragment)}")
    except (OSError, ValueError, AttributeError) as error:
        raise FormatChanged(
            f"{path.name}: not the fragment format of Pagefind {VERSION} ({error})"
        ) from error
    return dict(fragment)


def write_fragment(path: Path, record: Mapping[str, Any]) -> None:
    """Replace what the browser is given for a hit: `record` arrives as `fragment.jq`."""
    fragment = {
        "url": record["url"],
        "content": "",
        "word_count": 0,
        "filters": {},
        "meta": {},
        "anchors": [],
        "jq": record,
    }
    text = json.dumps(fragment, ensure_ascii=False, separators=(",", ":"))
    path.write_bytes(gzip.compress(MAGIC + text.encode(), mtime=0))


def _binary() -> str:
    try:
        return str(pagefind_bin.get_executable())
    except FileNotFoundError as error:
        raise CannotRun(
            "没有找到 Pagefind，请重新安装依赖", "Pagefind is missing: install the requirements"
        ) from error


def _contents(out: Path, count: int) -> Contents:
    """From the list that Pagefind lays down beside its files: version, pages, chunks, fields."""
    try:
        (path,) = out.glob("*.pf_meta")
        data = gzip.decompress(path.read_bytes())
        if not data.startswith(MAGIC):
            raise ValueError("no magic")
        listed: Any = cbor.decode(data[len(MAGIC) :])
        version, pages, chunks, _, _, fields = listed
        if (version, len(pages)) != (VERSION, count):
            raise ValueError(f"version {version} with {len(pages)} pages")
        return Contents(
            [(first, name) for first, _, name in chunks], [name for name, _ in pages], fields
        )
    except (OSError, ValueError, TypeError) as error:
        raise FormatChanged(
            f"expected an index of Pagefind {VERSION} with {count} pages ({error})"
        ) from error
