"""Senders who dawdle or break off, on the real server: nobody waits for them, nothing is stored."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from forms_api.forms import load_all
from forms_api.store.engine import open_engine
from scripts.prove.instance import Running
from tests.api.examples import ASK

FORMS = load_all()
BODY = json.dumps({**ASK, "city": ""}).encode()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("slow"))
    yield running
    running.stop()


def begin(service: Running, path: str, body: bytes) -> socket.socket:
    """A connection on which a POST has begun, with some of the body it promises."""
    line = socket.create_connection(("127.0.0.1", service.port), timeout=20)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    line.sendall(f"{head}Content-Length: {len(BODY)}\r\n\r\n".encode() + body)
    return line


def test_others_are_served_while_each_form_has_a_slow_sender(service: Running) -> None:
    with ExitStack() as stack:
        for form in FORMS:
            stack.enter_context(begin(service, f"/forms/{form}", BODY[:-5]))
        status, _ = service.post("/forms/help-ask/check", {**ASK, "city": ""}, {})
        assert status == 200
    engine = open_engine(f"sqlite:///{service.place / 'forms.sqlite'}")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM submission").scalar() == 0
    engine.dispose()


def test_a_body_that_comes_in_pieces_is_taken(service: Running) -> None:
    with begin(service, "/forms/help-ask/check", b"") as line:
        for start in range(0, len(BODY), 60):
            line.sendall(BODY[start : start + 60])
            time.sleep(0.01)
        assert line.recv(12) == b"HTTP/1.1 200"
