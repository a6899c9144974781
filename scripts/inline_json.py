"""JSON that stands within a page, in a script element."""

from __future__ import annotations

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup


def inline_json(data: object) -> Markup:
    """Nothing in it can end the element that holds it."""
    return htmlsafe_json_dumps(data, ensure_ascii=False)


def linked_data(data: object) -> str:
    """The element that tells search engines what the page is about."""
    return f'<script type="application/ld+json">{inline_json(data)}</script>\n'
