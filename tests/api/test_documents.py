"""Numbers of passports and permits are asked about on the read-back; nothing is refused for one."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from forms_api.documents import questions
from tests.api.conftest import Instance
from tests.api.examples import ASK

CASES = Path(__file__).parents[1] / "cases"
ROWS = yaml.safe_load((CASES / "documents.yml").read_text("utf-8"))
EVERYDAY = yaml.safe_load((CASES / "number_filters.yml").read_text("utf-8"))["everyday"]
ASKING = {**ASK, "question": "我的护照是 E12345678，党费怎么交？"}


@pytest.mark.parametrize("row", ROWS, ids=[row["text"] for row in ROWS])
def test_a_word_for_a_paper_and_its_number_are_asked_about(row: dict[str, object]) -> None:
    assert list(questions(str(row["text"]))) == row["asked"]


def test_nothing_is_asked_about_everyday_sentences() -> None:
    assert [text for text in EVERYDAY if [*questions(text)]] == []


@pytest.mark.parametrize(
    ("lang", "words"), [("zh-Hans", "这里像是护照号"), ("en", "looks like a passport number")]
)
def test_the_read_back_asks_and_the_form_can_be_sent(door: Instance, lang: str, words: str) -> None:
    checked = door.check("help-ask", {**ASKING, "lang": lang})
    assert checked.status_code == 200
    (asked,) = checked.json["questions"]
    assert (asked["field"], asked["code"]) == ("question", "passport")
    assert words in asked["message"]
    assert words in checked.json["html"]
    assert door.confirm("help-ask", checked.json).status_code == 201


def test_without_scripts_the_question_stands_in_the_row_of_its_answer(door: Instance) -> None:
    page = door.client.post("/forms/help-ask/check", data={**ASKING, "lang": "en"})
    row = page.text.partition("E12345678")[2].partition("</div>")[0]
    assert page.status_code == 200
    assert "looks like a passport number" in row
    assert 'name="back" value="question"' in row


def test_nothing_is_asked_about_other_answers(door: Instance) -> None:
    assert door.check("help-ask", ASK).json["questions"] == []
