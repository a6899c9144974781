"""A form and its steps as HTML: one set of templates for the static build and for Flask.

Every function gives inner HTML for the site's article; the shell around it is the caller's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final

from markupsafe import Markup

from forms_api import dates
from forms_api.answers import Field, Value
from forms_api.fields import Area, Consent, Contact
from forms_api.form import Form, Problem
from forms_api.languages import Edition, prefix, public
from forms_api.options import Catalogue
from forms_api.patterned import AccessCode, Page, Reference
from forms_api.templating import fill, summary_box
from forms_api.words import words

_WIDTHS: Final = {None: "", "short": " jq-w-s", "medium": " jq-w-m"}
EVERY: Final = "every"
NO_VALUES: Final[Mapping[str, Value]] = {}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the person is given; `access_code` is grouped for reading."""

    reference: str
    access_code: str
    received_on: date
    due_on: date
    place: str = ""  # with seats: "taken", or "waiting" for the waiting list


def address(slug: str, lang: Edition) -> str:
    """The address of a guidance page by its slug: help/index is /help/."""
    return f"/{prefix(lang)}{slug}/".replace("/index/", "/")


def page_url(form: Form, lang: Edition) -> str:
    """The form's static page; the form itself where that is the foot of every page."""
    if form.page == EVERY:
        return f"/forms/{form.id}?lang={public(lang)}"
    return address(form.page, lang)


def message(form: Form, problem: Problem, lang: Edition) -> str:
    """The words of a problem: the field's own, else the general ones."""
    field = form.field(problem.field)
    if own := field.say.get(problem.code):
        return own[lang]
    return words(lang)(f"error.{problem.code}", label=field.label[lang], **problem.blanks)


def form_html(
    form: Form,
    lang: Edition,
    catalogue: Catalogue,
    values: Mapping[str, Value] | None = None,
    problems: Sequence[Problem] = (),
    trap: str = "",
    token: str = "",
) -> str:
    """The "deal" list and the form, with answers and errors in place.

    `values` are raw or checked answers by field name. The summary of errors stands above the
    page's heading and is apart: summary_html. `trap` is what stood in the field that people do
    not see; `token` that of an earlier read-back, which tells how long ago that was.
    """
    w = words(lang)
    errors = {problem.field: message(form, problem, lang) for problem in problems}
    answers = values if values is not None else NO_VALUES
    deal = [
        (w("form.who"), form.who[lang]),
        (w("form.answer"), answer_promise(form, lang)),
        (w("form.kept"), form.kept[lang]),
        (w("form.never"), form.never_short[lang]),
    ]
    views = [
        _view(field, lang, catalogue, answers.get(field.name, field.empty), errors)
        for field in form.fields
    ]
    before = [text[lang] for text in form.before]
    return fill(
        "form.html",
        lang,
        form=form,
        before=before,
        deal=deal,
        fields=views,
        trap=trap,
        token=token,
    )


def answer_promise(form: Form, lang: Edition) -> str:
    return form.answer[lang].format(days=form.answer_days or 0)


def _view(
    field: Field, lang: Edition, catalogue: Catalogue, value: Value, errors: Mapping[str, str]
) -> dict[str, Any]:
    """What the macro `field` in parts.html reads."""
    return {
        "kind": field.kind,
        "name": field.name,
        "group": field.group[lang] if field.group else "",
        "label": field.label[lang],
        "hint": field.hint[lang].format(**field.limits()) if field.hint else "",
        "optional": field.optional,
        "when": " ".join(f"{name}={','.join(on)}" for name, on in field.when.items()),
        "width": _WIDTHS[field.width],
        "autocomplete": field.autocomplete,
        "plain": isinstance(field, AccessCode | Reference),
        "inputmode": field.inputmode,
        "error": errors.get(field.name, ""),
        "value": field.typed(value, lang, catalogue),
        "rows": field.rows if isinstance(field, Area) else 0,
        "notice": field.notice[lang] if isinstance(field, Consent) and field.notice else "",
        "groups": list(_groups(field, lang, catalogue, value)),
    }


def _groups(
    field: Field, lang: Edition, catalogue: Catalogue, value: Value
) -> Iterator[dict[str, Any]]:
    chosen = (value,) if isinstance(value, str) else value
    numbered = enumerate(field.choices(lang, catalogue), start=1)
    for label, group in groupby(numbered, key=lambda pair: pair[1].group):
        yield {
            "label": label,
            "choices": [
                {"position": n, "value": c.value, "label": c.label, "chosen": c.value in chosen}
                for n, c in group
            ],
        }


