"""The API's description: sound, whole, and true of the service that answers."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from forms_api import openapi
from forms_api.forms import load_all
from forms_api.options import Catalogue
from forms_api.refusals import STATUS
from forms_api.samples import good_answers
from tests.api.conftest import Instance
from tests.api.examples import CATALOGUE, answers
from tests.conftest import BuiltSite

FORMS = load_all()
TODAY = date(2026, 11, 21)
DOCUMENT: Any = json.loads(json.dumps(openapi.document(FORMS, CATALOGUE, "https://x.example")))


def validator(schema: str) -> Draft202012Validator:
    whole = {"$ref": f"#/components/schemas/{schema}", "components": DOCUMENT["components"]}
    return Draft202012Validator(whole)


def faults(schema: str, value: object) -> list[str]:
    return [error.message for error in validator(schema).iter_errors(value)]


def test_the_document_is_a_sound_one() -> None:
    validate(DOCUMENT, cls=OpenAPIV31SpecValidator)


def test_every_route_is_described_and_every_description_has_its_route(instance: Instance) -> None:
    routes = {
        (rule.rule.replace("<form:form_id>", form), method.lower())
        for rule in instance.app.url_map.iter_rules()
        for form in FORMS
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {
        (path, method) for path, operations in DOCUMENT["paths"].items() for method in operations
    }
    assert described == routes


def test_every_code_of_a_problem_is_described() -> None:
    described = {
        code
        for one in DOCUMENT["components"]["responses"].values()
        for code in one["description"].split(", ")
    }
    assert described == set(STATUS)


@pytest.mark.parametrize("form", FORMS)
def test_the_example_of_each_form_is_a_good_answer(form: str) -> None:
    example = good_answers(FORMS[form], CATALOGUE)
    assert faults(form, example) == []
    checked = FORMS[form].check(listed(example), CATALOGUE, TODAY)
    assert checked.problems == ()


@pytest.mark.parametrize("form", FORMS)
def test_without_data_to_choose_from_the_document_is_still_sound(form: str) -> None:
    empty: Catalogue = {}
    good_answers(FORMS[form], empty)
    validate(json.loads(json.dumps(openapi.document({form: FORMS[form]}, empty, "https://x"))))


@pytest.mark.parametrize("form", FORMS)
def test_an_answer_left_out_is_missed_by_the_schema_and_by_the_form(form: str) -> None:
    example = good_answers(FORMS[form], CATALOGUE)
    for field in FORMS[form].fields:
        if field.name in example and not field.optional:
            rest = {name: value for name, value in example.items() if name != field.name}
            assert faults(form, rest)
            missed = {
                one.field for one in FORMS[form].check(listed(rest), CATALOGUE, TODAY).problems
            }
            assert field.name in missed


def test_what_is_answered_is_as_described(instance: Instance) -> None:
    for form in ("help-ask", "away-activities", "away-register"):
        given = answers(FORMS[form], lang="en")
        read_back = instance.check(form, given).json
        assert faults("ReadBack", read_back) == []
        receipt = instance.confirm(form, read_back).json
        assert faults("Receipt", receipt) == []
        code = {"code": receipt["access_code"]}
        assert faults("Status", instance.client.post("/forms/status", json=code).json) == []
        assert faults("Erased", instance.client.post("/forms/status/erase", json=code).json) == []
        assert faults("Problem", instance.check(form, {}).json) == []
    feedback = answers(FORMS["page-feedback"])
    assert faults("Thanks", instance.client.post("/forms/page-feedback", json=feedback).json) == []


def test_a_program_may_ask_for_data_alone(instance: Instance) -> None:
    given = {**answers(FORMS["help-ask"]), "html": False}
    read_back = instance.check("help-ask", given).json
    key = {"Idempotency-Key": read_back["idempotency_key"]}
    body = {"token": read_back["token"], "html": False}
    receipt = instance.client.post("/forms/help-ask", json=body, headers=key).json
    for schema, answer in (("ReadBack", read_back), ("Receipt", receipt)):
        assert "html" not in answer and faults(schema, answer) == []
    with_html = instance.client.post("/forms/help-ask", json={"token": body["token"]}, headers=key)
    assert with_html.json == {**receipt, "html": with_html.json["html"]}


def test_the_site_publishes_it_with_the_open_data(built_site: BuiltSite) -> None:
    published = json.loads((built_site.public / "data/openapi.json").read_text("utf-8"))
    validate(published)
    assert published["paths"].keys() == DOCUMENT["paths"].keys()
    cities = published["components"]["schemas"]["help-ask"]["properties"]["city"]["enum"]
    assert "440300" in cities and len(cities) > 100


def listed(example: dict[str, Any]) -> dict[str, list[str]]:
    return {name: value if isinstance(value, list) else [value] for name, value in example.items()}
