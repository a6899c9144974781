"""What the browser gets for a hit, and what the Traditional edition shows in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from forms_api.languages import TRADITIONAL, prefix
from scripts.search.corpus import Article, Section
from scripts.search.tables import simplify


def record(article: Article) -> dict[str, Any]:
    """What the browser gets for a hit. `sections`: block number, id, heading; `minor`: blocks."""
    return {
        "url": article.url,
        "title": article.title,
        "description": article.description,
        "kind": article.kind,
        "label": article.label,
        "part": article.part,
        "blocks": article.blocks,
        "sections": [[s.block, s.id, s.heading] for s in article.sections],
        "minor": article.minor,
    }


def traditional(
    articles: Sequence[Article], convert: Callable[[Sequence[str]], list[str]]
) -> list[Article]:
    """In the same order, at the addresses of that edition.

    `convert` keeps lengths, so that a place in a Simplified text is one in its Traditional twin.
    """
    texts = iter(convert([text for article in articles for text in _texts(article)]))

    def twin(article: Article) -> Article:
        title, description = next(texts), next(texts)
        blocks = [next(texts) for _ in article.blocks]
        sections = [Section(one.id, next(texts), one.block) for one in article.sections]
        return replace(
            article,
            url=f"/{prefix(TRADITIONAL)}{article.url[1:]}",
            title=title,
            description=description,
            blocks=blocks,
            sections=sections,
        )

    return [twin(article) for article in articles]


def unlike(article: Article, twin: Article) -> list[tuple[int, int, str]]:
    """(block, place, character): where `twin` does not fold to what `article` does.

    The description counts as one more block. Places are those of JavaScript, characters folded.
    """
    fold = simplify()
    found = []
    pairs = zip(
        [*article.blocks, article.description], [*twin.blocks, twin.description], strict=True
    )
    for block, (plain, shown) in enumerate(pairs):
        for at, (one, other) in enumerate(zip(fold(plain), fold(shown), strict=True)):
            if one != other:
                found.append((block, len(shown[:at].encode("utf-16-le")) // 2, one))
    return found


def _texts(article: Article) -> Iterator[str]:
    yield article.title
    yield article.description
    yield from article.blocks
    for section in article.sections:
        yield section.heading
