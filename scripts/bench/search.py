"""How often a search finds what stands on the pages: ours, stock Pagefind, Material's lunr.

The queries are made from the pages of a tree (search_sets.py says how); all three are asked the
same ones in the same Chromium. `lunr` cuts Chinese with jieba only where that is installed.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from scripts.bench import search_peers as peers
from scripts.bench.search_entries import with_entries
from scripts.bench.search_report import ENGINES, figures, shortfalls, table
from scripts.bench.search_sets import SEED, make_sets
from scripts.bench.search_text import Query, absent
from scripts.outcome import CannotRun
from scripts.progress import step
from scripts.search.corpus import Article, collect
from scripts.search.evaluate import browser_for, percentile
from scripts.search.indexer import is_left_out
from scripts.search.serving import BLANK, Served, serve

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[2]
SIZE, QUICK = 100, 2  # queries a set
TURNS = 3  # in which an index is made by ours and by stock Pagefind
ENTRIES, FEW = 1000, 40
__all__ = ("figures", "measure", "shortfalls", "table")
_ASK = "async ({text, limit}) => { window.forget(); return await window.ask(text, limit); }"
_TIME = """async ({text, limit}) => {
  window.forget();
  const began = performance.now();
  await window.ask(text, limit);
  return performance.now() - began;
}"""


def measure(quick: bool = False, tree: Path | None = None) -> dict[str, Any]:
    """`sets` → set → engine → figures; `bytes`, `latency_ms`, `index_seconds` → engine.

    Besides, `entries` → number of branches → what our search makes of them; `absent` → `exact`, the
    share of words that stand nowhere and yet are said to.
    """
    source = (tree or ROOT / "var" / "current" / "public").resolve()
    articles = list(collect(source, is_left_out)) if source.is_dir() else []
    if not articles:
        raise CannotRun(
            f"{source} 里没有可搜的页面，请先生成网站（build）",
            f"{source} has no pages to search: build the site first",
        )
    sets = make_sets(articles, QUICK if quick else SIZE)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "web"
        with step("建三种索引 / three indexes"):
            seconds, processor = _prepare(source, articles, root, Path(folder), quick)
        found: dict[str, Any] = {name: {} for name in (*sets, "pooled")}
        sizes, times = {}, {}
        with (
            serve(root, ROOT / "docs" / "assets" / "js", peers=True) as served,
            browser_for() as b,
        ):
            for engine in ENGINES:
                with step(engine):
                    ranks = _ask_all(b, served, engine, sets)
                    times[engine] = _latency(b, served, engine, sets)
                    sizes[engine] = _bytes(b, served, engine, sets)
                for name in sets:
                    found[name][engine] = figures(sets[name], ranks[name])
                found["pooled"][engine] = _pooled(sets, ranks)
            made_up = _absent(b, served, articles, QUICK if quick else SIZE * 3)
            counts = (FEW if quick else ENTRIES,)
            branches = {
                str(count): with_entries(
                    root,
                    count,
                    sets,
                    served,
                    lambda: _ask_all(b, served, "ours", sets),
                    lambda lang, text: _cold(b, served, "ours", lang, [text]),
                )
                for count in counts
            }
    return {
        "sets": found,
        "bytes": sizes,
        "latency_ms": times,
        "index_seconds": seconds,
        "pagefind_processor_seconds": processor,
        "pages": {
            lang: len({a.url.split("#")[0] for a in articles if a.lang[:2] == lang})
            for lang in sorted({article.lang[:2] for article in articles})
        },
        "absent": made_up,
        "entries": branches,
        "jieba": find_spec("jieba") is not None,
    }


def _prepare(
    source: Path, articles: Sequence[Article], root: Path, work: Path, quick: bool
) -> tuple[dict[str, float], dict[str, float]]:
    """An index of each engine, beside one another in `root`: seconds, and Pagefind's processor."""
    peers.copy_articles(source, articles, root)
    turns = [
        (*peers.pagefind(root, work / "pagefind"), *peers.ours(source, root / "search-index"))
        for _ in range(1 if quick else TURNS)
    ]
    stock, stock_cpu, ours, its_pagefind = (median(column) for column in zip(*turns, strict=True))
    seconds = {"ours": ours, "pagefind": stock, "lunr": 0.0}
    processor = {"ours": its_pagefind, "pagefind": stock_cpu}
    for lang in sorted({article.lang[:2] for article in articles}):
        urls = [a.url.split("#")[0] for a in articles if a.lang[:2] == lang]
        # a folder for each language, as a language has a search of its own on a site
        seconds["lunr"] += peers.lunr(
            root, list(dict.fromkeys(urls)), lang, work / f"lunr-{lang}", work / "out" / lang
        )
    if (data := source / "data").is_dir():
        shutil.copytree(data, root / "data", ignore=shutil.ignore_patterns("*.gz", "*.br"))
    shutil.move(work / "pagefind", root / "pagefind")
    shutil.move(work / "out", root / "lunr")
    return (
        {engine: round(seconds[engine], 2) for engine in ENGINES},
        {engine: round(value, 2) for engine, value in processor.items()},
    )


