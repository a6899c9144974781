"""The one set of templates, used by the static build and by Flask alike."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from forms_api.languages import Edition, public
from forms_api.words import words


def lines(text: str) -> Markup:
    """Line ends of a typed text as <br>."""
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


_NUMBER = re.compile(r"(?<!\d)(110|119|120|12\d{3})(?!\d)")


def _dial(text: str) -> Markup:
    """Public service numbers in a sentence as links that dial."""
    return Markup(_NUMBER.sub(r'<a href="tel:\1">\1</a>', str(escape(text))))  # noqa: S704


def templates_in(folder: Path) -> Environment:
    """Escapes by itself, refuses names that nobody gave, and reads a file once."""
    templates = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    templates.filters["lines"] = lines
    return templates


_templates = templates_in(Path(__file__).parent / "templates")
_templates.filters["dial"] = _dial


def fill(template: str, lang: Edition, **values: Any) -> str:
    """A template's HTML; it also sees `w` (the words), `lang` and `code` (the public code)."""
    page = _templates.get_template(template)
    html: str = page.render(w=words(lang), lang=lang, code=public(lang), **values)
    return html.strip()


def summary_box(problems: Sequence[tuple[str, str]], lang: Edition) -> str:
    """The box of errors from pairs of field id and sentence; "" when there are none."""
    if not problems:
        return ""
    key = "error.summary_one" if len(problems) == 1 else "error.summary_many"
    title = words(lang)(key, count=len(problems))
    return fill("summary.html", lang, title=title, problems=problems)
