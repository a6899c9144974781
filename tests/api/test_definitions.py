"""Definitions and words: what loads, and how a fault is named."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from forms_api import documents, fields, publishable, render, words
from forms_api.forms import DEFINITIONS, DefinitionError, Problem, load_all
from forms_api.languages import FOLDERS
from forms_api.refusals import STATUS
from forms_api.settings import ROOT
from tests.api.examples import CATALOGUE

FORMS = load_all(DEFINITIONS)
FILES = [path for path in Path("forms_api").rglob("*") if path.suffix in {".py", ".html"}]
_BLANK = re.compile(r"{(\w+)}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEFINITIONS, tmp_path / "definitions"))


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        (
            "label: {zh: 怎么称呼您, en:",
            "label: {zh: 怎么称呼您, e:",
            "away-register.yml: field call_me: label: language en: Field required",
        ),
        ("kind: month", "kind: moon", "away-register.yml: field away_since: unknown kind 'moon'"),
        ("max: 20", "max: many", "away-register.yml: field call_me: max: Input should be"),
        ("name: want", "name: call_me", "away-register.yml: field call_me: stands twice"),
        ("name: want", "name: lang", "away-register.yml: field lang: the name is used by"),
        ("id: away-register", "id: away", "id is away, but the file is named away-register"),
        ("answer_days: 5", "answer_days: soon", "away-register.yml: answer_days: Input should"),
        ("[base, separate]", "[base]", "sensitive, but without a separate consent"),
        ("[base, separate]", "[base, third]", "_common.yml lacks: 'third'"),
        ("value: business", "value: work", "the same value twice: work"),
        ("      choose-some: {zh: 请至少选一项您的", "      soon: {zh: 请", "say names codes"),
        ("fields:", "fields: [", "away-register.yml: cannot be read"),
    ],
)
def test_a_fault_in_a_definition_is_named_with_file_field_and_language(
    folder: Path, before: str, after: str, fault: str
) -> None:
    file = folder / "away-register.yml"
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(DefinitionError) as raised:
        load_all(folder)
    assert fault in str(raised.value)


def test_every_fault_of_every_file_is_reported_at_once(folder: Path) -> None:
    for name in ("away-register", "help-ask"):
        file = folder / f"{name}.yml"
        file.write_text(
            file.read_text("utf-8").replace("answer_days: 5", "answer_days: 0"), "utf-8"
        )
    with pytest.raises(DefinitionError) as raised:
        load_all(folder)
    assert len(raised.value.faults) == 2


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("lang", FOLDERS)
def test_a_form_is_drawn_with_nothing_chosen_and_nothing_ticked(form, lang) -> None:
    html = render.form_html(form, lang, CATALOGUE)
    assert " checked" not in html
    assert " selected" not in html
    assert "style=" not in html
    assert "maxlength" not in html  # it would cut what is pasted without a word
    action = f"/forms/{form.id}/check" if form.check_page else f"/forms/{form.id}"
    assert f'action="{action}"' in html
    assert html.count('name="remark"') == 1
    for field in form.fields:
        assert f'id="{field.name}"' in html


def test_the_question_at_the_foot_of_a_page_cuts_nothing_either() -> None:
    html = render.foot_html(FORMS["page-feedback"], "zh", CATALOGUE, "help/ask")
    assert 'name="missing"' in html
    assert "maxlength" not in html


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("lang", FOLDERS)
def test_every_possible_error_has_words_and_a_link_to_its_field(form, lang) -> None:
    blanks = {"min": 1, "max": 2, "over": 3}
    for field in form.fields:
        for code in field.all_codes():
            problem = Problem(field.name, code, blanks)
            assert "{" not in render.message(form, problem, lang)
            assert f'href="#{field.name}"' in render.summary_html(form, lang, [problem])


def test_a_form_of_each_kind_has_a_schema_and_a_column() -> None:
    schema = FORMS["away-register"].json_schema(CATALOGUE)
    assert schema["properties"]["dest_city"]["enum"] == ["440300", "441900", "other"]
    assert "contact" not in schema["required"]
    assert FORMS["help-ask"].columns() == (
        "topic", "city", "question", "publish_ok", "reply_by", "contact",
    )  # fmt: skip


def test_both_languages_have_the_same_keys_and_the_same_blanks() -> None:
    zh, en = words.load("zh"), words.load("en")
    assert list(zh) == list(en)
    for key in zh:
        assert set(_BLANK.findall(zh[key])) == set(_BLANK.findall(en[key])) or key.startswith(
            "error.summary_one"
        ), key


def test_no_word_is_unused() -> None:
    code = "\n".join(path.read_text("utf-8") for path in FILES)
    made_of_codes = {f"error.{code}" for kind in fields.KINDS.values() for code in kind.all_codes()}
    made_of_codes |= {f"problem.{code}{end}" for code in STATUS for end in ("", "_text")}
    made_of_codes |= {
        f"receipt.by_{way}" for way in ("phone", "email", "status", "none", "contact", "nothing")
    }
    made_of_codes |= {"receipt.place_taken", "receipt.place_waiting"}
    made_of_codes |= {
        f"status.{name}"
        for name in (
            *("received", "handling", "answered", "closed", "withdrawn", "malformed", "unknown"),
            *("received_on", "due_on", "answered_on", "closed_on", "deleted_by"),
            *("by_email_sent", "by_email_waiting", "by_email_dead"),
            *("by_phone", "by_status"),
        )
    }
    made_of_codes |= {f"publishable.{code}" for code in (*publishable.CODES, *publishable.ASKED)}
    made_of_codes |= {f"question.{code}" for code in documents.QUESTIONS}
    unused = [
        key for key in words.load("zh") if key not in made_of_codes and f'"{key}"' not in code
    ]
    unused = [key for key in unused if f"'{key}'" not in code]
    assert unused == []
    assert made_of_codes <= set(words.load("zh"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_of_a_sensitive_form_has_the_button_to_leave_it(lang: str) -> None:
    for form in load_all().values():
        if form.sensitive:
            page = (ROOT / "docs" / lang / f"{form.page}.md").read_text("utf-8")
            assert "\nsensitive: true\n" in page, form.id
