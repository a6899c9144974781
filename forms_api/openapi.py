"""What the forms service takes and answers, as an OpenAPI 3.1 document made from the definitions.

Pure Python like the definitions: the build publishes it with the open data. Names in it are in
Chinese and English; codes of problems are stable, their words are not.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from forms_api import api_answers, samples
from forms_api.form import Form
from forms_api.languages import ACCEPTED
from forms_api.options import Catalogue
from forms_api.refusals import STATUS

VERSION: Final = "1"
_ANSWERS: Final = ("application/json", "application/x-www-form-urlencoded")
_LANG: Final = {
    "name": "lang",
    "in": "query",
    "description": "回答用的语言；没有就看 Accept-Language，再没有就用简体中文。"
    "zh-Hant 用繁体回答，网站没有繁体版时用简体；到底是哪种，看 Content-Language。 / "
    "Language of the answer; else by Accept-Language, else Simplified Chinese. zh-Hant is answered "
    "in Traditional characters, in Simplified ones where the site has no such edition: "
    "Content-Language says which.",
    "schema": {"type": "string", "enum": list(ACCEPTED)},
}
_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "程序必须给：同一个键只存一次，重发得到同一张回执。 / "
    "Programs must name it: one key is kept once, and sending it again gives the same receipt.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{22,128}$"},
}
_ALWAYS: Final[Mapping[str, Any]] = {
    "lang": {
        "type": "string",
        "enum": list(ACCEPTED),
        "description": "回答用的语言；填的不转换 / of the answer; nothing sent is converted",
    },
    "html": {"type": "boolean", "description": "false：只要数据 / data alone, without HTML"},
}
_REFUSED: Final = (
    *("bad-request", "foreign", "too-large", "media-type", "too-many"),
    *("server", "busy", "moving"),
)
_KEPT: Final = ("token", "key-missing", "in-progress", "already-sent", "answers")


def document(forms: Mapping[str, Form], catalogue: Catalogue, server: str) -> dict[str, Any]:
    """`server` is the address of the site without a slash at its end."""
    paths: dict[str, Any] = {}
    for form in forms.values():
        paths |= _form_paths(form, catalogue)
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "表单接口 / Forms API",
            "version": VERSION,
            "description": "先核对（check），再凭核对得到的 token 送出；"
            "回执上的查询码可查进度、可删除。内容用各岗位的公钥加密后才存。 / "
            "Check first, then send with the token of the check; the access code on the receipt "
            "shows the status and deletes. Answers are sealed to the desks’ keys before they are "
            "stored.",
        },
        "servers": [{"url": server}],
        "tags": [{"name": form.id, "description": _both(form.title)} for form in forms.values()],
        "paths": paths | _other_paths(),
        "components": {
            "schemas": api_answers.schemas(tuple(forms.values()))
            | {form.id: _answers(form, catalogue) for form in forms.values()},
            "responses": {str(status): one for status, one in _problems()},
        },
    }


def _both(text: Any) -> str:
    return f"{text.zh} / {text.en}"


def _answers(form: Form, catalogue: Catalogue) -> dict[str, Any]:
    schema = form.json_schema(catalogue)
    return {**schema, "properties": {**schema["properties"], **_ALWAYS}}


def _ref(schema: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{schema}"}


def _form_paths(form: Form, catalogue: Catalogue) -> dict[str, Any]:
    show = {
        "operationId": f"{form.id}-show",
        "summary": f"表单 / The form: {_both(form.title)}",
        "parameters": [_LANG, *_prefilling(form)],
        "responses": _page("表单页 / The form as a page") | _refusals("foreign", "server"),
    }
    body = _body(_ref(form.id), {"answers": {"value": samples.good_answers(form, catalogue)}})
    if not form.check_page:
        send = _post(f"{form.id}-send", f"送出 / Send: {_both(form.title)}", body)
        send["responses"] = _said(201, "已收到 / Received", "Thanks") | _refusals(
            *_REFUSED, "answers", "in-progress"
        )
        return _tagged(form, {f"/forms/{form.id}": {"get": show, "post": send}}) | _tagged(
            form, {f"/forms/{form.id}/check": {"post": _check(form, body, links=False)}}
        )
    token = {
        "type": "object",
        "properties": {"token": {"type": "string", "maxLength": 60_000}, **_ALWAYS},
        "required": ["token"],
    }
    send = _post(f"{form.id}-send", f"确认送出 / Confirm: {_both(form.title)}", _body(token))
    send["parameters"] = [*send["parameters"], _KEY]
    send["responses"] = {
        **_said(201, "回执 / The receipt", "Receipt", {"status": _status_link()}),
        **_refusals(*_REFUSED, *_KEPT),
        **_again(),
    }
    return _tagged(
        form,
        {
            f"/forms/{form.id}": {"get": show, "post": send},
            f"/forms/{form.id}/check": {"post": _check(form, body, links=True)},
        },
    )


def _tagged(form: Form, paths: dict[str, Any]) -> dict[str, Any]:
    for operations in paths.values():
        for one in operations.values():
            one["tags"] = [form.id]
    return paths


def _prefilling(form: Form) -> Iterator[dict[str, Any]]:
    """What the address of the form's page may fill in (Form.prefilled)."""
    for one in form.fields:
        name = "branch" if one.kind == "branch" else one.name
        if name in {"branch", "page", "course", "event"}:
            yield {"name": name, "in": "query", "schema": {"type": "string"},
                   "description": _both(one.label)}  # fmt: skip


