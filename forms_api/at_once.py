"""Short forms without a read-back: kept at once, a double click merged, thanks said.

They take no token: the checks of origin, the field that people do not see and the rate limit
guard them.
"""

import hmac
import json
import time
from typing import Final

from flask import Response, request

from forms_api import asking, chrome, clock, limits, render, replying
from forms_api.asking import Given, first
from forms_api.form import Checked, Form
from forms_api.forms import TRAP
from forms_api.services import here
from forms_api.tokens import FASTEST, Draft
from forms_api.words import words

MERGED: Final = 60  # seconds in which the same answers of the same visitor count once


def send(form: Form, given: Given, checked: Checked) -> Response:
    """201 and a thank-you: the same for the second of two clicks."""
    asking.refuse_unknown_origin()
    lang, now = asking.lang(), time.time()
    trapped = bool(first(given, TRAP))
    window = int(now // MERGED)
    drafts = [
        Draft(form.id, form.version, lang, _key(checked, form, then), checked.values, trapped)
        for then in (window, window - 1)
    ]
    keeping = here().keeping
    earlier = keeping.replay(drafts[1])
    if not earlier or (clock.now() - earlier.received_at).total_seconds() > MERGED:
        keeping.keep(form, drafts[0], FASTEST)
    return _thanks(form, checked)


def _key(checked: Checked, form: Form, window: int) -> str:
    """An idempotency key that only this visitor's same answers in this minute lead to."""
    secret = here().settings.secret
    who = [limits.visitor(secret), request.headers.get("User-Agent", "")]
    body = json.dumps([form.id, window, *who, sorted(checked.values.items())])
    return hmac.new(secret.encode(), body.encode(), "sha256").hexdigest()


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
