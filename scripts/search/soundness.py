"""Whether an index can be published: every file that a query may ask for is there and readable."""

import json
from collections.abc import Iterator
from pathlib import Path

from forms_api.languages import TRADITIONAL
from scripts.problems import Problem
from scripts.search.indexer import FORMAT
from scripts.search.pagefind import FormatChanged, read_fragment

NEEDED = ("sounds.json",)


def check(
    public: Path, langs: tuple[str, ...] = ("zh", "en"), traditional: bool = False
) -> list[Problem]:
    """Problems of the index below `public`; each language must have one that holds pages, and a
    Traditional edition, promised or there, what it shows of them."""
    found = [problem for lang in langs for problem in _language(public, f"search-index/{lang}")]
    if traditional and not (public / TRADITIONAL / "index.html").is_file():
        found.append(Problem(f"{TRADITIONAL}/index.html", 0, "search-index", "is missing"))
    if not found and (public / TRADITIONAL).is_dir():
        found += _traditional(public, "search-index/zh", f"search-index/{TRADITIONAL}")
    return found


def _traditional(public: Path, index: str, name: str) -> Iterator[Problem]:
    yield from _fragments(public, index, name)
    tables = json.loads((public / index / "tables.json").read_bytes())
    if not tables.get("traditional"):
        yield Problem(index, 0, "search-index", f"does not know of {name}")
    finder = tables["finder"].replace("zh.json", f"{TRADITIONAL}.json")
    if finder and not _filled(public / finder.lstrip("/")):
        yield Problem(name, 0, "search-index", f"{finder} is missing or empty")


def _language(public: Path, name: str) -> Iterator[Problem]:
    folder = public / name
    try:
        tables = json.loads((folder / "tables.json").read_bytes())
        number = tables["format"]
        pages = [page for page, *_ in tables["pages"]]
        chunks = [chunk for _, chunk in tables["chunks"]]
        finder = tables["finder"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        yield Problem(name, 0, "search-index", f"cannot be read: {error!r}")
        return
    if number != FORMAT:
        yield Problem(name, 0, "search-index", f"format {number}, search.js reads {FORMAT}")
    if not (pages and chunks):
        yield Problem(name, 0, "search-index", f"{len(pages)} pages, {len(chunks)} files of words")
    for needed in (*NEEDED, *(f"index/{chunk}.pf_index" for chunk in chunks)):
        if not _filled(folder / needed):
            yield Problem(f"{name}/{needed}", 0, "search-index", "missing or empty")
    if finder and not _filled(public / finder.lstrip("/")):
        yield Problem(name, 0, "search-index", f"{finder} is missing or empty")
    yield from _fragments(public, name, name)


def _fragments(public: Path, index: str, name: str) -> Iterator[Problem]:
    """What hits of `index` show lies below `name`, and leads to pages."""
    tables = json.loads((public / index / "tables.json").read_bytes())
    for page, *_ in tables["pages"]:
        path = public / name / "fragment" / f"{page}.pf_fragment"
        try:
            url = read_fragment(path)["url"].split("#")[0]
        except FormatChanged as error:
            yield Problem(f"{name}/fragment", 0, "search-index", str(error))
            continue
        if not (public / f"{url.lstrip('/')}{'index.html' if url.endswith('/') else ''}").is_file():
            yield Problem(f"{name}/fragment", 0, "search-index", f"{url} is no page")


def _filled(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0
