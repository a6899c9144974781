"""Hostile requests by the ten thousand: whatever arrives, no server error.

Requests are made from a seeded generator and handed to the WSGI application itself, so that even
what a web server would refuse gets through: bytes that are no text, NUL, lone surrogates, deep
JSON, broken multipart bodies, wrong lengths, foreign and damaged tokens, replayed ones, addresses
and methods that do not exist. Rate limits are off. Answers are read to the end. Afterwards
schemathesis makes requests from the API's own description, for a live service.
"""

from __future__ import annotations

import io
import json
import random
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

from forms_api.app import create_app
from forms_api.services import Services, of
from scripts.progress import say, step
from scripts.prove import described, hostile
from scripts.prove.instance import AGE, draft, folder, settings_in

SEED = 20261121


def prove(quick: bool) -> dict[str, Any]:
    requests = 1_000 if quick else 100_000
    statuses: Counter[int] = Counter()
    echoed, worst = 0, 0.0
    with folder() as where, step("fuzz") as progress:
        described.write_release(where)
        app = create_app(settings_in(where)[0], testing=True)  # unexpected errors come through
        mine = of(app)
        source = _Source(mine)
        try:
            for number in range(requests):
                environ, marker = source.request()
                began = time.perf_counter()
                status, body = _answer(app.wsgi_app, environ)
                worst = max(worst, time.perf_counter() - began)
                statuses[status] += 1
                echoed += bool(marker) and marker in body
                progress.update(number + 1, requests)
        finally:
            mine.writer.close()
        with mine.engine.connect() as connection:
            stored = connection.exec_driver_sql("SELECT count(*) FROM submission").scalar_one()
        mine.engine.dispose()
    made = described.run(SEED, quick)
    errors = sum(count for status, count in statuses.items() if status >= 500)
    return {
        "holds": errors == 0 and echoed == 0 and statuses[201] > 0 and not made["schema_failures"],
        "requests": requests,
        "server_errors": errors,
        "echoed_in_problems": echoed,
        "statuses": {str(status): count for status, count in sorted(statuses.items())},
        "stored": stored,
        "slowest_ms": round(worst * 1000),
        "seed": SEED,
        **made,
    }


def _answer(app: Callable[..., Iterable[bytes]], environ: dict[str, Any]) -> tuple[int, bytes]:
    """(status, body of a problem document); an exception is a server error, 599."""
    seen: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]], _info: object = None) -> None:
        seen.update(status=int(status[:3]), kind=dict(headers).get("Content-Type", ""))

    try:
        parts = app(environ, start)
        body = b"".join(parts)
        getattr(parts, "close", lambda: None)()
    except Exception as error:
        at = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{at.filename}:{at.lineno}"
        say(f"{type(error).__name__} {where} {environ['REQUEST_METHOD']} {environ['PATH_INFO']!r}")
        return 599, b""
    return seen["status"], body if "problem+json" in seen["kind"] else b""


class _Source:
    """One hostile request after another; some carry good tokens, whole or damaged."""

    def __init__(self, mine: Services) -> None:
        self._chance = random.Random(SEED)  # noqa: S311
        self._mine = mine
        self._forms = [*mine.forms, "status", "health", "nothing", "status/erase"]
        self._names = sorted({one.name for form in mine.forms.values() for one in form.fields})
        self._names += ["token", "lang", "remark", "change", "code", "__proto__", "", "\x00"]
        self._key = ""
        self._drafts = [draft(f"Is this the real question {n}?") for n in range(20)]

    def request(self) -> tuple[dict[str, Any], bytes]:
        """(environ, what a problem document must not repeat)."""
        chance = self._chance
        body, kind, marker = self._body()
        path = self._path()
        strange = ["GET", "GET", "PUT", "HEAD", "OPTIONS", "BREW", "DELETE"]
        method = "POST" if chance.random() < 0.85 else chance.choice(strange)
        length = str(len(body))
        if chance.random() < 0.05:
            length = chance.choice(["", "-1", "0", "99999999999", "x", str(len(body) + 1)])
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path.encode("utf-8", "surrogatepass").decode("latin-1"),
            "QUERY_STRING": quote_from_bytes(hostile.raw(chance), safe="=&%+")
            if chance.random() < 0.3
            else "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "192.0.2.1",
            "CONTENT_TYPE": kind,
            "CONTENT_LENGTH": length,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name in ("HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE",
                     "HTTP_IDEMPOTENCY_KEY", "HTTP_HOST", "HTTP_COOKIE", "HTTP_RANGE"):  # fmt: skip
            if chance.random() < 0.1:
                environ[name] = hostile.header(chance)
        if self._key and chance.random() < 0.7:
            environ["HTTP_IDEMPOTENCY_KEY"] = self._key
        return environ, marker

    def _path(self) -> str:
        chance = self._chance
        if chance.random() < 0.1:
            return "/" + hostile.text(chance)[:200]
        if self._key:
            return f"/forms/{self._drafts[0].form}{chance.choice(['', '', '', '/check'])}"
        tail = chance.choice(["", "/check", "/check", "/check", "/check", "/", "/x"])
        return f"/forms/{chance.choice(self._forms)}{tail}"

    def _body(self) -> tuple[bytes, str, bytes]:
        chance = self._chance
        answers = self._answers()
        form = chance.random() < 0.4
        if form:
            lists = {k: v if isinstance(v, list) else [v] for k, v in answers.items()}
            pairs = [(k, str(one)) for k, some in lists.items() for one in some]
            body = urlencode(pairs, errors="surrogatepass").encode()
            kind = "application/x-www-form-urlencoded"
        else:
            body, kind = json.dumps(answers).encode(), "application/json"
        marker = b""
        if chance.random() < 0.15:
            body = hostile.damaged(chance, body)
        if chance.random() < 0.1:
            body, kind = hostile.strange_body(chance)
        elif "zq7marker" in str(answers.values()):
            marker = b"zq7marker"
        return body, kind, b"" if form else marker

    def _answers(self) -> dict[str, Any]:
        chance = self._chance
        self._key = ""
        if chance.random() < 0.35:
            one = chance.choice(self._drafts)
            token = self._mine.tokens.issue(one, time.time() - chance.choice([0, AGE, 10**5]))
            self._key = one.key
            if chance.random() < 0.4:
                token = hostile.damaged(chance, token.encode()).decode("latin-1")
            return {"token": token}
        names = chance.sample(self._names, chance.randint(0, min(12, len(self._names))))
        return {name: hostile.value(chance) for name in names}
