"""What monitoring reads: counts and times by route, the state of database and outbox, no more."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest

from forms_api.metrics import Metrics
from scripts.prove.instance import draft
from scripts.service import free_port
from tests.api.conftest import Instance
from tests.api.examples import ASK


def read(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


@pytest.fixture
def port(instance: Instance):
    number = free_port()
    server = Metrics(instance.app).serve(number)
    yield number
    server.shutdown()
    server.server_close()


def test_answers_are_counted_by_route_and_status_and_hold_nothing_typed(
    instance: Instance, port: int
) -> None:
    instance.send("help-ask", ASK)
    instance.client.post("/forms/wanderer-lin", json={"question": "wanderer"})
    status, text = read(port, "/metrics")
    assert status == 200
    assert 'jinqiao_answers_total{route="/forms/<form:form_id>",status="201"} 1.0' in text
    assert "jinqiao_received 1.0" in text
    assert "jinqiao_up 1.0" in text and "wanderer" not in text


def test_health_tells_of_database_queue_and_outbox(instance: Instance, port: int) -> None:
    mine = instance.services
    mine.keeping.keep(mine.forms["help-ask"], draft("Is it well?"), 60)
    status, text = read(port, "/health")
    detail = json.loads(text)
    assert (status, detail["status"], detail["kind"]) == (200, "ok", "sqlite")
    assert detail["outbox"] == {"waiting": 1, "sent": 0, "dead": 0}
    dead = "UPDATE outbox SET state = 'dead'"
    mine.writer.submit(lambda c: c.exec_driver_sql(dead)).result(10)
    status, text = read(port, "/health")
    assert (status, json.loads(text)["status"]) == (503, "degraded")
    assert "jinqiao_stuck 1.0" in read(port, "/metrics")[1]
    # A person's address that takes no mail is the desk's to see, and no fault of the host's.
    address = "UPDATE outbox SET kind = 'reply', last_error = 'address 550 5.1.1'"
    mine.writer.submit(lambda c: c.exec_driver_sql(address)).result(10)
    assert json.loads(read(port, "/health")[1])["status"] == "ok"
