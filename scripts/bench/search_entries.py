"""The search with made-up branches beside the pages: what it finds then, and what they cost."""

import dataclasses
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.bench.entries import TODAY, write_entries
from scripts.bench.search_report import figures
from scripts.bench.search_text import Query
from scripts.directory import finder
from scripts.directory.importer import load
from scripts.search.serving import Served
from scripts.search.tables import simplify

DATA = Path(__file__).resolve().parents[2] / "docs" / "data"
PLACES = ("深圳", "驻苏州的建筑", "广东")
SOURCES = ("places.csv", "townships.csv", "taxonomies.yml")
Ranks = Mapping[str, Sequence[Sequence[str]]]


def with_entries(
    root: Path,
    count: int,
    sets: Mapping[str, Sequence[Query]],
    served: Served,
    ask: Callable[[], Ranks],
    cold: Callable[[str, str], object],
) -> dict[str, Any]:
    """Lays `count` branches into the tree at `root` and asks all sets again.

    `cold(lang, text)` asks as a fresh browser.
    `pooled`: figures, where a branch that has the words is right too; `branch_bytes`: what a first
    question for a place loads of them.
    """
    texts = _lay(root, count)
    sizes = []
    for place in PLACES:
        before = served.below(f"/{finder.FOLDER}/")
        cold(next(query.lang for part in sets.values() for query in part), place)
        sizes.append(served.below(f"/{finder.FOLDER}/") - before)
    ranks = ask()
    queries = [query for part in sets.values() for query in part]
    got = [urls for part in ranks.values() for urls in part]
    return {"pooled": figures(queries, got, texts), "branch_bytes": max(sizes)}


def _lay(root: Path, count: int) -> dict[str, str]:
    """The finder's data of so many branches; address → folded text of each."""
    with tempfile.TemporaryDirectory() as folder:
        for name in SOURCES:
            shutil.copy(DATA / name, folder)
        rows = Path(folder) / "branches.csv"
        write_entries(rows, count)
        directory, _ = load(rows, rows.with_name("places.csv"), rows.with_name("taxonomies.yml"))
    finder.write(directory, root, TODAY, DATA)
    for path in (root / "search-index").glob("*/tables.json"):
        address = f"/{finder.FOLDER}/{path.parent.name}.json"
        if (root / address.lstrip("/")).is_file():
            path.write_text(json.dumps({**json.loads(path.read_bytes()), "finder": address}))
    fold = simplify()
    return {
        f"{prefix}/find/directory/{branch.id}/": fold(
            "\n".join(_strings(dataclasses.asdict(branch)))
        ).lower()
        for branch in directory.branches
        for prefix in ("", "/en")
    }


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, Sequence):
        for part in value:
            yield from _strings(part)
