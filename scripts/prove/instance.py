"""An instance of the service to prove things on: in this process, or as a process of its own."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import string
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pyrage  # type: ignore[import-untyped]

from forms_api import clock, services
from forms_api.app import close, create_app
from forms_api.forms import Form, load_all
from forms_api.services import Services
from forms_api.settings import DEVELOPMENT_SECRET, Settings
from forms_api.tokens import Draft, Tokens, new_key
from scripts.children import Child
from scripts.outcome import CannotRun
from scripts.service import answers, free_port

ROOT = Path(__file__).resolve().parents[2]
FORM = "help-ask"
AGE = 60  # seconds between read-back and confirmation: a person, not a robot


@cache
def form(name: str = FORM) -> Form:
    return load_all()[name]


def mark() -> str:
    """Letters that nobody sent before. Digits could look like the number of a card or a telephone,
    which forms refuse."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(20))


def draft(question: str, key: str | None = None) -> Draft:
    """A good question on its way, with this text in it."""
    one = form()
    given = {
        "topic": ["dues"],
        "question": [question],
        "publish_ok": ["no"],
        "reply_by": ["email"],
        "contact": ["proof.of.jinqiao@example.org"],
        "consent": ["yes"],
    }
    checked = one.check(given, {}, clock.today())
    if checked.problems:
        raise RuntimeError(f"the form has changed: {[p.field for p in checked.problems]}")
    return Draft(one.id, one.version, "zh", key or new_key(), checked.values)


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="jinqiao-prove-") as name:
        yield Path(name)


@contextmanager
def inside(place: Path, **changes: Any) -> Iterator[tuple[Services, str]]:
    """The collaborators of an app in this process, and the secret key that opens what it seals."""
    settings, identity = settings_in(place, **changes)
    app = create_app(settings)
    try:
        yield services.of(app), identity
    finally:
        close(app)


def settings_in(place: Path, **changes: Any) -> tuple[Settings, str]:
    """Settings with everything in `place`, and the secret key that opens what is sealed."""
    identity = pyrage.x25519.Identity.generate()
    settings = Settings(
        database_url=f"sqlite:///{place / 'forms.sqlite'}",
        recipients=(str(identity.to_public()),),
        release=place / "release",
        reference_prefix="TY",
        rate_limit="",
    )
    return replace(settings, **changes), str(identity)


class Running:
    """`forms_api.cli serve` in a process of its own, its data in `place`."""

    def __init__(
        self, place: Path, environ: Mapping[str, str] | None = None, before: Sequence[str] = ()
    ) -> None:
        self.place = place
        self.port = free_port()
        self.log = place / "service.log"
        self._tokens = Tokens((environ or {}).get("FORMS_SECRET", DEVELOPMENT_SECRET))
        ours = {name: text for name, text in os.environ.items() if not name.startswith("FORMS_")}
        ours |= {
            "FORMS_DATABASE_URL": f"sqlite:///{place / 'forms.sqlite'}",
            "FORMS_KEYS_FOLDER": str(place / "keys"),
            "FORMS_RELEASE": str(place / "release"),
            "FORMS_REFERENCE_PREFIX": "TY",
            "FORMS_RATE_LIMIT": "off",
            "FORMS_HOUSEKEEPING": "0",
            "TMPDIR": str(place),
            **(environ or {}),
        }
        command = [*before, sys.executable, "-m", "forms_api.cli", "serve", "--port"]
        self._log = self.log.open("ab")
        self.child = Child(
            [*command, str(self.port)], ROOT, ours, stdout=self._log, stderr=self._log
        )
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        while not answers("127.0.0.1", self.port):
            if self.child.wait(0.05) is not None or time.monotonic() > deadline:
                self.stop()
                why = (self.log.read_text("utf-8").splitlines() or [""])[-1]
                raise CannotRun("表单服务没有启动。", f"the forms service did not start. {why}")

    def confirm(self, one: Draft) -> tuple[int, Any]:
        """(status, receipt). Raises OSError or HTTPException when no answer came."""
        token = self._tokens.issue(one, time.time() - AGE)
        return self.post(f"/forms/{one.form}", {"token": token}, {"Idempotency-Key": one.key})

    def post(self, path: str, body: Any, headers: Mapping[str, str]) -> tuple[int, Any]:
        connection = self.connect()
        try:
            # Behind a proxy each is a visitor of its own; without one nobody reads it.
            visitor = {
                "X-Forwarded-For": f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"
            }
            sent = {"Content-Type": "application/json", "Connection": "close", **visitor, **headers}
            connection.request("POST", path, json.dumps(body), sent)
            reply = connection.getresponse()
            return reply.status, json.loads(reply.read())
        finally:
            connection.close()

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    @property
    def answered(self) -> int:
        """Requests that it has logged so far."""
        return self.log.read_bytes().count(b'"answered"')

    @property
    def identity(self) -> str:
        """The secret key that opens what this instance sealed."""
        return (self.place / "keys" / "desk.key").read_text("utf-8").split()[-1]

    def stop(self) -> None:
        self.child.stop()
        self._log.close()

    def kill(self) -> None:
        """kill -9, workers and all."""
        self.child.kill()
        self._log.close()
