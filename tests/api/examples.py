"""A small catalogue, and one good set of answers for each form."""

from __future__ import annotations

from typing import Any

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
