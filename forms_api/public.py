"""The public addresses under /forms/: look up, check, keep, answer."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from flask import Blueprint, Response, abort, g
from flask import request as http
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.routing import BaseConverter

from forms_api import (
    asking,
    at_once,
    chrome,
    clock,
    free_seats,
    problems,
    render,
    replying,
    tokens,
)
from forms_api.answers import Value
from forms_api.asking import Given, first
from forms_api.form import Checked, Form, Problem
from forms_api.forms import RESERVED_IDS, TRAP
from forms_api.languages import Edition
from forms_api.options import Catalogue
from forms_api.refusals import Refused
from forms_api.services import here
from forms_api.store.seats import Wish
from forms_api.tokens import Draft
from forms_api.words import words

blueprint = Blueprint("forms", __name__, url_prefix="/forms")


class FormId(BaseConverter):
    """What may be a form's id: none of the service's own addresses, which keep their methods."""

    regex = rf"(?!(?:{'|'.join(sorted(RESERVED_IDS))})(?:/|$))[^/]+"


def _form(form_id: str) -> Form:
    form = here().forms.get(form_id)
    if form is None:
        abort(404)
    return form


@blueprint.get("/health")
def health() -> Response:
    """Whether what comes in can be kept; for a proxy and for `serve`."""
    state = here().health.state()
    return replying.document("en", {"status": state}, 200 if state == "ok" else 503)


@blueprint.get("/<form:form_id>")
def show(form_id: str) -> Response:
    """The form, with the branch, page, course or event of the query filled in, where it fits."""
    form, lang = _form(form_id), asking.lang()
    values = form.prefilled(http.args, here().site.catalogue)
    notice = "" if here().health.has_room() else words(lang)("form.full")
    content = render.form_page_html(form, lang, _catalogue(form), values, notice=notice)
    kept = "".join(
        f"&{name}={value}" for name, value in http.args.items() if value in values.values()
    )

    def there(code: str) -> str:
        return f"/forms/{form.id}?lang={code}{kept}"

    return replying.page(lang, form.title[lang], content, form=form, switch=there)


@blueprint.post("/<form:form_id>/check")
def check(form_id: str) -> Response:
    """Validates and stores nothing: the read-back with its token, or 422."""
    form, given = _form(form_id), asking.given()
    if first(given, "back"):
        return _back_to_form(form, given)
    try:
        checked = _checked(form, given)
        _need_site(form, checked)
        if checked.problems:
            return _errors(form, given, checked)
        _need_room(form, checked.values)
    except Exception as error:
        return _form_again(form, given, error)
    key = asking.idempotency_key() or tokens.new_key()
    trapped = bool(first(given, TRAP))
    draft = Draft(
        form.id,
        form.version,
        asking.lang(),
        key,
        checked.values,
        trapped,
        first_at=_first_at(form, given),
    )
    return _read_back(form, draft)


@blueprint.post("/<form:form_id>")
def confirm(form_id: str) -> Response:
    """Keeps what was read back: 201 with the receipt, the same one for the same key."""
    form, given = _form(form_id), asking.given()
    if not form.check_page:
        checked = _checked(form, given)
        if checked.problems:
            return _errors(form, given, checked)
        try:
            _need_site(form)
            _need_room(form, checked.values)
            return at_once.send(form, given, checked)
        except Exception as error:
            return _form_again(form, given, error)
    token = first(given, "token")
    draft, age = here().tokens.read(token, form.id)
    g.lang = g.get("lang") or draft.lang
    _check_key(draft)
    try:
        return _kept(form, draft, age)
    except Exception as error:
        return _send_again(form, draft, token, error)


def _kept(form: Form, draft: Draft, age: int) -> Response:
    keeping = here().keeping
    if age <= tokens.LONGEST and draft.version == form.version:
        _need_site(form)
        _need_room(form, draft.values)
        kept = keeping.keep(form, draft, tokens.since_first(draft), _wish(form, draft))
        if code := form.erased_code(draft.values):
            keeping.erase(code)
        return _receipt(form, draft, kept)
    if receipt := keeping.replay(draft):
        return _receipt(form, draft, receipt)
    return _stale(form, draft)


def _need_site(form: Form, checked: Checked | None = None) -> None:
    """Without a release right answers look wrong, and a reference begins with nobody's letters."""
    mine = here()
    named = mine.settings.reference_prefix or mine.site.is_published()
    unlisted = form.unlisted(mine.site.catalogue) if checked and checked.problems else set()
    wronged = checked is not None and any(one.field in unlisted for one in checked.problems)
    if wronged or (mine.settings.production and not named):
        raise Refused("unpublished")


def _need_room(form: Form, values: Mapping[str, Value]) -> None:
    """The last of the disk is for erasures."""
    if form.erased_code(values) is None and not here().health.has_room():
        raise Refused("storage")


def _form_again(form: Form, given: Given, error: Exception) -> Response:
    """Without scripts: the form as it was sent, and why; programs and faults go on as they are."""
    code = problems.passing_code(error)
    if code is None or asking.wants_json():
        raise error
    lang = asking.lang()
    content = render.form_page_html(
        form,
        lang,
        _catalogue(form),
        form.as_given(given),
        trap=first(given, TRAP),
        token=first(given, "token"),
        notice=_said(code, lang),
    )
    reply = replying.page(lang, form.title[lang], content, error=True, form=form)
    return problems.passing(reply, code)


