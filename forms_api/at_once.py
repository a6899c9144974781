"""Short forms without a read-back: kept at once, a double click merged, thanks said.

They take no token: the checks of origin, the field that people do not see and the rate limit
guard them.
"""

import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from typing import Final

from flask import Response, request

from forms_api import asking, chrome, render, replying, tokens
from forms_api.asking import Given, first
from forms_api.form import Checked, Form
from forms_api.forms import TRAP
from forms_api.services import here
from forms_api.tokens import FASTEST, Draft
from forms_api.words import words

MERGED: Final = 60.0  # seconds in which the same answers of the same visitor count once


class Clicks:
    """Idempotency keys of what was sent a moment ago, so that a double click is kept once.

    In memory alone: what is stored of a key leads to nothing. `now` never goes back.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._own = secrets.token_bytes(32)
        self._recent: dict[bytes, tuple[float, str]] = {}

    def key(self, what: str) -> str:
        """A new key, or the one that the same was given less than MERGED seconds ago."""
        name, now = hashlib.blake2b(what.encode(), key=self._own).digest(), self._now()
        with self._lock:
            for old, (since, _) in list(self._recent.items()):
                if now - since <= MERGED:
                    break  # they stand in the order of their first click
                del self._recent[old]
            return self._recent.setdefault(name, (now, tokens.new_key()))[1]


def send(form: Form, given: Given, checked: Checked) -> Response:
    """201 and a thank-you: the same for the second of two clicks."""
    asking.refuse_unknown_origin()
    key = here().clicks.key(_what(checked, form))
    trapped = bool(first(given, TRAP))
    draft = Draft(form.id, form.version, asking.lang(), key, checked.values, trapped)
    # No read-back was made whose speed could tell: the hidden field has to do alone.
    here().keeping.keep(form, draft, 0 if trapped else FASTEST)
    return _thanks(form, checked)


def _what(checked: Checked, form: Form) -> str:
    """This visitor's answers."""
    who = [here().visitors.name(), request.headers.get("User-Agent", "")]
    return json.dumps([form.id, *who, sorted(checked.values.items())])


def _thanks(form: Form, checked: Checked) -> Response:
    lang = asking.lang()
    w = words(lang)
    title, text = w("form.sent_title"), w("form.sent")
    if asking.wants_json():
        body = {"form": form.id, "title": title, "text": text}
        return replying.document(lang, body, 201)
    slug = str(checked.values.get("page", ""))
    links = [(render.address(slug, lang), w("form.sent_back"))] if slug else []
    content = chrome.message_html(lang, title, text, links)

    def there(code: str) -> str:
        return f"/forms/{form.id}?lang={code}&page={slug}"

    return replying.page(lang, title, content, status=201, switch=there)
