"""The sides of `bench forms`: our service, the peer under gunicorn, and bare inserts."""

from __future__ import annotations

import importlib.util
import json
import secrets
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Engine, insert

from forms_api import codes, tokens
from forms_api.settings import DEVELOPMENT_SECRET
from forms_api.store.engine import begin_writing, migrate, open_engine
from forms_api.store.tables import metadata
from forms_api.tokens import Draft, Tokens
from scripts.bench.forms_load import PATIENCE
from scripts.children import Child
from scripts.outcome import CannotRun
from scripts.prove.instance import AGE, ROOT, Running, draft, mark
from scripts.service import answers, free_port

_HEAD = (
    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: application/json\r\n"
    "Content-Type: application/json\r\nIdempotency-Key: {key}\r\nContent-Length: {length}\r\n\r\n"
)


def _question() -> Draft:
    """Answers of some 700 bytes that nobody sent before."""
    return draft(f"{mark()} 我在外地打工，怎样按月交党费？手机上交了以后，原支部看得到吗？" * 3)


def _request(port: int, path: str, key: str, body: object) -> bytes:
    raw = json.dumps(body).encode()
    head = _HEAD.format(port=port, path=path, key=key, length=len(raw))
    return head.encode() + raw


class Ours:
    """The service as `forms_api.cli serve` starts it: granian, one process."""

    def __init__(self, place: Path, recipients: Path) -> None:
        self._service = Running(place, {"FORMS_RECIPIENTS_FILE": str(recipients)})
        self._tokens = Tokens(DEVELOPMENT_SECRET)
        self.port = self._service.port

    def requests(self, number: int) -> Iterator[bytes]:
        """Confirmations of answers that were read back a minute ago."""
        for _ in range(number):
            one = _question()
            token = self._tokens.issue(one, time.time() - AGE)
            yield _request(
                self.port, f"/forms/{one.form}", one.key, {"token": token, "html": False}
            )

    def stop(self) -> None:
        self._service.stop()


class Workers(NamedTuple):
    """How gunicorn is told to run the peer."""

    kind: str
    processes: int
    threads: int

    def __str__(self) -> str:
        return f"gunicorn {self.kind}, {self.processes} × {self.threads}"


class Peer:
    """The Django REST framework endpoint under gunicorn."""

    def __init__(self, place: Path, recipients: Path, workers: Workers) -> None:
        if not all(importlib.util.find_spec(name) for name in ("django", "gunicorn")):
            raise CannotRun("缺少对照用的 Django。", "the peer's Django is not installed.")
        database = place / "peer.sqlite"
        if not database.exists():
            engine = open_engine(f"sqlite:///{database}")
            migrate(engine)
            engine.dispose()
        self.port = free_port()
        environ = {"PEER_DATABASE": str(database), "PEER_RECIPIENTS": str(recipients)}
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{self.port}"]
        command += ["--worker-class", workers.kind, "--workers", str(workers.processes)]
        command += ["--threads", str(workers.threads), "--keep-alive", "75"]
        command += ["--log-level", "error", "--no-control-socket"]
        self._log = (place / "peer.log").open("ab")
        self._child = Child(
            [*command, "scripts.bench.forms_peer:application"],
            ROOT, environ, stdout=self._log, stderr=self._log,
        )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while not answers("127.0.0.1", self.port):
            if self._child.wait(0.05) is not None or time.monotonic() > deadline:
                self.stop()
                said = (place / "peer.log").read_text("utf-8").strip().splitlines()
                reason = said[-1] if said else "no reason given"
                raise CannotRun("对照没有启动。", f"the peer did not start: {reason}")

    def requests(self, number: int) -> Iterator[bytes]:
        """The same answers, to be read and kept at once."""
        for _ in range(number):
            one = _question()
            yield _request(self.port, "/submissions", one.key, dict(one.values))

    def stop(self) -> None:
        self._child.stop()
        self._log.close()


class Bare:
    """The same rows without any service: one thread, one transaction and one sync a record."""

    def __init__(self, place: Path, sealed: bytes) -> None:
        self._sealed = sealed
        self._engine: Engine = open_engine(f"sqlite:///{place / 'bare.sqlite'}")
        migrate(self._engine)

    def rate(self, number: int) -> float:
        """Records a second; all of them are made ready beforehand."""
        last = self._last()
        ready = [_rows(last + n, self._sealed) for n in range(1, number + 1)]
        compiled = {
            name: str(insert(metadata.tables[name]).values(row).compile(self._engine))
            for name, row in ready[0].items()
        }
        values = [
            [(compiled[name], tuple(row.values())) for name, row in rows.items()] for rows in ready
        ]
        raw = self._engine.raw_connection()
        try:
            cursor = raw.cursor()
            began = time.perf_counter()
            for statements in values:
                cursor.execute("BEGIN IMMEDIATE")
                for statement, row in statements:
                    cursor.execute(statement, row)
                cursor.execute("COMMIT")
            return number / (time.perf_counter() - began)
        finally:
            raw.close()

    def _last(self) -> int:
        with self._engine.begin() as connection:
            begin_writing(connection)
            found = connection.exec_driver_sql("SELECT max(id) FROM submission").scalar()
        return int(found or 0)

    def stop(self) -> None:
        self._engine.dispose()


def _rows(number: int, sealed: bytes) -> dict[str, dict[str, Any]]:
    """Table → row of submission `number`, columns in the table's own order."""
    day, reference = "2026-11-21", codes.new_reference("TY")
    return {
        "submission": {
            "id": number, "reference": reference, "form": "help-ask", "version": 1, "lang": "zh",
            "status": "received", "desk": "guide", "branch": None, "received_on": day,
            "due_on": "2026-11-28", "answered_on": None, "closed_on": None,
            "retain_until": "2027-02-19", "spam_score": 0, "spam_reason": "",
            "ciphertext": sealed, "key_ids": '["01234567", "89abcdef"]',
            "code_hash": secrets.token_bytes(32), "public_key": secrets.token_bytes(32),
            "duplicate_of": None,
        },
        "idempotency": {
            "key_hash": tokens.key_hash(tokens.new_key()), "body_hash": bytes(32),
            "submission": number, "wrapped_code": bytes(140), "created_on": day,
        },
        "consent": {
            "id": number, "submission": number, "purpose": "base", "notice_version": "2026-11",
            "notice_hash": bytes(32), "separate": False, "given_on": day,
            "withdrawn_on": None,
        },
        "event": {
            "id": number, "submission": number, "day": day, "actor": "public",
            "action": "received",
        },
        "outbox": {
            "id": number, "dedupe": f"received:{reference}", "submission": number,
            "kind": "received", "desk": "guide", "facts": "x" * 110, "state": "waiting",
            "attempts": 0, "next_at": "2026-11-20T16:00:00Z", "lease": None, "lease_until": None,
            "sent_on": None, "last_error": None,
        },
    }  # fmt: skip
