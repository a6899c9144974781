"""From a built HTML tree to one search index per language: collect, cut, index, make readable."""

import hashlib
import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scripts.search import pagefind, tables
from scripts.search.corpus import Article, collect
from scripts.search.glossary import names as glossary_names
from scripts.search.tokens import HAN, key, tokens

FORMAT = 1  # of tables.json and of the records in fragments; search.js refuses another
BRANCH_PAGE = re.compile(r"/(?:en/)?find/directory/.+")
Names = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Report:
    """What one language's index came to: things that can be found, and the bundle on disk."""

    pages: int
    seconds: float
    files: int
    bytes: int


def is_branch_page(url: str) -> bool:
    """Branches are found in the finder's own data, not in Pagefind."""
    return BRANCH_PAGE.fullmatch(url) is not None


def index_tree(
    root: Path,
    out: Path,
    *,
    glossary: Path | None = None,
    skip: Callable[[str], bool] = is_branch_page,
) -> dict[str, Report]:
    """Write `out/<zh|en|…>/` for each language found under `root`; old ones are replaced.

    `glossary`: a file as glossary.py reads it. Characters of the tree's `data/*.json` (branches)
    are folded in the browser too. Pages in a language tag such as `zh-Hans` go to
    its first part.
    """
    by_language: dict[str, list[Article]] = defaultdict(list)
    for article in collect(root, lambda url: skip(url) or (root / url[1:]).is_relative_to(out)):
        by_language[article.lang.split("-")[0].lower()].append(article)
    names = glossary_names(glossary) if glossary else {}
    data = [json.loads(path.read_bytes()) for path in sorted((root / "data").glob("*.json"))]
    beside = frozenset(json.dumps(data, ensure_ascii=False))
    out.mkdir(parents=True, exist_ok=True)
    return {
        lang: index_articles(articles, out / lang, names.get(lang, ()), beside)
        for lang, articles in sorted(by_language.items())
    }


def index_articles(
    articles: Sequence[Article],
    out: Path,
    names: Names = (),
    beside: Collection[str] = frozenset(),
) -> Report:
    """One language's index in `out`.

    `names`: the names of each thing, most usual first; `beside`: characters that the browser
    meets elsewhere and has to fold as well.
    """
    began = time.monotonic()
    fold = tables.simplify()
    by_name = {_name(number, article): article for number, article in enumerate(articles)}
    with TemporaryDirectory() as workspace:
        pages = [token_page(name, article) for name, article in by_name.items()]
        pagefind.run(pages, Path(workspace), out)
    rows = {}
    for path, name in pagefind.fragments(out):
        article = by_name[name]
        pagefind.write_fragment(path, record(article))
        rows[path.stem] = [sum(map(len, article.blocks)), article.kind, article.label]
    text = "\n".join(_all_text(articles))
    written = json.dumps(
        {
            "format": FORMAT,
            **_packed_fold(tables.fold_table_for({*text, *beside})),
            "taiwan": tables.taiwan_for(text) if re.search(f"[{HAN}]", text) else {},
            "names": tables.aliases_for([[fold(n) for n in group] for group in names], text),
            "pages": rows,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
    (out / "tables.json").write_text(written, encoding="utf-8")
    files = [path for path in out.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    return Report(len(articles), time.monotonic() - began, len(files), size)


def token_page(name: str, article: Article) -> pagefind.TokenPage:
    """Fields: title, h(eadings), w(ords of the reader), d(escription), k(eys: exact strings)."""

    fold = tables.simplify()

    def cut(text: str) -> list[str]:
        return tokens(fold(text))

    def several(texts: Iterable[str]) -> list[str]:
        words: list[str] = []
        for text in texts:
            words += [*cut(text), "."]
        return words

    headings = [section.heading for section in article.sections]
    keys = [("ht", article.title)]
    keys += [("hz", heading) for heading in headings]
    keys += [("hk", keyword) for keyword in article.keywords]
    made = [prefix + key(fold(text)) for prefix, text in keys]
    return pagefind.TokenPage(
        name=name,
        blocks=[cut(block) for block in article.blocks],
        fields={
            "title": cut(article.title),
            "h": several(headings),
            "w": several(article.keywords),
            "d": cut(article.description),
            "k": list(dict.fromkeys(word for word in made if len(word) > 2)),
        },
    )


def record(article: Article) -> dict[str, Any]:
    """What the browser gets for a hit. `sections`: [block number, id, heading]."""
    return {
        "url": article.url,
        "title": article.title,
        "description": article.description,
        "kind": article.kind,
        "label": article.label,
        "part": article.part,
        "blocks": article.blocks,
        "sections": [[s.block, s.id, s.heading] for s in article.sections],
    }


def _name(number: int, article: Article) -> str:
    """Holds a digest of the record, so that changed text always comes under a new file name."""
    text = json.dumps(record(article), ensure_ascii=False)
    return f"{number:06d}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def _all_text(articles: Sequence[Article]) -> Iterable[str]:
    fold = tables.simplify()
    for article in articles:
        yield fold("\n".join([*article.blocks, article.description, *article.keywords]))


def _packed_fold(table: Mapping[str, str]) -> dict[str, str]:
    """Two strings of equal length compress better than an object."""
    pairs = sorted(table.items(), key=lambda pair: (pair[1], pair[0]))
    return {"from": "".join(s for s, _ in pairs), "to": "".join(t for _, t in pairs)}
