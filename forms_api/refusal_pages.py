"""What a refusal says, in both dresses: for the service's own answers, and as finished files.

The web server in front refuses some requests by itself: too large, too many, while the service is
away. The build gives it these files, so that a reader is told the same as by the service.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from forms_api import chrome, traditional
from forms_api.languages import Edition, edition_of, prefix
from forms_api.refusals import STATUS
from forms_api.shell import Shell
from forms_api.words import words

#: What the server in front answers by itself: each status with its code.
IN_FRONT: Final[Mapping[int, str]] = {
    405: "method",
    413: "too-large",
    429: "too-many",
    502: "server",
    504: "server",
}


def document(code: str, lang: Edition, status: int | None = None) -> dict[str, Any]:
    """The members of application/problem+json (RFC 9457)."""
    w = words(lang)
    return {
        "type": f"urn:jinqiao:problem:{code}",
        "title": w(f"problem.{code}"),
        "status": status or STATUS[code],
        "detail": w(f"problem.{code}_text"),
        "code": code,
    }


def content(code: str, lang: Edition, links: Sequence[tuple[str, str]] = ()) -> str:
    """What stands in the article; `links` (address, words) come before those to home and 12371."""
    w = words(lang)
    home = [(f"/{prefix(lang)}", w("problem.home")), ("tel:12371", w("problem.call"))]
    return chrome.message_html(
        lang, w(f"problem.{code}"), w(f"problem.{code}_text"), [*links, *home]
    )


def files(
    shells: Mapping[Edition, Shell], names: Mapping[str, str]
) -> Iterator[tuple[str, str | dict[str, Any]]]:
    """(`413.zh.html`, page) and (`413.zh.json`, document) in each edition that has a shell.

    `names` are the site's. The Traditional ones speak with the table in use.
    """
    for status, code in IN_FRONT.items():
        for lang in shells:
            title = words(lang)(f"problem.{code}")
            page = chrome.dressed(
                shells[lang],
                lang,
                traditional.of(names, lang),
                title,
                content(code, lang),
                lambda code: f"/{prefix(edition_of(code))}",
            )
            yield f"{status}.{lang}.html", page
            yield f"{status}.{lang}.json", document(code, lang, status)
