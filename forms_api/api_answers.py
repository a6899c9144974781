"""The schemas of what the service answers to programs (see openapi.py)."""

from collections.abc import Sequence
from typing import Any

from forms_api.form import Form
from forms_api.refusals import STATUS

_TEXT: dict[str, Any] = {"type": "string"}
_DAY: dict[str, Any] = {"type": ["string", "null"], "format": "date"}


def schemas(forms: Sequence[Form]) -> dict[str, Any]:
    """Name → schema. `html` is the same answer as it is shown on a page."""
    ids = [form.id for form in forms]
    codes = sorted(set().union(*(one.all_codes() for form in forms for one in form.fields)))
    html = {
        "html": {"type": "string", "description": "请求里写 html: false 就没有 / as it is shown"}
    }
    row = _all({"name": _TEXT, "label": _TEXT, "text": _TEXT})
    fault = _all({"field": _TEXT, "code": {"enum": codes}, "message": _TEXT, "html": _TEXT})
    read_back = _all(
        {
            "form": {"enum": ids},
            "token": _TEXT,
            "idempotency_key": _TEXT,
            "expires_in": {"type": "integer", "description": "秒 / seconds"},
            "expired": {"type": "boolean"},
            "answers": {"type": "array", "items": row},
            "title": _TEXT,
        }
    )
    read_back["properties"] |= html
    receipt = _all(
        {
            "form": {"enum": ids},
            "reference": {"type": "string", "description": "报号用 / for quoting; opens nothing"},
            "access_code": {"type": "string", "description": "只给您 / opens and deletes; keep it"},
            "received_on": {"type": "string", "format": "date"},
            "due_on": _DAY,
            "title": _TEXT,
        }
    )
    receipt["properties"] |= html | {"place": {"enum": ["taken", "waiting"]}}
    dates = ("received_on", "due_on", "answered_on", "closed_on", "deleted_by")
    states = ["received", "handling", "answered", "closed", "withdrawn"]
    problem = _all(
        {
            "type": {"type": "string", "pattern": "^urn:jinqiao:problem:"},
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": _TEXT,
            "code": {"enum": list(STATUS)},
        }
    )
    problem["properties"] |= {
        "problems": {"type": "array", "items": fault},
        "summary": {"type": "string", "description": "HTML"},
        "page_title": _TEXT,
    }
    return {
        "Problem": problem,
        "ReadBack": read_back,
        "Receipt": receipt,
        "Thanks": _all({"form": {"enum": ids}, "title": _TEXT, "text": _TEXT}),
        "Status": _all(
            {
                "form": _TEXT,
                "status": {"enum": states},
                **dict.fromkeys(dates, _DAY),
                "replies": {"type": "array", "items": _reply()},
                "unverified_replies": {"type": "integer", "minimum": 0},
            }
        ),
        "Erased": _all({"status": {"const": "withdrawn"}}),
    }


def _reply() -> dict[str, Any]:
    """What a desk answered; it was sealed to the access code that asks for it."""
    ways, letters = ["email", "phone", "status"], [None, "waiting", "sent", "dead"]
    return _all({"on": _DAY, "way": {"enum": ways}, "text": _TEXT, "mail": {"enum": letters}})


def _all(properties: dict[str, Any]) -> dict[str, Any]:
    """An object in which each of these is present."""
    return {"type": "object", "properties": properties, "required": list(properties)}
