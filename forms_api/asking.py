"""Reading a request: its language, the dress of its answer, its body, where it came from."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from flask import g, request

from forms_api import entropy, languages, traditional
from forms_api.languages import Edition
from forms_api.refusals import Refused
from forms_api.services import here

Given = Mapping[str, list[str]]
_FORM_TYPES: Final = {"application/x-www-form-urlencoded", "multipart/form-data"}
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{22,128}")


def lang() -> Edition:
    """By `lang` in the body or the query, else Accept-Language, else Chinese.

    Traditional is answered in Simplified, and called so, where the release has no such edition.
    """
    named = languages.parse(g.get("lang")) or languages.parse(request.args.get("lang"))
    edition = named or languages.from_accept_language(request.headers.get("Accept-Language"))
    if "editions" not in g:
        speak_as_the_site()
    return edition if edition in g.editions else languages.source(edition)


def speak_as_the_site() -> None:
    """With the Traditional words of the release that is there now, to the end of the request."""
    table = here().site.traditional
    g.editions = table.editions
    traditional.speak(table)


def wants_json() -> bool:
    """By Accept; where that leaves it open, as the body was sent."""
    accepted = request.accept_mimetypes
    html = accepted["text/html"]
    plain = max(accepted["application/json"], accepted["application/problem+json"])
    return plain > html if plain != html else request.mimetype == "application/json"


def given() -> Given:
    """The posted names and texts. Raises Refused for another type or a body that is not one."""
    if request.mimetype in _FORM_TYPES:
        found = {name: request.form.getlist(name) for name in request.form}
    elif request.mimetype == "application/json":
        found = _from_json(request.get_data())
    else:
        raise Refused("media-type")
    g.lang = first(found, "lang")
    g.html = found.get("html") != []
    return found


def wants_html() -> bool:
    """Whether JSON shall also hold the answer as it is shown: unless the body says html: false."""
    return bool(g.get("html", True))


def _from_json(raw: bytes) -> dict[str, list[str]]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise Refused("bad-request") from None
    if not isinstance(body, dict):
        raise Refused("bad-request")
    return {name: _texts(value) for name, value in body.items() if value is not None}


def _texts(value: Any) -> list[str]:
    """A text, a list of texts, or a tick (true is "yes", false is nothing)."""
    if isinstance(value, bool):
        return ["yes"] if value else []
    texts = value if isinstance(value, list) else [value]
    if not all(isinstance(text, str) for text in texts):
        raise Refused("bad-request")
    return texts


def first(given: Given, name: str) -> str:
    texts = given.get(name)
    return texts[0] if texts else ""


def idempotency_key() -> str | None:
    """The header, if it is there. Raises Refused when it could be guessed."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (_KEY.fullmatch(key) and not entropy.is_low(key, 6, 16)):
        raise Refused("bad-request")
    return key


def refuse_unknown_origin() -> None:
    """For what is kept at once: here `Origin: null` alone does not do."""
    if "Sec-Fetch-Site" not in request.headers and request.headers.get("Origin") == "null":
        raise Refused("foreign")


def refuse_foreign_posts() -> None:
    """A page of another site may not post here: Sec-Fetch-Site, or Origin in older browsers.

    `Origin: null` passes: old browsers send it from our own pages, whose Referrer-Policy is
    no-referrer. A check stores nothing, and a confirmation needs its token.
    """
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    fetched = request.headers.get("Sec-Fetch-Site")
    if fetched is not None:
        if fetched not in {"same-origin", "none"}:
            raise Refused("foreign")
        return
    origin = request.headers.get("Origin", "null")
    if origin == "null":
        return
    # Where the address is known, the Host header is only what somebody says (DNS rebinding).
    ours = urlsplit(here().settings.public_url).netloc or request.host
    try:
        named = urlsplit(origin).netloc
    except ValueError:  # such as http://[
        raise Refused("foreign") from None
    if named != ours:
        raise Refused("foreign")
