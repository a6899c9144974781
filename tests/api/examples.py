"""A small catalogue, and one good set of answers for each form."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from forms_api import traditional
from forms_api.fields import Consent, Contact, TextLine
from forms_api.form import Form
from forms_api.patterned import Number
from scripts.traditional import converter, strings

ROOT = Path(__file__).resolve().parents[2]
IDENTITY = {"name": {"zh": "金桥", "en": "Jinqiao"}, "reference_prefix": "TY"}
CATALOGUE = {
    "cities": [
        {
            "group": {"zh": "广东", "en": "Guangdong"},
            "options": [
                {"value": "440300", "zh": "深圳", "en": "Shenzhen"},
                {"value": "441900", "zh": "东莞", "en": "Dongguan"},
            ],
        }
    ],
    "townships": [{"value": "songjian", "zh": "松笺镇", "en": "Songjian Town"}],
    "trades": [{"value": "catering", "zh": "餐饮", "en": "Catering"}],
    "settings": [{"value": "park", "zh": "园区", "en": "Park"}],
    "anchors": [{"value": "place", "zh": "依托集中地", "en": "A place"}],
    "courses": [
        {"value": "wages", "zh": "工资课", "en": "Wages", "seats": 5, "on": "2026-12-10"},
    ],
    "events": [
        {"value": "tea", "zh": "茶话会", "en": "Tea", "seats": 5, "on": "2026-11-28"},
    ],
    "pages": ["help/ask", "help/index"],
    "branches": {
        "ty-sz": {"zh": "棠砚驻深圳企业支部", "en": "Tangyan Branch in Shenzhen"},
        "ty-a": {"zh": "同名支部", "en": "Same Name"},
        "ty-b": {"zh": "同名支部", "en": "Same Name"},
    },
}

AWAY: dict[str, Any] = {
    "lang": "zh-Hans",
    "call_me": "林师傅在此",
    "dest_city": "440300",
    "dest_district": "龙岗坂田街道",
    "home_township": "songjian",
    "away_since": "2025-03",
    "situation": ["work", "lost-contact"],
    "want": ["branch-contact"],
    "preferred_branch": "ty-sz",
    "reply_by": "phone",
    "contact": "１３８ ００１３ ８０００",
    "consent": "yes",
    "consent_separate": "yes",
}

ASK: dict[str, Any] = {
    "lang": "en",
    "topic": "dues",
    "city": "441900",
    "question": "How do I pay my dues from Dongguan?\nThank you – 多谢您。",
    "publish_ok": "yes",
    "reply_by": "email",
    "contact": "wanderer.lin@example.org",
    "consent": "yes",
}

GOOD = {"away-register": AWAY, "help-ask": ASK}


_BY_KIND: dict[str, Any] = {
    "month": "2026年3月",
    "date": "２０２６／１１／２０",
    "branch": "Tangyan Branch in Shenzhen",
    "reference": "ty 7qk4 m9xd",
    "page": "help/ask",
}


def new_release(folder: Path) -> Path:
    """What the service takes from a release: the catalogue, whose site it is, Traditional words."""
    private = folder / "release" / "_private"
    private.mkdir(parents=True)
    (private / "catalogue.json").write_text(json.dumps(CATALOGUE), "utf-8")
    (private / "identity.json").write_text(json.dumps(IDENTITY), "utf-8")
    (private / traditional.FILE).write_bytes(_traditional_words())
    return private.parent


@cache
def _traditional_words() -> bytes:
    with TemporaryDirectory() as made:
        strings.write(ROOT, Path(made), CATALOGUE, IDENTITY, in_traditional().many)
        return (Path(made) / traditional.FILE).read_bytes()


@cache
def in_traditional() -> converter.Converter:
    """What the build converts with."""
    return converter.load(ROOT)


def answers(form: Form, access_code: str = "", lang: str = "zh-Hans") -> dict[str, Any]:
    """Good answers to every question of any form, as a person might write them."""
    found: dict[str, Any] = {}
    for field in form.fields:
        if not field.asked(found):
            continue
        if choices := field.choices("zh", CATALOGUE):
            value: Any = choices[0].value
            found[field.name] = [value] if field.many else value
        elif isinstance(field, Contact):
            by_email = found.get(field.by or "") == "email"
            found[field.name] = "lin@example.org" if by_email else "１３８ ００１３ ８０００"
        elif isinstance(field, Consent):
            found[field.name] = "yes"
        elif isinstance(field, TextLine):
            found[field.name] = "棠" * max(field.min, min(field.max, 12))
        elif isinstance(field, Number):
            found[field.name] = "２ 人"
        elif field.kind == "access-code":
            found[field.name] = access_code
        else:
            found[field.name] = _BY_KIND[field.kind]
    return {**found, "lang": lang}
