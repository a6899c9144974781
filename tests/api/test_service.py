"""The real server on a real socket: starts, answers many at once, is killed, starts again."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from forms_api.sealing import open_sealed
from forms_api.store.engine import open_engine
from tests.api.examples import ASK

Start = Callable[..., "Service"]


class Service:
    """`python -m forms_api.cli serve` in a folder of its own."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder = folder
        environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("FORMS_")},
            "FORMS_DATABASE_URL": f"sqlite:///{folder / 'forms.sqlite'}",
            "FORMS_KEYS_FOLDER": str(folder / "keys"),
            "FORMS_RELEASE": str(folder / "release"),
            "FORMS_RATE_LIMIT": "off",
        }
        command = [sys.executable, "-m", "forms_api.cli", "serve", "--port", str(self.port)]
        self.log = folder / "service.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, *arguments], env=environ, stderr=log, start_new_session=True
            )
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.ask("GET", "/forms/health")[0] == 200:
                    return
            except OSError:
                time.sleep(0.1)
        pytest.fail(self.log.read_text("utf-8"))

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            sent = {"Content-Type": "application/json", "Connection": "close", **headers}
            connection.request(method, path, json.dumps(body) if body else None, sent)
            reply = connection.getresponse()
            text = reply.read().decode()
            return reply.status, json.loads(text) if text.startswith("{") else text
        finally:
            connection.close()

    def send(self, question: str) -> str:
        """The reference of an acknowledged submission."""
        _, checked = self.ask("POST", "/forms/help-ask/check", {**ASK, "question": question})
        key = {"Idempotency-Key": checked["idempotency_key"]}
        status, receipt = self.ask("POST", "/forms/help-ask", {"token": checked["token"]}, **key)
        assert status == 201, receipt
        return receipt["reference"]

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def start(tmp_path: Path, release: Path) -> Iterator[Start]:
    services: list[Service] = []

    def begin(*arguments: str) -> Service:
        services.append(Service(tmp_path, *arguments))
        return services[-1]

    yield begin
    for service in services:
        if service.process.poll() is None:
            service.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly_when_asked(start: Start, number: signal.Signals) -> None:
    service = start()
    reference = service.send("Is this the question before the end?")
    service.process.send_signal(number)
    assert service.process.wait(15) == 0
    assert _kept(service.folder) == {reference}
    assert "wanderer" not in service.log.read_text("utf-8")


def test_site_and_forms_share_one_origin(start: Start, tmp_path: Path) -> None:
    public = tmp_path / "release" / "public"
    public.mkdir(parents=True)
    (public / "index.html").write_text("<main>首页</main>", "utf-8")
    service = start("--site", str(public))
    assert service.ask("GET", "/") == (200, "<main>首页</main>")
    assert service.ask("GET", "/forms/help-ask")[0] == 200
    assert service.ask("BREW", "/forms/help-ask")[0] == 405


def test_a_taken_port_is_told_in_one_sentence(start: Start, tmp_path: Path) -> None:
    service = start()
    command = [sys.executable, "-m", "forms_api.cli", "serve", "--port", str(service.port)]
    second = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert second.returncode == 2
    assert str(service.port) in second.stderr and second.stderr.count("\n") == 1


def test_a_bad_setting_is_told_in_one_sentence() -> None:
    command = [sys.executable, "-m", "forms_api.cli", "serve"]
    environ = {**os.environ, "FORMS_MAX_BODY": "lots"}
    run = subprocess.run(command, capture_output=True, text=True, timeout=30, env=environ)
    assert run.returncode == 2
    assert run.stderr.startswith("FORMS_MAX_BODY") and run.stderr.count("\n") == 1


def test_what_was_acknowledged_survives_a_kill(start: Start) -> None:
    acknowledged: set[str] = set()
    for turn in range(2):
        service = start()

        def post(n: int, service: Service = service, turn: int = turn) -> None:
            with contextlib.suppress(OSError, http.client.HTTPException):  # not acknowledged
                acknowledged.add(service.send(f"Question {n} of turn {turn}, please"))

        with ThreadPoolExecutor(16) as pool:
            done = [pool.submit(post, n) for n in range(400)]
            while len(acknowledged) < 40 * (turn + 1) and not all(one.done() for one in done):
                time.sleep(0.01)
            service.kill()
            for one in done:
                one.result()
    assert len(acknowledged) >= 80
    assert acknowledged <= _kept(service.folder)


def _kept(folder: Path) -> set[str]:
    """References of what opens with the instance's key, after an integrity check."""
    identity = (folder / "keys" / "desk.key").read_text("utf-8").split()[-1]
    engine = open_engine(f"sqlite:///{folder / 'forms.sqlite'}")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        rows = connection.exec_driver_sql("SELECT reference, ciphertext FROM submission").all()
    engine.dispose()
    for _, ciphertext in rows:
        assert open_sealed(ciphertext, identity)["answers"]["contact"] == ASK["contact"]
    return {reference for reference, _ in rows}