def summary_html(form: Form, lang: Edition, problems: Sequence[Problem]) -> str:
    """The box of errors with links to the fields; "" when there are none."""
    pairs = [(problem.field, message(form, problem, lang)) for problem in problems]
    return summary_box(pairs, lang)


def error_html(form: Form, lang: Edition, problem: Problem) -> str:
    """The line beside one field."""
    return fill("error.html", lang, name=problem.field, text=message(form, problem, lang))


def form_page_html(
    form: Form,
    lang: Edition,
    catalogue: Catalogue,
    values: Mapping[str, Value] | None = None,
    problems: Sequence[Problem] = (),
    trap: str = "",
    token: str = "",
    notice: str = "",
) -> str:
    """Summary, heading, lead and form: a whole article; `notice` says why it cannot be sent."""
    return fill(
        "form_page.html",
        lang,
        form=form,
        summary=Markup(summary_html(form, lang, problems)),  # noqa: S704 - our own template
        notice=notice,
        inner=Markup(  # noqa: S704
            form_html(form, lang, catalogue, values, problems, trap, token)
        ),
    )


def answers(
    form: Form, lang: Edition, catalogue: Catalogue, values: Mapping[str, Value]
) -> list[dict[str, str]]:
    """The read-back: name, label and text of each field that was asked; "" where not given."""
    agreed = words(lang)("check.agreed")
    rows = []
    for field in form.fields:
        if field.name in values and not isinstance(field, Page):
            value = values[field.name]
            text = field.shown(value, lang, catalogue) if value else ""
            shown = agreed if isinstance(field, Consent) else text
            rows.append({"name": field.name, "label": _row_label(field, lang), "text": shown})
    return rows


def _row_label(field: Field, lang: Edition) -> str:
    """A separate consent is a sentence; its part before the colon names it."""
    label = field.label[lang]
    return label.split(words(lang)("sep"))[0] if isinstance(field, Consent) else label


def check_html(
    form: Form,
    lang: Edition,
    catalogue: Catalogue,
    values: Mapping[str, Value],
    token: str,
    expired: bool = False,
    notice: str = "",
) -> str:
    """The read-back: each row with a button that leads back, and the one that sends.

    `notice` says why it was not stored when it was sent.
    """
    return fill(
        "check.html",
        lang,
        form=form,
        rows=answers(form, lang, catalogue, values),
        token=token,
        expired=expired,
        notice=notice,
        answer=answer_promise(form, lang),
        page_url=page_url(form, lang),
    )


def receipt_html(
    form: Form,
    lang: Edition,
    catalogue: Catalogue,
    receipt: Receipt,
    values: Mapping[str, Value],
) -> str:
    """`values` are the answers just sent: a copy of them stands here and nowhere else."""
    blanks = {"last": receipt.reference[-4:], "reference": receipt.reference}
    return fill(
        "receipt.html",
        lang,
        form=form,
        receipt=receipt,
        received=dates.day(receipt.received_on, lang),
        due=dates.day_of_year(receipt.due_on, lang),
        way=words(lang)(f"receipt.by_{_way(form, values)}", **blanks),
        rows=[row for row in answers(form, lang, catalogue, values) if row["text"]],
        erased=form.erased_code(values) is not None,
        gap=" " if lang == "en" else "",
    )


def _way(form: Form, values: Mapping[str, Value]) -> str:
    """How the answer comes: phone, email, status, none; `contact` or `nothing` by the form."""
    if way := values.get("reply_by"):
        return str(way)
    if form.answer_days is None:
        return "nothing"
    return "contact" if any(isinstance(one, Contact) for one in form.fields) else "status"


def foot_html(form: Form, lang: Edition, catalogue: Catalogue, page: str) -> str:
    """The question at the foot of a page, by the page's slug; "" for a page it does not know."""
    if page not in catalogue.get("pages", ()):
        return ""
    choices = form.field("useful").choices(lang, catalogue)
    return fill("foot.html", lang, form=form, page=page, choices=choices)


def rail_html(form: Form, lang: Edition) -> str:
    """For the aside: what is never asked."""
    return fill("rail.html", lang, never=[text[lang] for text in form.never])
