"""What a desk may publish, and what it is told to take out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from forms_api import codes, publishable
from forms_api.languages import FOLDERS

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases/publishable.yml").read_text("utf-8"))
FINE = {
    "zh": "党费按月交给所在支部。出门在外，先问支部怎么交。",
    "en": "Dues are paid monthly to your branch. When away, ask it first how to pay.",
}
ASKED = {"zh": "出门在外，党费怎么交？", "en": "How do I pay dues when I live away?"}


def _parts(case: dict[str, Any]) -> tuple[str, dict[str, str], dict[str, str]]:
    topic, question, answer = "dues", dict(ASKED), dict(FINE)
    where, lang, said = case.get("in", "answer"), case.get("lang", "zh"), case["said"]
    if where == "topic":
        topic = said
    elif where == "question":
        question[lang] = said
    elif not said or case.get("alone"):
        answer[lang] = said
    else:
        answer[lang] = said if "language" in case["wrong"] else f"{FINE[lang]}\n\n{said}"
    return topic, publishable.cleaned(question), publishable.cleaned(answer)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_leads_to_a_person_or_cannot_be_read_is_refused(case: dict[str, Any]) -> None:
    found = publishable.faults(*_parts(case))
    assert [one.code for one in found] == case["wrong"]
    for fault in found:
        assert all(fault.message(lang) for lang in FOLDERS)


ASKING = [case for case in CASES if "asks" in case or not case["wrong"]]


@pytest.mark.parametrize("case", ASKING, ids=[case["name"] for case in ASKING])
def test_what_may_lead_to_a_person_is_asked_about(case: dict[str, Any]) -> None:
    _, question, answer = _parts(case)
    found = publishable.questions({"question": question, "answer": answer})
    assert list(dict.fromkeys(one.code for one in found)) == case.get("asks", [])
    assert len({one.key for one in found}) == len(found)
    for one in found:
        assert all(one.found in one.message(lang) for lang in FOLDERS)


def test_an_access_code_is_refused_however_it_is_spaced() -> None:
    code = codes.new_access_code()
    for written in (code, codes.grouped(code), code.upper(), "-".join(codes.grouped(code).split())):
        answer = {**FINE, "en": f"{FINE['en']} Use {written} to look."}
        assert "access-code" in {one.code for one in publishable.faults("dues", ASKED, answer)}


def test_too_much_says_by_how_much() -> None:
    answer = {**FINE, "zh": "党" * 2003}
    (fault,) = publishable.faults("dues", ASKED, answer)
    assert (fault.code, fault.blanks) == ("too-long", {"max": 2000, "over": 3})


def test_texts_are_kept_without_what_nobody_sees() -> None:
    given = {"zh": " 党费\u200b怎么交？ \r\n\r\n按月交。\x07 ", "en": ""}
    assert publishable.cleaned(given) == {"zh": "党费怎么交？\n\n按月交。", "en": ""}