def _pooled(
    sets: Mapping[str, Sequence[Query]], ranks: Mapping[str, Sequence[Sequence[str]]]
) -> dict[str, float]:
    queries = [query for queries in sets.values() for query in queries]
    return figures(queries, [got for gots in ranks.values() for got in gots])


def _absent(
    browser: Browser, served: Served, articles: Sequence[Article], size: int
) -> dict[str, float]:
    asked, wrong = 0, 0
    for lang in sorted({article.lang[:2] for article in articles}):
        page = _page(browser, served, "ours", lang)
        for text in absent(articles, lang, size, SEED):
            asked += 1
            wrong += page.evaluate("async text => await window.exact(text)", text) > 0
        page.close()
    return {"n": asked, "exact": round(wrong / asked, 4) if asked else 0.0}


def _page(browser: Browser, served: Served, engine: str, lang: str) -> Any:
    page = browser.new_page()
    page.goto(f"{served.address}{BLANK}{lang}/")
    folder = f"lunr/{lang[:2]}" if engine == "lunr" else engine
    script = peers.OPEN[engine].replace("WORKER", peers.worker_name())
    page.evaluate(script, {"lang": lang, "folder": folder})
    return page


def _ask_all(
    browser: Browser, served: Served, engine: str, sets: Mapping[str, Sequence[Query]]
) -> dict[str, list[list[str]]]:
    pages: dict[str, Any] = {}
    answers: dict[str, list[list[str]]] = {}
    for name, queries in sets.items():
        answers[name] = []
        for query in queries:
            if query.lang not in pages:
                pages[query.lang] = _page(browser, served, engine, query.lang)
            got = pages[query.lang].evaluate(_ASK, {"text": query.text, "limit": peers.LIMIT})
            answers[name].append(list(dict.fromkeys(map(_address, got))))
    for page in pages.values():
        page.close()
    return answers


def _address(url: str) -> str:
    """The page of a hit, as the corpus writes it."""
    return url.split("#")[0].split("?")[0].removesuffix("index.html")


def _sample(sets: Mapping[str, Sequence[Query]], lang: str) -> list[Query]:
    return [query for queries in sets.values() for query in queries[:6] if query.lang == lang]


def _latency(
    browser: Browser, served: Served, engine: str, sets: Mapping[str, Sequence[Query]]
) -> dict[str, float]:
    """Ten results, the index's files at hand, nothing of the answer remembered."""
    times = []
    for lang in {query.lang for queries in sets.values() for query in queries}:
        page = _page(browser, served, engine, lang)
        for query in _sample(sets, lang):
            asked = {"text": query.text, "limit": 10}
            page.evaluate(_ASK, asked)
            times.append(page.evaluate(_TIME, asked))
        page.close()
    times.sort()
    return {"p50": percentile(times, 0.5), "p95": percentile(times, 0.95)}


def _bytes(
    browser: Browser, served: Served, engine: str, sets: Mapping[str, Sequence[Query]]
) -> dict[str, int]:
    """Median of fresh profiles in the tree's first language: first question, then the next."""
    lang = next(query.lang for queries in sets.values() for query in queries)
    words = [query for name in sets for query in sets[name][:1] if query.lang == lang][:3]
    if max(map(len, sets.values())) <= QUICK:
        words = words[:2]
    pairs = [
        _cold(browser, served, engine, lang, [words[i].text, words[(i + 1) % len(words)].text])
        for i in range(len(words))
    ]
    firsts, nexts = zip(*pairs, strict=True)
    return {"first": sorted(firsts)[len(firsts) // 2], "next": sorted(nexts)[len(nexts) // 2]}


def _cold(
    browser: Browser, served: Served, engine: str, lang: str, texts: Sequence[str]
) -> list[int]:
    """Bytes of each question of a fresh profile, five results of each."""
    context = browser.new_context()
    sizes, before = [], served.bytes
    page = _page(context, served, engine, lang)  # type: ignore[arg-type]
    for text in texts:
        page.evaluate(_ASK, {"text": text, "limit": 5})
        sizes.append(served.bytes - before)
        before = served.bytes
    context.close()
    return sizes
