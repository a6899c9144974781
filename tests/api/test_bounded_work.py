"""Whatever is posted, no field costs more than 50 ms of processor time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

import pytest

from forms_api import codes, publishable
from forms_api.answers import Context, Field
from forms_api.contacts import check_email, check_phone, holds_mobile
from forms_api.fields import KINDS
from forms_api.forms import load_all
from forms_api.guards import clean, fold, refused_number
from forms_api.languages import from_accept_language, parse
from tests.api.examples import CATALOGUE
from tests.api.hostile_texts import LENGTH, texts

FORMS = load_all()
FIELDS = [field for form in FORMS.values() for field in form.fields]
CONTEXT = Context(CATALOGUE, date(2026, 11, 21))
MOST = 0.05
LONGEST = max(field.longest for field in FIELDS)


def _seconds(work: Callable[[], object]) -> float:
    """Processor time; the second of two tries where the first is slow, so that no interruption
    counts."""
    for _ in range(2):
        began = time.process_time()
        work()
        spent = time.process_time() - began
        if spent < MOST:
            break
    return spent


def _slow(work: Callable[[str], object], *lengths: int) -> dict[str, float]:
    return {
        f"{name}, {length}": spent
        for length in lengths
        for name, text in texts(length).items()
        if (spent := _seconds(lambda text=text: work(text))) > MOST
    }


def _widest(kind: str) -> Field:
    """The field of this kind that looks at the most."""
    mine = [field for field in FIELDS if field.kind == kind]
    assert mine, f"no form asks for a {kind}: add one, or time this kind by itself"
    return max(mine, key=lambda field: (field.longest, not getattr(field, "mobiles", True)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_of_this_kind_takes_no_time_for_anything(kind: str) -> None:
    field = _widest(kind)

    def work(text: str) -> None:
        field.check([text], CONTEXT)
        field.typed(field.read([text]), "zh", CATALOGUE)

    assert _slow(work, LENGTH, field.longest) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_six_thousand_values_of_one_name_take_no_time(kind: str) -> None:
    field, values = _widest(kind), [f"v{number}" for number in range(6000)]
    assert _seconds(lambda: field.check(values, CONTEXT)) < MOST
    assert _seconds(lambda: field.check(["1"] * 6000, CONTEXT)) < MOST


@pytest.mark.parametrize("mobiles", [True, False])
def test_fields_that_refuse_mobile_numbers_take_no_longer(mobiles: bool) -> None:
    for field in FIELDS:
        if getattr(field, "mobiles", None) is mobiles:
            assert _slow(lambda text, f=field: f.check([text], CONTEXT), field.longest) == {}
            break


READERS: dict[str, tuple[Callable[[str], object], int]] = {
    "clean": (clean, LENGTH),
    "an access code": (codes.parse_access_code, LENGTH),
    "an access code of the greatest length": (codes.parse_access_code, codes.LONGEST),
    "a reference": (codes.parse_reference, LENGTH),
    "a reference of the greatest length": (codes.parse_reference, codes.LONGEST),
    "a language": (parse, LENGTH),
    "Accept-Language": (from_accept_language, LENGTH),
    "fold": (fold, LONGEST),
    "numbers that are refused": (refused_number, LONGEST),
    "one number after a word": (lambda text: refused_number(f"卡号 {text}"), LONGEST),
    "mobile numbers": (holds_mobile, LONGEST),
    "an e-mail address": (lambda text: check_email(fold(text)), 254),
    "a telephone number": (lambda text: check_phone(fold(text)), 254),
    "what a desk publishes": (lambda t: publishable.cleaned({"zh": t, "en": t}), LENGTH),
    "what is too long to publish": (lambda t: publishable.faults("dues", ASKED, {"zh": t}), LENGTH),
    "what may be published": (lambda t: publishable.faults("dues", ASKED, {"zh": t}), 2000),
}
ASKED = {"zh": "出门在外，党费怎么交？", "en": "How do I pay dues when I live away?"}


@pytest.mark.parametrize("name", READERS)
def test_what_reads_a_text_takes_no_time_at_its_callers_limit(name: str) -> None:
    work, length = READERS[name]
    assert _slow(work, length) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_too_long_is_refused_by_how_much_and_shown_again(kind: str) -> None:
    field = _widest(kind)
    typed = "好" * (LENGTH // 3)
    value, fault = field.check([typed], CONTEXT)
    assert fault is not None
    if field.choices("zh", CATALOGUE) or field.kind == "consent":
        assert fault.code != "too-long"
    else:
        most = field.limits().get("max", field.longest) if hasattr(field, "max") else field.longest
        most = field.longest if field.kind == "number" else most
        assert (fault.code, fault.blanks) == ("too-long", {"max": most, "over": len(typed) - most})
        assert value == field.read([typed]) == typed
