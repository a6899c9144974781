"""From a built HTML tree to one search index per language: collect, cut, index, make readable."""

import hashlib
import json
import re
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from forms_api.languages import TRADITIONAL, prefix, source
from scripts.beside import beside
from scripts.search import pagefind, places, records, tables
from scripts.search.corpus import Article, collect
from scripts.search.glossary import names as glossary_names
from scripts.search.sounds import COMMON, sounds
from scripts.search.tokens import HAN, key, tokens

FORMAT = 4  # of tables.json and of the records in fragments; search.js refuses another
# A letter of no page (Yi) that begins a whole name as one word: no prefix of a query meets it.
NAME = "ꀀ"
BRANCH_PAGE = re.compile(r"/(?:en/)?find/directory/.+")
Names = Sequence[Sequence[str]]
Convert = Callable[[Sequence[str]], list[str]]
FINDER = "data/finder"
NO_BRANCHES: Mapping[str, Any] = {"branches": []}


@dataclass(frozen=True)
class Report:
    """What one language's index came to: things that can be found, and the bundle on disk.

    `seconds` overlap: languages are indexed side by side. `pagefind` is how many seconds of
    processors Pagefind took.
    """

    pages: int
    seconds: float
    pagefind: float
    files: int
    bytes: int


def is_left_out(url: str) -> bool:
    """Branches are found in the finder's own data, pages of the Traditional edition by those that
    they were made from."""
    return BRANCH_PAGE.fullmatch(url) is not None or url.startswith(f"/{prefix(TRADITIONAL)}")


def index_tree(
    root: Path,
    out: Path,
    *,
    glossary: Path | None = None,
    skip: Callable[[str], bool] = is_left_out,
    traditional: Convert | None = None,
) -> dict[str, Report]:
    """Write `out/<zh|en|…>/` for each language found under `root`; old ones are replaced.

    `traditional` turns Simplified texts into Traditional ones of the same length: with it
    `out/zh-hant/` has what the Traditional edition shows of a hit, in files of the same names.

    `glossary`: a file as glossary.py reads it. Branches are searched in the tree's `data/finder/`,
    if there is one, and how they sound is learnt from its `data/branches.json`. Pages in a language
    tag such as `zh-Hans` go to its first part.
    """
    by_language: dict[str, list[Article]] = defaultdict(list)
    for article in collect(root, lambda url: skip(url) or (root / url[1:]).is_relative_to(out)):
        by_language[article.lang.split("-")[0].lower()].append(article)
    names = glossary_names(glossary) if glossary else {}
    directory = root / "data" / "branches.json"
    data = json.loads(directory.read_bytes()) if directory.is_file() else NO_BRANCHES
    out.mkdir(parents=True, exist_ok=True)

    def index(lang: str) -> Report:
        finder = f"{FINDER}/{lang}.json"
        address = f"/{finder}" if (root / finder).is_file() else ""
        with TemporaryDirectory() as workspace:
            convert = traditional if lang == source(TRADITIONAL) else None
            begun = _Index(by_language[lang], out / lang, Path(workspace), convert)
            begun.write_tables(names.get(lang, ()), places.titles(data, lang), address)
            return begun.finish()

    return _each(sorted(by_language), index)


def _each(languages: Sequence[str], index: Callable[[str], Report]) -> dict[str, Report]:
    """The last in this process, each other in one of its own."""
    if not languages:
        return {}
    first, *others = languages
    if not others:
        return {first: index(first)}
    with beside(lambda: index(first), f"the index of {first}") as begun:
        rest = _each(others, index)
    return {first: begun.result(), **rest}


