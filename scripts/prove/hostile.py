"""64 KB of anything in any field of any form: nobody else waits, and no request costs much.

The real service, as a process of its own. Every form, every field and every hostile text, as long
as a body may be; then the same texts as access code, in queries and in headers. Meanwhile another
visitor asks without pause. Processor time is the service's own, of all its threads, read from the
kernel around each request; what looks dear is sent again, so that the other visitor's share and a
busy machine do not count. tests/api/test_bounded_work.py times each kind of field by itself.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from forms_api.forms import load_all
from scripts.progress import step
from scripts.prove import described
from scripts.prove.hostile_texts import LENGTH, texts
from scripts.prove.instance import Running, folder
from scripts.prove.timing import SECOND

DEAR_MS: Final = 250  # a whole request: reading, checking, and the page with what was typed
TRIES: Final = 3
_LINE: Final = 6000  # characters of a query or a header
_PATH: Final = "/forms/help-ask"

Request = tuple[str, str, bytes, dict[str, str]]


def prove(quick: bool) -> dict[str, Any]:
    requests = list(_requests(quick))
    worst_ms, dearest, statuses = 0.0, "", Counter[int]()
    with folder() as where, step("hostile") as progress:
        described.write_release(where)  # a form whose choices are not there says only that
        service = Running(where)
        visitor = _Visitor(service)
        visitor.start()
        try:
            for number, (name, one) in enumerate(requests):
                spent = DEAR_MS + 1.0
                for _ in range(TRIES):
                    if spent > DEAR_MS:
                        before = _processor_ms(service.child.pid)
                        statuses[_send(service, one)] += 1
                        spent = min(spent, _processor_ms(service.child.pid) - before) or spent
                if spent > worst_ms:
                    worst_ms, dearest = spent, name
                progress.update(number + 1, len(requests))
        finally:
            visitor.enough.set()
            visitor.join()
            service.stop()
    errors = sum(count for status, count in statuses.items() if status >= 500) + visitor.failed
    wait_ms = max(visitor.waits, default=60.0) * 1000
    return {
        "holds": errors == 0 and worst_ms <= DEAR_MS and wait_ms <= SECOND * 1000,
        "requests": sum(statuses.values()),
        "worst_processor_ms": round(worst_ms),
        "dearest": dearest,
        "worst_wait_ms": round(wait_ms),
        "visits": len(visitor.waits),
        "server_errors": errors,
        "statuses": {str(status): count for status, count in sorted(statuses.items())},
    }


def _requests(quick: bool) -> Iterator[tuple[str, Request]]:
    """With names. The quick ones: every third text, in one field after the other of each kind."""
    fields = [(form, field) for form in load_all().values() for field in form.fields]
    if quick:
        kinds = list({field.kind: (form, field) for form, field in fields}.values())
        chosen = [(*kinds[n % len(kinds)], n) for n in range(0, len(texts()), 3)]
    else:
        chosen = [(*pair, n) for pair in fields for n in range(len(texts()))]
    named = list(texts().items())
    for form, field, n in chosen:
        name, text = named[n]
        path = f"/forms/{form.id}/check" if form.check_page else f"/forms/{form.id}"
        yield f"{form.id}.{field.name}: {name}", _post(path, field.name, text)
    for name, text in named[:: 20 if quick else 1]:
        yield f"code: {name}", _post("/forms/status", "code", text)
        line = "".join(one for one in text if "!" <= one <= "~" and one != "%")[:_LINE] or "x"
        for header in ("Accept-Language", "Accept", "Idempotency-Key", "Cookie", "Origin"):
            yield f"{header}: {name}", ("POST", f"{_PATH}/check", b"{}", {**_JSON, header: line})
        query = "".join(one for one in line if one.isalnum() or one in "-_.~")
        yield f"query: {name}", ("GET", f"{_PATH}?lang={query[:2000]}&branch={query}", b"", {})
    many = json.dumps({"situation": [f"v{number}" for number in range(6000)]}).encode()
    yield "6,000 values", ("POST", "/forms/away-register/check", many, _JSON)
    yield "6,000 names", ("POST", f"{_PATH}/check", b"&".join(b"n%d=1" % n for n in range(6000)),
                          {"Content-Type": "application/x-www-form-urlencoded"})  # fmt: skip


_JSON: Final = {"Content-Type": "application/json", "Accept": "application/json"}


def _post(path: str, name: str, text: str) -> Request:
    """Answered as a page, which holds all that was typed; no longer than a body may be."""
    body = json.dumps({name: text}, ensure_ascii="\ud800" in text)
    while len(raw := body.encode()) > LENGTH:
        text = text[: len(text) * LENGTH // len(raw) - 1]
        body = json.dumps({name: text}, ensure_ascii="\ud800" in text)
    return "POST", path, raw, {"Content-Type": "application/json", "Accept": "text/html"}


def _send(service: Running, request: Request) -> int:
    method, path, body, headers = request
    connection = service.connect()
    try:
        connection.request(method, path, body, {**headers, "Connection": "close"})
        reply = connection.getresponse()
        reply.read()
        return reply.status
    finally:
        connection.close()


def _processor_ms(pid: int) -> float:
    """Of a process, its threads and its children, in milliseconds."""
    total = 0.0
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            total += int((task / "schedstat").read_text("ascii").split()[0]) / 1e6
            children = (task / "children").read_text("ascii").split()
        except FileNotFoundError:  # a thread that has just ended
            continue
        total += sum(_processor_ms(int(child)) for child in children)
    return total


class _Visitor(threading.Thread):
    """Opens a form again and again, with a breath in between; how long each took."""

    def __init__(self, service: Running) -> None:
        super().__init__(daemon=True)
        self.service = service
        self.enough = threading.Event()
        self.waits: list[float] = []
        self.failed = 0

    def run(self) -> None:
        while not self.enough.wait(0.05):
            began = time.monotonic()
            try:
                status = _send(self.service, ("GET", _PATH, b"", {}))
            except (OSError, http.client.HTTPException):
                status = 599
            self.failed += status != 200
            self.waits.append(time.monotonic() - began)
