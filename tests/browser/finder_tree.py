"""The finder's page and data for any directory, without building a site; and what it must say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.bench.entries import entries
from scripts.directory import finder, pages
from scripts.directory.schema import Branch, Directory
from tests.site.directory_data import DATA, TODAY, imported, lists, write_rows

PAGE = """<!doctype html><html lang="{lang}" class="jq-scripted"><head><meta charset="utf-8">
<title>页</title><link rel="icon" href="data:,">
<script src="/assets/js/finder.js" type="module"></script></head>
<body><main><article class="jq jq-prose"><h1>页</h1>{body}</article></main></body></html>"""
HERE = {"zh": "/find/directory/", "en": "/en/find/directory/"}
#: ia.md §6, written down a second time.
WHO = {
    "worker": lambda b: (
        b.setting in ("private_firm", "foreign_firm", "park", "building", "construction_site")
    ),
    "delivery": lambda b: b.trade == "new_employment",
    "trader": lambda b: b.setting == "market",
    "founder": lambda b: b.kind == "entrepreneurs" or b.anchor == "native_firm",
    "student": lambda b: b.kind == "students" or b.setting == "campus",
    "newcomer": lambda b: b.setting in ("community", "resettled_estate"),
    "servant": lambda b: b.kind in ("office", "fellowship"),
}
HOLDS = {
    "home": lambda b, key: b.township.slug == key,
    "who": lambda b, key: WHO[key](b),
    "trade": lambda b, key: b.trade == key,
    "service": lambda b, key: key in b.services,
    "setup": lambda b, key: b.setup == key,
    "anchor": lambda b, key: b.anchor == key,
    "open": lambda b, key: b.open_to_non_members,
    "checked": lambda b, key: (TODAY - b.verified_on).days <= 180,
}


@cache
def generated(count: int) -> Directory:
    places, townships, taxonomies = lists()
    with TemporaryDirectory() as folder:
        branches, problems = imported(write_rows(Path(folder), entries(DATA, count)))
    assert problems == []
    return Directory(tuple(branches), places, townships, taxonomies)


def write_finder(root: Path, directory: Directory, chunks: bool = False) -> Path:
    """The finder's page in both languages and its data below `root`; gives `root`."""
    finder.write(directory, root, TODAY, DATA, **({"whole": 0, "part": 480} if chunks else {}))
    for lang, path in HERE.items():
        folder = root / path.strip("/")
        folder.mkdir(parents=True)
        body = pages.landing(directory, lang, "/away/register/")
        text = PAGE.replace("{lang}", lang).replace("{body}", body)
        (folder / "index.html").write_text(text, encoding="utf-8")
    return root


@dataclass(frozen=True)
class Choice:
    """`values`: (part, key); several only of services."""

    values: tuple[tuple[str, str], ...] = ()
    place: str = ""
    everything: bool = False

    @property
    def query(self) -> str:
        parts = [f"place={self.place}"] if self.place else []
        parts += [f"{part}={key}" for part, key in self.values]
        parts += ["all=yes"] if self.everything else []
        return "&".join(parts)

    def missed(self, branch: Branch) -> set[str] | None:
        """The parts of the choice that a branch does not fit; None: it is closed or elsewhere."""
        if not self.everything and branch.status not in ("active", "paused"):
            return None
        if self.place not in ("", branch.city.code, branch.province.code):
            return None
        return {part for part, key in self.values if not HOLDS[part](branch, key)}


@dataclass
class Seen:
    """What the page shows after a choice."""

    count: int
    values: Mapping[str, int] = field(default_factory=dict)  # part=key → count


def expected(directory: Directory, choice: Choice, names: list[str]) -> tuple[Seen, set[str]]:
    """What must be seen, and the ids of the branches that fit."""
    asked = [name.split("=") for name in names]
    counts = dict.fromkeys(names, 0)
    fit = set()
    for branch in directory.branches:
        missed = choice.missed(branch)
        if missed is None or len(missed) > 1:
            continue
        if not missed:
            fit.add(branch.id)
        for name, (part, key) in zip(names, asked, strict=True):
            if missed <= {part} - {"service"}:
                counts[name] += HOLDS[part](branch, key)
    return Seen(len(fit), counts), fit
