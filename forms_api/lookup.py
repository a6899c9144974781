"""The addresses under /forms/status: how far a submission is, and its withdrawal, by its code."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response

from forms_api import asking, chrome, codes, dates, replying
from forms_api.asking import first
from forms_api.keeping import Reply, Status
from forms_api.languages import Edition, prefix
from forms_api.refusals import Refused
from forms_api.services import here
from forms_api.words import words

blueprint = Blueprint("status", __name__, url_prefix="/forms")


@blueprint.get("/status")
def ask_for_code() -> Response:
    return _status_form(asking.lang())


@blueprint.post("/status")
def status() -> Response:
    """How far a submission is, for the holder of its access code; never its content."""
    given = asking.given()
    lang, code = asking.lang(), codes.parse_access_code(first(given, "code"))
    found = here().keeping.status(code) if code else None
    if code and found:
        return _status(lang, found, code)
    if code and not asking.wants_json() and here().keeping.published(code):
        return _only_published(lang, code)
    problem = "unknown" if code else "malformed"
    if asking.wants_json():
        raise Refused(f"code-{problem}")
    return _status_form(lang, problem, first(given, "code"))


@blueprint.post("/status/erase")
def erase() -> Response:
    """Deletes what was written, at once."""
    given = asking.given()
    lang, code = asking.lang(), codes.parse_access_code(first(given, "code"))
    if not code or not here().keeping.erase(code):
        raise Refused("code-unknown" if code else "code-malformed")
    if asking.wants_json():
        return replying.document(lang, {"status": "withdrawn"})
    w = words(lang)
    links = [(f"/{prefix(lang)}", w("problem.home"))]
    content = chrome.message_html(lang, w("status.erased_title"), w("status.erased"), links)
    return replying.page(lang, w("status.erased_title"), content)


def _address(code: str) -> str:
    return f"/forms/status?lang={code}"


def _status_form(lang: Edition, problem: str = "", value: str = "") -> Response:
    content = chrome.status_form_html(lang, problem, value)
    code = {"": 200, "malformed": 422, "unknown": 404}[problem]
    title = words(lang)("status.title")
    return replying.page(lang, title, content, status=code, error=bool(problem), switch=_address)


def _status(lang: Edition, found: Status, code: str) -> Response:
    replies, others = here().keeping.checked_replies(code)
    if asking.wants_json():
        return replying.document(lang, _status_body(found, replies, others))
    w, form = words(lang), here().forms.get(found.form)
    days: list[tuple[str, date | None]] = [
        ("received_on", found.received_on),
        ("due_on", found.due_on if _is_owed(found) else None),
        ("answered_on", found.answered_on),
        ("closed_on", found.closed_on),
        ("deleted_by", found.retain_until if found.status != "withdrawn" else None),
    ]
    rows = [(w("status.now"), w(f"status.{found.status}"))]
    rows += [(w("status.form"), form.short_title[lang])] if form else []
    waiting = here().keeping.is_waiting(code)
    if waiting is not None:
        rows.append((w("status.seats"), w("status.waiting" if waiting else "status.seated")))
    rows += [(w(f"status.{name}"), dates.day(day, lang)) for name, day in days if day]
    if here().keeping.published(code):
        rows.append((w("status.published"), w("status.published_yes")))
    elif here().keeping.proposed(code):
        rows.append((w("status.published"), w("status.published_soon")))
    said = [(w(_way(one), day=dates.day(one.on, lang)), one.text) for one in replies]
    if others:
        rows.append((w("status.unverified"), w("status.unverified_text")))
    content = chrome.status_html(lang, rows, said, code, erasable=found.status != "withdrawn")
    return replying.page(lang, w("status.title"), content, switch=_address)


def _only_published(lang: Edition, code: str) -> Response:
    """What was written is purged, but the holder of the code may still take the answer back."""
    w = words(lang)
    rows = [
        (w("status.now"), w("status.over")),
        (w("status.published"), w("status.published_yes")),
    ]
    content = chrome.status_html(lang, rows, [], code, erasable=True)
    return replying.page(lang, w("status.title"), content, switch=_address)


def _way(one: Reply) -> str:
    """That a letter was sent is said once the mail server has taken it."""
    if one.way != "email":
        return f"status.by_{one.way}"
    return f"status.by_email_{one.mail}" if one.mail else "status.by_status"


def _is_owed(found: Status) -> bool:
    form = here().forms.get(found.form)
    answered = form is None or form.answer_days is not None
    return answered and found.status in {"received", "handling"}


def _status_body(found: Status, replies: Sequence[Reply], others: int) -> dict[str, Any]:
    def iso(day: date | None) -> str | None:
        return day.isoformat() if day else None

    return {
        "form": found.form,
        "status": found.status,
        "received_on": iso(found.received_on),
        "due_on": iso(found.due_on),
        "answered_on": iso(found.answered_on),
        "closed_on": iso(found.closed_on),
        "deleted_by": None if found.status == "withdrawn" else iso(found.retain_until),
        "unverified_replies": others,
        "replies": [
            {"on": iso(one.on), "way": one.way, "text": one.text, "mail": one.mail or None}
            for one in replies
        ],
    }