def _check(form: Form, body: dict[str, Any], *, links: bool) -> dict[str, Any]:
    confirm = {
        "operationId": f"{form.id}-send",
        "parameters": {"header.Idempotency-Key": "$response.body#/idempotency_key"},
        "requestBody": {"token": "$response.body#/token"},
    }
    summary = f"核对，不保存 / Check, keep nothing: {_both(form.title)}"
    check = _post(f"{form.id}-check", summary, body)
    check["parameters"] = [*check["parameters"], _KEY]
    following = {"confirm": confirm} if links else None
    check["responses"] = {
        **_said(200, "读回来核对 / The answers read back", "ReadBack", following),
        **_refusals(*_REFUSED, "answers", "token"),
    }
    return check


def _other_paths() -> dict[str, Any]:
    code = {
        "type": "object",
        "properties": {"code": {"type": "string", "maxLength": 200}, "lang": _ALWAYS["lang"]},
        "required": ["code"],
    }
    status = _post("status", "凭查询码看进度 / How far it is, by access code", _body(code))
    status["responses"] = _said(200, "进度 / How far it is", "Status") | _refusals(
        *_REFUSED, "code-unknown", "code-malformed"
    )
    erase = _post("erase", "凭查询码删除 / Delete it, by access code", _body(code))
    erase["responses"] = _said(200, "已删除 / Deleted", "Erased") | _refusals(
        *_REFUSED, "code-unknown", "code-malformed"
    )
    states = {"enum": ["ok", "gone", "full", "away", "busy"]}
    health = {"type": "object", "properties": {"status": states}, "required": ["status"]}
    return {
        "/forms/status": {
            "get": {
                "operationId": "status-show",
                "summary": "输入查询码的页 / The page that asks for the code",
                "parameters": [_LANG],
                "responses": _page("页面 / The page") | _refusals("server"),
            },
            "post": status,
        },
        "/forms/status/erase": {"post": erase},
        "/forms/health": {
            "get": {
                "operationId": "health",
                "summary": "收到的存不存得下 / Whether what comes in can be kept",
                "responses": {
                    "200": {
                        "description": "正常 / Well",
                        "content": {"application/json": {"schema": health}},
                    },
                    "503": {
                        "description": "存不下，status 说为什么 / Not; status says why",
                        "content": {"application/json": {"schema": health}},
                    },
                    **_refusals("server"),
                },
            }
        },
    }


def _post(operation: str, summary: str, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": operation,
        "summary": summary,
        "parameters": [_LANG],
        "requestBody": body,
    }


def _body(schema: dict[str, Any], examples: dict[str, Any] | None = None) -> dict[str, Any]:
    one = {"schema": schema, **({"examples": examples} if examples else {})}
    return {"required": True, "content": dict.fromkeys(_ANSWERS, one)}


def _said(
    status: int, description: str, schema: str, links: dict[str, Any] | None = None
) -> dict[str, Any]:
    content = {"application/json": {"schema": _ref(schema)}, "text/html": {}}
    one = {"description": description, "content": content, **({"links": links} if links else {})}
    return {str(status): one}


def _again() -> dict[str, Any]:
    """Read back once more, since the token was too old; or a problem that time mends."""
    said = _said(
        409, "核对过期，请再核对；或者还在处理 / Too old: check again; or under way", "ReadBack"
    )
    said["409"]["content"]["application/problem+json"] = {"schema": _ref("Problem")}
    return said


def _status_link() -> dict[str, Any]:
    return {"operationId": "status", "requestBody": {"code": "$response.body#/access_code"}}


def _page(description: str) -> dict[str, Any]:
    return {"200": {"description": description, "content": {"text/html": {}}}}


def _refusals(*codes: str) -> dict[str, Any]:
    found = sorted({STATUS[code] for code in codes})
    return {str(status): {"$ref": f"#/components/responses/{status}"} for status in found}


def _problems() -> Iterator[tuple[int, dict[str, Any]]]:
    """One answer a status, naming the codes that come with it."""
    for status in sorted(set(STATUS.values())):
        codes = [code for code, its in STATUS.items() if its == status]
        schema = {"allOf": [_ref("Problem"), {"properties": {"code": {"enum": codes}}}]}
        content = {"application/problem+json": {"schema": schema}, "text/html": {}}
        yield status, {"description": ", ".join(codes), "content": content}
