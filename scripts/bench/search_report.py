"""What the search must reach, what it falls short of, and the table of the README."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from scripts.bench.search_text import Query
from scripts.search.tables import simplify

ENGINES = ("ours", "pagefind", "lunr")
#: Set → (figure, least share) that the search is held to.
LEAST = {
    **{name: ("recall", 0.99) for name in ("random2", "random3", "random4", "single_char")},
    **{name: ("s3", 0.99) for name in ("word", "heading", "traditional", "pinyin")},
    "latin": ("s1", 0.985),
    "same_sound_typo": ("s3", 0.97),
    "wrong_char_heading": ("s3", 0.87),
    "taiwan": ("s3", 0.95),
    "en_inflection": ("recall", 1.0),
    "en_howto": ("s3", 0.97),
    "pooled": ("s3", 0.985),
}
MOST_BYTES = {100: (125, 20), 400: (160, 40)}  # pages → KB of the first and the next question
MOST_BRANCHES = 60  # KB
MOST_MS = {"p50": 5, "p95": 60}


def figures(
    queries: Sequence[Query],
    answers: Sequence[Sequence[str]],
    also: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, float]:
    """n; shares: zero, recall (of all right pages among all answers), s1, s3, mrr.

    `also` adds right answers that recall does not ask for: address → its folded text.
    """
    n = len(queries)
    ranks, recall = [], 0.0
    for query, got in zip(queries, answers, strict=True):
        places = [
            i
            for i, url in enumerate(got, 1)
            if url in query.right or (url in also and simplify()(query.text).lower() in also[url])
        ]
        ranks.append(places[0] if places else 0)
        recall += len(query.right.intersection(got)) / len(query.right)

    def share(total: float) -> float:
        return round(total / n, 4) if n else 0.0

    return {
        "n": n,
        "zero": share(sum(not got for got in answers)),
        "recall": share(recall),
        "s1": share(sum(rank == 1 for rank in ranks)),
        "s3": share(sum(1 <= rank <= 3 for rank in ranks)),
        "mrr": share(sum(1 / rank for rank in ranks if rank)),
    }


def shortfalls(result: dict[str, Any]) -> list[str]:
    """What is not reached, a line each."""
    found = [
        f"{name}: {figure} {share:.3f} < {least}"
        for name, (figure, least) in LEAST.items()
        if name in result["sets"] and result["sets"][name]["ours"]["n"]
        if (share := result["sets"][name]["ours"][figure]) < least
    ]
    pooled, seconds = result["sets"]["pooled"]["ours"], result["index_seconds"]
    if pooled["zero"]:
        found.append(f"pooled: zero {pooled['zero']:.4f} > 0")
    if result["absent"]["exact"]:
        found.append(f"absent words given as exact: {result['absent']['exact']:.3f}")
    if seconds["ours"] > seconds["pagefind"]:
        found.append(f"index: {seconds['ours']} s > {seconds['pagefind']} s")
    pages = max(result["pages"].values())
    most = next((kb for up_to, kb in MOST_BYTES.items() if pages <= up_to), None)
    for name, limit in zip(("first", "next"), most or (), strict=False):
        if result["bytes"]["ours"][name] > limit * 1024:
            found.append(f"bytes {name}: {result['bytes']['ours'][name]} > {limit} KB")
    for name, limit in MOST_MS.items():
        if result["latency_ms"]["ours"][name] > limit:
            found.append(f"warm {name}: {result['latency_ms']['ours'][name]} > {limit} ms")
    for row in result.get("entries", {}).values():
        if row["branch_bytes"] > MOST_BRANCHES * 1024:
            found.append(f"branches: {row['branch_bytes']} > {MOST_BRANCHES} KB")
    return found


def table(result: dict[str, Any]) -> str:
    """The same as a Markdown table: recall / S@1 / S@3 of each."""
    lines = [
        f"| set (n) | {' | '.join(ENGINES)} |",
        f"|---|{'---|' * len(ENGINES)}",
    ]
    for name, row in result["sets"].items():
        cells = [
            f"{row[e]['recall']:.3f} / {row[e]['s1']:.3f} / {row[e]['s3']:.3f}" for e in ENGINES
        ]
        lines.append(f"| {name} ({row['ours']['n']}) | {' | '.join(cells)} |")
    for title, key in (("zero-result share, pooled", "zero"), ("MRR, pooled", "mrr")):
        cells = [f"{result['sets']['pooled'][e][key]:.3f}" for e in ENGINES]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    for title, name, parts in (
        ("KB of the first / next query", "bytes", ("first", "next")),
        ("warm ms p50 / p95", "latency_ms", ("p50", "p95")),
    ):
        scale = 1024 if name == "bytes" else 1
        cells = [" / ".join(f"{result[name][e][p] / scale:.1f}" for p in parts) for e in ENGINES]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    cells = [f"{result['index_seconds'][e]:.1f}" for e in ENGINES]
    lines.append(f"| index seconds | {' | '.join(cells)} |")
    taken = result["pagefind_processor_seconds"]
    lines.append(
        f"| Pagefind's own part of it, seconds of a processor | {taken['ours']:.2f} |"
        f" {taken['pagefind']:.2f} | – |"
    )
    absent = result["absent"]
    lines.append(f"| absent words given as exact ({absent['n']}) | {absent['exact']:.3f} | – | – |")
    for count, row in result.get("entries", {}).items():
        pooled = row["pooled"]
        lines.append(
            f"| pooled with {count} branches | {pooled['recall']:.3f} / {pooled['s1']:.3f} / "
            f"{pooled['s3']:.3f}, {row['branch_bytes'] / 1024:.1f} KB of branches | – | – |"
        )
    return "\n".join(lines)
