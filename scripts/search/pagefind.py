"""Pagefind as this project uses it: one call per language over token pages, own fragments.

Pagefind sees words that we cut (tokens.py) and nothing else; what a reader is shown is written
into its fragments afterwards. That relies on their format, which is pinned to VERSION.
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
from typing import Any

import minify
import pagefind_bin  # type: ignore[import-untyped]

from scripts.outcome import CannotRun

VERSION = "1.5.2"
MAGIC = b"pagefind_dcd"
# Switches Pagefind's Chinese segmentation off and its English stemming on.
LANGUAGE = "en"
# One query loads a chunk for each of its words, and a table of all chunks: many small chunks cost
# as much as few large ones. About so many are best, within these sizes.
CHUNKS, SMALLEST, LARGEST = 400, 300, 4000
# What the browser never asks for: stock interfaces, the worker, wasm of other languages.
UNUSED = (
    "pagefind-ui.*",
    "pagefind-modular-ui.*",
    "pagefind-component-ui.*",
    "pagefind-highlight.js",
    "pagefind-worker.js",
    "wasm.unknown.pagefind",
)


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


def run(pages: Sequence[TokenPage], workspace: Path, out: Path) -> None:
    """Index `pages` into the new folder `out`; `workspace` is an empty folder to work in."""
    for page in pages:
        folder = workspace / page.name
        folder.mkdir()
        (folder / "index.html").write_text(page.html(), encoding="utf-8")
    shutil.rmtree(out, ignore_errors=True)
    words = sum(len(block) for page in pages for block in page.blocks)
    chunk = max(SMALLEST, min(LARGEST, words // CHUNKS))
    command = [_binary(), "--site", str(workspace), "--output-path", str(out)]
    done = subprocess.run(
        [*command, "--force-language", LANGUAGE, "--silent"],
        env={**os.environ, "PAGEFIND_UNSTABLE_INDEX_CHUNK_SIZE": str(chunk)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotRun(
            f"Pagefind 没有建成索引：{done.stderr.strip()}",
            f"Pagefind could not make the index: {done.stderr.strip()}",
        )
    _check_entry(out, len(pages))
    script = out / "pagefind.js"
    smaller = minify.string("application/javascript", script.read_text(encoding="utf-8"))
    script.write_text(smaller, encoding="utf-8")
    for pattern in UNUSED:
        for path in out.glob(pattern):
            path.unlink()


def fragments(out: Path) -> Iterator[tuple[Path, str]]:
    """Each fragment file with the `TokenPage.name` it was made from, in order of file name."""
    for path in sorted((out / "fragment").iterdir()):
        url = read_fragment(path)["url"]
        yield path, url.strip("/")


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


def _check_entry(out: Path, pages: int) -> None:
    """The bundle says its version, one language and as many pages as it was given."""
    entry = json.loads((out / "pagefind-entry.json").read_text(encoding="utf-8"))
    found = entry.get("version"), {k: v["page_count"] for k, v in entry["languages"].items()}
    if found != (VERSION, {LANGUAGE: pages}):
        raise FormatChanged(f"expected Pagefind {VERSION} with {pages} pages, found {found}")
    script = (out / "pagefind.js").read_text(encoding="utf-8")
    if not all(name in script for name in ("createInstance", "noWorker", "matchedMetaFields")):
        raise FormatChanged(f"pagefind.js is not that of Pagefind {VERSION}")
