"""Good answers to any form, as a person might give them: the examples of the API's description."""

from typing import Any, Final

from forms_api.answers import Field
from forms_api.fields import Area, Consent, Contact, TextLine
from forms_api.form import Form
from forms_api.options import Catalogue, branch_names
from forms_api.patterned import Number

_TEXT: Final = "这是一个例子，请换成您自己的话。"
_BY_KIND: Final = {
    "month": "2025-03",
    "date": "2026-11-20",
    "reference": "XX-7QK4-M9XD",
    "access-code": "2222 2222 2222 2222 2222 2222 2222",
}


def good_answers(form: Form, catalogue: Catalogue) -> dict[str, Any]:
    """By field name, for every question that these answers lead to.

    An access code in them is well-formed and unknown. Where the catalogue has nothing to choose
    from there is no good answer, and the field is left out.
    """
    found: dict[str, Any] = {}
    for field in form.fields:
        if field.asked(found):
            answer = _answer(field, found, catalogue)
            if answer:
                found[field.name] = answer
    return found


def _answer(field: Field, found: dict[str, Any], catalogue: Catalogue) -> Any:
    if choices := field.choices("zh", catalogue):
        return [choices[0].value] if field.many else choices[0].value
    match field:
        case Contact():
            by_email = not field.by or found.get(field.by) == "email"
            return "reader@example.org" if by_email else "138 0013 8000"
        case Consent():
            return "yes"
        case TextLine():
            text = _TEXT * (field.min // len(_TEXT) + 1)
            usual = len(_TEXT) if isinstance(field, Area) else 8
            return text[: max(field.min, min(field.max, usual))]
        case Number():
            return str(field.min)
        case _ if field.kind == "branch":
            return next(iter(branch_names(catalogue)), "")
        case _ if field.kind == "page":
            return next(iter(catalogue.get("pages", ())), "")
    return _BY_KIND.get(field.kind, "")