class _Index:
    """One language's index in the making."""

    def __init__(
        self,
        articles: Sequence[Article],
        out: Path,
        workspace: Path,
        convert: Convert | None = None,
    ) -> None:
        self.articles, self.out = articles, out
        self.began = time.monotonic()
        twins = records.traditional(articles, convert) if convert else list(articles)
        #: Name of the record → an article, and how the Traditional edition shows it.
        self.by_name = {
            _name(number, *pair): pair
            for number, pair in enumerate(zip(articles, twins, strict=True))
        }
        self.converted = bool(convert)
        pages = [token_page(name, article) for name, (article, _) in self.by_name.items()]
        self.run = pagefind.Run(pages, workspace, out)
        self.tables: dict[str, Any] = {}
        self.apart: dict[str, Mapping[str, Any]] = {}

    def write_tables(self, names: Names, branches: Sequence[str], finder: str) -> None:
        """`names`: the names of each thing, most usual first; `branches`: names of branches;
        `finder`: the address of the finder's data, or ""."""
        fold = tables.simplify()
        text = "\n".join(_all_text(self.articles))
        titles = [fold(title) for title in branches]
        nearby = "".join(titles)
        taiwan = tables.taiwan_for(text) if re.search(f"[{HAN}]", text) else {}
        same = tables.aliases_for([[fold(n) for n in group] for group in names], text)
        other = "".join([*taiwan, *(name for _, absent in same for name in absent)])
        self.tables = {
            "format": FORMAT,
            "finder": finder,
            "traditional": self.converted,
            **_packed_fold(tables.fold_table_for({*text, *nearby, *other})),
            "taiwan": taiwan,
            "names": same,
        }
        heard = [fold(name) for article in self.articles for name in _names_in(article)]
        # where nothing is called by a Han name, nothing is mistaken for one that sounds alike
        slips = COMMON if re.search(f"[{HAN}]", "".join([*heard, *titles])) else ""
        self.apart = {"sounds": sounds([*heard, *titles], {*text, *nearby}, slips)}

    def finish(self) -> Report:
        contents = self.run.wait()
        rows = {}
        beside = self.out.with_name(TRADITIONAL) / "fragment"
        if self.converted:
            shutil.rmtree(beside.parent, ignore_errors=True)
            beside.mkdir(parents=True)
        for path, name in pagefind.fragments(self.out):
            article, twin = self.by_name[name]
            pagefind.write_fragment(path, records.record(article))
            if self.converted:
                plain = records.unlike(article, twin)
                pagefind.write_fragment(
                    beside / path.name, {**records.record(twin), "plain": plain}
                )
            length = sum(map(len, article.blocks))
            rows[path.stem] = [length, article.kind, article.label, article.part]
        _write(
            self.out / "tables.json",
            {
                **self.tables,
                "chunks": contents.chunks,
                "fields": contents.fields,
                "pages": [[name, *rows[name]] for name in contents.pages],
            },
        )
        for name, table in self.apart.items():
            _write(self.out / f"{name}.json", table)
        files = [path for path in self.out.rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
        took = time.monotonic() - self.began
        return Report(len(self.articles), took, self.run.seconds, len(files), size)


def token_page(name: str, article: Article) -> pagefind.TokenPage:
    """Fields: title, h(eadings), w(ords of the reader), d(escription); whole names: kt of the page,
    kh of headings, kk keywords; c(haracters: each Han one by itself, since pairs that begin with it
    lie in many files)."""

    fold = tables.simplify()

    def cut(text: str) -> list[str]:
        return tokens(fold(text))

    def several(texts: Iterable[str]) -> list[str]:
        words: list[str] = []
        for text in texts:
            words += [*cut(text), "."]
        return words

    def names(texts: Iterable[str]) -> list[str]:
        return list(dict.fromkeys(NAME + name for text in texts if (name := key(fold(text)))))

    headings = [section.heading for section in article.sections]
    return pagefind.TokenPage(
        name=name,
        blocks=[cut(block) for block in article.blocks],
        fields={
            "title": cut(article.title),
            "h": several(headings),
            "w": several(article.keywords),
            "d": cut(article.description),
            "c": sorted(set(re.findall(f"[{HAN}]", fold("".join(article.blocks))))),
            "kt": names([article.title]),
            "kh": names(headings),
            "kk": names(article.keywords),
        },
    )


def _names_in(article: Article) -> Iterable[str]:
    yield article.title
    yield from article.keywords
    for section in article.sections:
        yield section.heading


def _write(path: Path, value: Mapping[str, Any]) -> None:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text, encoding="utf-8")


def _name(number: int, *articles: Article) -> str:
    """Holds a digest of the records, so that changed text always comes under a new file name."""
    text = json.dumps([records.record(article) for article in articles], ensure_ascii=False)
    return f"{number:06d}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def _all_text(articles: Sequence[Article]) -> Iterable[str]:
    fold = tables.simplify()
    for article in articles:
        yield fold("\n".join([*article.blocks, article.description, *article.keywords]))


def _packed_fold(table: Mapping[str, str]) -> dict[str, str]:
    """Two strings of equal length compress better than an object."""
    pairs = sorted(table.items(), key=lambda pair: (pair[1], pair[0]))
    return {"from": "".join(s for s, _ in pairs), "to": "".join(t for _, t in pairs)}
