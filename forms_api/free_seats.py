"""How many seats are free, said beside each course or activity while somebody signs up."""

from collections.abc import Callable
from typing import Any

from forms_api import traditional
from forms_api.form import Form
from forms_api.languages import EDITIONS
from forms_api.options import Catalogue
from forms_api.words import words


def shown(form: Form, catalogue: Catalogue, free: Callable[[str, int], int]) -> Catalogue:
    """The catalogue with the number in the labels; `free` gives it for an event and its seats.

    The number is that of the moment: whoever confirms later may find it smaller, and the receipt
    says which it was.
    """
    if not form.seats:
        return catalogue
    found = {**catalogue}
    for source in ("courses", "events"):
        found[source] = [_told(one, free) for one in catalogue.get(source, ())]
    return found


def _told(one: dict[str, Any], free: Callable[[str, int], int]) -> dict[str, Any]:
    if not one.get("seats"):
        return one
    left = free(one["value"], one["seats"])
    key = "form.seats_left" if left else "form.seats_none"
    found = dict(one)
    for lang in EDITIONS:
        found[lang] = traditional.of(one, lang) + words(lang)(key, count=left)
    return found
