"""Ask a file of questions of the built site's own search module, in a real browser."""

import csv
import math
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from scripts.outcome import CannotRun
from scripts.search.serving import BLANK, Served, serve
from scripts.tools import CHROMIUM

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LIMIT = 10
_EDITION = re.compile(r"\A/(?:en|zh-hant)/")
COLD_STARTS = 2  # fresh browser profiles per language, for the bytes of a first question
RESULTS_READ = 5
OPEN = """async ({lang}) => {
  const {openSearch} = await import("/assets/js/search.js");
  window.found = await openSearch({lang});
}"""
AGAIN = """async ({text, limit}) => {
  window.found.forget();
  const began = performance.now();
  await window.found.query(text, {limit});
  return performance.now() - began;
}"""
ASK = """async ({text, limit}) => {
  const hits = await window.found.query(text, {limit});
  return hits.map(hit => hit.url);
}"""


@dataclass(frozen=True)
class Question:
    """`slugs` and `branches`: any one of them is a right answer."""

    id: str
    lang: str
    text: str
    slugs: tuple[str, ...]
    branches: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """`rank` counts from 1; 0 when no right page is among the first LIMIT.

    `ms` is taken with the index's files at hand and nothing of the answer remembered.
    """

    question: Question
    rank: int
    got: tuple[str, ...]
    ms: float


def read_questions(path: Path) -> list[Question]:
    """A tab-separated file with id, lang, query, best_slugs and, optionally, branch_ids."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        return [
            Question(
                row["id"], row["lang"], row["query"], _list(row["best_slugs"]),
                _list(row.get("branch_ids") or ""),
            )
            for row in rows
        ]  # fmt: skip
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRun(f"读不了 {path}", f"{path} cannot be read: {error}") from error
    except KeyError as error:
        raise CannotRun(
            f"{path} 缺少 {error} 一列", f"{path} has no column {error}: see questions_dev.tsv"
        ) from error


def evaluate(root: Path, questions: Sequence[Question], scripts: Path) -> dict[str, Any]:
    """The figures of COMMANDS.md for the tree at `root`; `unbuilt`: ids left out of them."""
    built = [question for question in questions if _is_built(root, question)]
    with serve(root, scripts) as served, browser_for() as browser:
        answers = [
            answer
            for lang in dict.fromkeys(question.lang for question in built)
            for answer in _ask_all(browser, served, [q for q in built if q.lang == lang])
        ]
        sizes = [
            size
            for lang in dict.fromkeys(question.lang for question in built)
            for size in _cold_sizes(browser, served, [q for q in built if q.lang == lang])
        ]
    by_language = {
        lang: figures([a for a in answers if a.question.lang == lang])
        for lang in dict.fromkeys(question.lang for question in questions)
    }
    times = sorted(answer.ms for answer in answers)
    return {
        "all": figures(answers),
        **by_language,
        "latency_ms": {"p50": percentile(times, 0.5), "p95": percentile(times, 0.95)},
        "bytes": {
            "first": round(median(first for first, _ in sizes)) if sizes else 0,
            "next": round(median(after for _, after in sizes)) if sizes else 0,
        },
        "missed": [
            {"id": a.question.id, "query": a.question.text, "got": list(a.got[:3])}
            for a in answers
            if not 1 <= a.rank <= 3
        ],
        "unbuilt": [question.id for question in questions if question not in built],
    }


def figures(answers: Sequence[Answer]) -> dict[str, float]:
    """n, and shares from 0 to 1: zero (no result at all), s1, s3, s10, mrr."""
    n = len(answers)

    def share(count: float) -> float:
        return round(count / n, 4) if n else 0.0

    return {
        "n": n,
        "zero": share(sum(not answer.got for answer in answers)),
        **{f"s{k}": share(sum(1 <= answer.rank <= k for answer in answers)) for k in (1, 3, LIMIT)},
        "mrr": share(sum(1 / answer.rank for answer in answers if answer.rank)),
    }


def page_of(url: str) -> tuple[str, str]:
    """(slug, branch id or "") of an address: `/en/away/register/#steps` is away/register."""
    path = _EDITION.sub("/", url.split("#")[0].split("?")[0]).strip("/")
    parts = path.split("/")
    branch = parts[2] if parts[:2] == ["find", "directory"] and len(parts) == 3 else ""
    return path.removesuffix("/index") or "index", branch


def rank_of(question: Question, urls: Sequence[str]) -> int:
    slugs = {slug.removesuffix("/index") for slug in question.slugs}
    for number, url in enumerate(urls, 1):
        slug, branch = page_of(url)
        if slug in slugs or (branch and branch in question.branches):
            return number
    return 0


def _is_built(root: Path, question: Question) -> bool:
    prefix = root / "en" if question.lang == "en" else root
    places = [slug.removesuffix("/index") for slug in question.slugs]
    places += [f"find/directory/{branch}" for branch in question.branches]
    return any((prefix / place / "index.html").is_file() for place in places)


def _open(page: "Page", served: Served, lang: str) -> None:
    from playwright.sync_api import Error

    page.goto(f"{served.address}{BLANK}{lang}/")
    try:
        page.evaluate(OPEN, {"lang": lang})
    except Error as error:
        raise CannotRun(
            f"{lang} 的搜索打不开，请先生成网站（build）",
            f"the search for {lang} does not open, build the site first: {error.message}",
        ) from error


def _ask_all(browser: "Browser", served: Served, questions: Sequence[Question]) -> list[Answer]:
    page = browser.new_page()
    _open(page, served, questions[0].lang)
    answers = []
    for question in questions:
        asked = {"text": question.text, "limit": LIMIT}
        urls: tuple[str, ...] = tuple(page.evaluate(ASK, asked))
        answers.append(Answer(question, rank_of(question, urls), urls, page.evaluate(AGAIN, asked)))
    page.close()
    return answers


def _cold_sizes(
    browser: "Browser", served: Served, questions: Sequence[Question]
) -> list[tuple[int, int]]:
    """(bytes up to the first answer, bytes of the next) with five results, in fresh profiles."""
    sizes = []
    step = max(1, len(questions) // COLD_STARTS)
    for number in range(0, len(questions), step)[:COLD_STARTS]:
        context = browser.new_context()
        page = context.new_page()
        before = served.bytes
        _open(page, served, questions[0].lang)
        counts = []
        for question in (questions[number], questions[(number + 1) % len(questions)]):
            page.evaluate(ASK, {"text": question.text, "limit": RESULTS_READ})
            counts.append(served.bytes - before)
            before = served.bytes
        sizes.append((counts[0], counts[1]))
        context.close()
    return sizes


@contextmanager
def browser_for() -> Iterator["Browser"]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise CannotRun(
            "衡量搜索要用 Playwright，请运行：pip install -r requirements-dev.txt",
            "measuring needs Playwright: pip install -r requirements-dev.txt",
        ) from error
    program = CHROMIUM.find()
    if program is None:
        raise CannotRun(
            "没有找到 Chromium，请安装，例如：apt install chromium",
            "Chromium is missing, install it, for example: apt install chromium",
        )
    # Chromium refuses to run sandboxed as root, which containers are
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-gpu"]
    unboxed = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=quiet + unboxed)
        yield opened
        opened.close()


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def percentile(ordered: Sequence[float], share: float) -> float:
    if not ordered:
        return 0.0
    return round(ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)], 2)
