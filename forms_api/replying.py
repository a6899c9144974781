"""Answers in both dresses: pages in the site's shell, and JSON with the same parts."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, g, json, request

from forms_api import chrome, render
from forms_api.forms import Form
from forms_api.languages import Edition, edition_of, prefix, public
from forms_api.render import Receipt
from forms_api.services import here


def form_of_request() -> Form | None:
    """The form that the address names, if it names one."""
    return here().forms.get((request.view_args or {}).get("form_id", ""))


def page(
    lang: Edition,
    title: str,
    content: str,
    *,
    status: int = 200,
    error: bool = False,
    form: Form | None = None,
    switch: Callable[[str], str] | None = None,
) -> Response:
    """`switch` is the same page by public code; by default the form's static page."""
    site = here().site

    def home(code: str) -> str:
        there = edition_of(code)
        return render.page_url(form, there) if form else f"/{prefix(there)}"

    html = chrome.dressed(
        site.shell(lang),
        lang,
        site.name(lang),
        title,
        content,
        switch or home,
        crumb=(form.title[lang], render.page_url(form, lang)) if form else (),
        rail=render.rail_html(form, lang) if form else "",
        error=error,
    )
    # What was typed stands on its own page again: half a surrogate pair cannot be sent.
    raw = html.encode("utf-8", "replace")
    reply = Response(raw, status, mimetype="text/html")
    reply.headers["Content-Language"] = public(lang)
    return reply


def document(lang: Edition, body: dict[str, Any], status: int = 200) -> Response:
    reply = Response(json.dumps(body), status, mimetype="application/json")
    reply.headers["Content-Language"] = public(lang)
    return reply


def receipt_body(form: Form, lang: Edition, receipt: Receipt, html: str) -> dict[str, Any]:
    """What a program is told; `html` is the receipt as it is shown, or empty."""
    return {
        "form": form.id,
        "reference": receipt.reference,
        "access_code": receipt.access_code,
        "received_on": receipt.received_on.isoformat(),
        "due_on": receipt.due_on.isoformat() if form.answer_days else None,
        **({"place": receipt.place} if receipt.place else {}),
        "title": page_title(lang, "receipt.title"),
        **({"html": html} if html else {}),
    }


def page_title(lang: Edition, key: str, error: bool = False) -> str:
    """The text for document.title."""
    return chrome.title_text(lang, chrome.say(lang, key), here().site.name(lang), error)


def problem_code(codes: Sequence[str]) -> None:
    """Codes for the log; never what was typed."""
    g.problem = "answers"
    g.problem_codes = sorted(set(codes))
