"""Whether an index can be published: every file that a query may ask for is there and readable."""

import json
from collections.abc import Iterator
from pathlib import Path

from scripts.problems import Problem
from scripts.search.indexer import FORMAT
from scripts.search.pagefind import LANGUAGE, FormatChanged, read_fragment

NEEDED = ("pagefind.js", f"wasm.{LANGUAGE}.pagefind", "branches.json", "sounds.json")


def check(public: Path, langs: tuple[str, ...] = ("zh", "en")) -> list[Problem]:
    """Problems of the index below `public`; each language must have one that holds pages."""
    return [problem for lang in langs for problem in _language(public, f"search-index/{lang}")]


def _language(public: Path, name: str) -> Iterator[Problem]:
    folder = public / name
    try:
        tables = json.loads((folder / "tables.json").read_bytes())
        entry = json.loads((folder / "pagefind-entry.json").read_bytes())
        pages, counted = tables["pages"], entry["languages"][LANGUAGE]["page_count"]
        number, digest = tables["format"], entry["languages"][LANGUAGE]["hash"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        yield Problem(name, 0, "search-index", f"cannot be read: {error!r}")
        return
    if number != FORMAT:
        yield Problem(name, 0, "search-index", f"format {number}, search.js reads {FORMAT}")
    if not pages or counted != len(pages):
        yield Problem(name, 0, "search-index", f"{counted} pages indexed, {len(pages)} known")
    for needed in (*NEEDED, f"pagefind.{digest}.pf_meta"):
        if not _filled(folder / needed):
            yield Problem(f"{name}/{needed}", 0, "search-index", "missing or empty")
    if not any(_filled(path) for path in folder.glob("index/*.pf_index")):
        yield Problem(f"{name}/index", 0, "search-index", "no words")
    for page in pages:
        path = folder / "fragment" / f"{page}.pf_fragment"
        try:
            url = read_fragment(path)["url"].split("#")[0]
        except FormatChanged as error:
            yield Problem(f"{name}/fragment", 0, "search-index", str(error))
            continue
        if not (public / f"{url.lstrip('/')}{'index.html' if url.endswith('/') else ''}").is_file():
            yield Problem(f"{name}/fragment", 0, "search-index", f"{url} is no page")


def _filled(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0