def _send_again(form: Form, draft: Draft, token: str, error: Exception) -> Response:
    """Without scripts: what was read back, with the button that sends it once more."""
    code = problems.passing_code(error)
    if code is None or asking.wants_json():
        raise error
    lang = asking.lang()
    notice = _said(code, lang)
    content = render.check_html(form, lang, _catalogue(form), draft.values, token, notice=notice)
    reply = replying.page(lang, words(lang)("check.title"), content, error=True, form=form)
    return problems.passing(reply, code)


def _said(code: str, lang: Edition) -> str:
    """A refusal in one line."""
    w = words(lang)
    return w(f"problem.{code}") + w("sep") + w(f"problem.{code}_text")


def _catalogue(form: Form) -> Catalogue:
    """What is shown to choose from, with the seats that are free just now, if that is known."""
    try:
        return free_seats.shown(form, here().site.catalogue, here().keeping.free_seats)
    except SQLAlchemyError:
        return here().site.catalogue


def _checked(form: Form, given: Given) -> Checked:
    """The form's own check, and whether the access codes among the answers are known."""
    checked = form.check(given, here().site.catalogue, clock.today())
    wrong = {problem.field for problem in checked.problems}
    unknown = [
        Problem(name, "code-unknown")
        for name, code in form.access_codes(checked.values).items()
        if name not in wrong and not here().keeping.status(code)
    ]
    return Checked(checked.values, (*checked.problems, *unknown))


def _wish(form: Form, draft: Draft) -> Wish | None:
    """The seats these answers ask for, if the chosen course or activity has a number of them."""
    if not form.seats:
        return None
    chosen = draft.values.get(form.seats.of)
    catalogue = here().site.catalogue
    for one in (*catalogue.get("courses", ()), *catalogue.get("events", ())):
        if one["value"] == chosen and one.get("seats"):
            wanted = int(str(draft.values[form.seats.count]))
            return Wish(one["value"], wanted, one["seats"], date.fromisoformat(one["on"]))
    return None


def _first_at(form: Form, given: Given) -> int:
    """When these answers were read back first, by the token of an earlier read-back; 0 without."""
    try:
        return here().tokens.read(first(given, "token"), form.id)[0].first_at
    except tokens.TokenError:
        return 0


def _check_key(draft: Draft) -> None:
    """A program names the key it will repeat with; a page's key travels in its token."""
    key = asking.idempotency_key()
    if key is None and asking.wants_json():
        raise Refused("key-missing")
    if key is not None and key != draft.key:
        raise Refused("key-mismatch")


def _stale(form: Form, draft: Draft) -> Response:
    """Too old, or from an earlier version of the form: read back once more."""
    given = {
        name: [value] if isinstance(value, str) else list(value)
        for name, value in draft.values.items()
    }
    checked = _checked(form, given)
    if checked.problems:
        return _errors(form, given, checked)
    fresh = replace(draft, version=form.version, values=checked.values)
    return _read_back(form, fresh, expired=True)


def _back_to_form(form: Form, given: Given) -> Response:
    """The change button on the read-back: the form with the answers in it."""
    draft, _ = here().tokens.read(first(given, "token"), form.id)
    lang = asking.lang()
    content = render.form_page_html(
        form,
        lang,
        _catalogue(form),
        draft.values,
        trap="1" if draft.trapped else "",
        token=first(given, "token"),
    )
    return replying.page(lang, form.title[lang], content, form=form)


def _errors(form: Form, given: Given, checked: Checked) -> Response:
    lang, found = asking.lang(), checked.problems
    replying.problem_code([problem.code for problem in found])
    if asking.wants_json():
        listed = [
            {
                "field": problem.field,
                "code": problem.code,
                "message": render.message(form, problem, lang),
                "html": render.error_html(form, lang, problem),
            }
            for problem in found
        ]
        title = chrome.title_text(lang, form.title[lang], here().site.name(lang), error=True)
        extra = {
            "problems": listed,
            "summary": render.summary_html(form, lang, found),
            "page_title": title,
        }
        return problems.document("answers", lang, extra)
    values = form.as_given(given)
    content = render.form_page_html(
        form, lang, _catalogue(form), values, found, first(given, TRAP), first(given, "token")
    )
    return replying.page(lang, form.title[lang], content, status=422, error=True, form=form)


def _read_back(form: Form, draft: Draft, expired: bool = False) -> Response:
    lang, catalogue = asking.lang(), _catalogue(form)
    token = here().tokens.issue(draft)
    status, json = 409 if expired else 200, asking.wants_json()
    html = ""
    if not json or asking.wants_html():
        html = render.check_html(form, lang, catalogue, draft.values, token, expired)
    if not json:
        return replying.page(lang, words(lang)("check.title"), html, status=status, form=form)
    body = {
        "form": form.id,
        "token": token,
        "idempotency_key": draft.key,
        "expires_in": tokens.LONGEST,
        "expired": expired,
        "answers": render.answers(form, lang, catalogue, draft.values),
        "title": replying.page_title(lang, "check.title"),
        **({"html": html} if html else {}),
    }
    return replying.document(lang, body, status)


def _receipt(form: Form, draft: Draft, receipt: render.Receipt) -> Response:
    lang, json = asking.lang(), asking.wants_json()
    html = ""
    if not json or asking.wants_html():
        html = render.receipt_html(form, lang, here().site.catalogue, receipt, draft.values)
    if json:
        return replying.document(lang, replying.receipt_body(form, lang, receipt, html), 201)
    return replying.page(lang, words(lang)("receipt.title"), html, status=201, form=form)
