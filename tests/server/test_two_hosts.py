"""Two services on one PostgreSQL behind one nginx, as where one machine is not enough."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from forms_api.settings import DEVELOPMENT_SECRET
from forms_api.tokens import Draft, Tokens
from scripts.prove.instance import AGE, Running, draft
from tests.api.databases import postgresql_server
from tests.api.examples import ASK
from tests.server.conftest import VISITORS
from tests.server.front import Front, Reply, ask

JSON = {"Content-Type": "application/json"}
TOKENS = Tokens(DEVELOPMENT_SECRET)


@dataclass(frozen=True)
class Hosts:
    """`first` and `second` are the services; `front` is the nginx before both."""

    database: str
    place: Path
    first: Running
    second: Running
    front: Front

    def kept(self) -> int:
        engine = create_engine(self.database)
        with engine.connect() as connection:
            count = connection.exec_driver_sql("SELECT count(*) FROM submission").scalar_one()
        engine.dispose()
        return int(count)

    def start(self, name: str) -> Running:
        return start(self.place / name, self.database, self.place / "keys")


def start(place: Path, database: str, keys: Path) -> Running:
    place.mkdir(exist_ok=True)
    shared = {"FORMS_DATABASE_URL": database, "FORMS_KEYS_FOLDER": str(keys)}
    return Running(place, shared | {"FORMS_TRUSTED_PROXIES": "1"})


def with_refusals(root: Path) -> Path:
    """As a release, with what nginx says when a host is lost."""
    folder = root / "var/current/_private/refused"
    folder.mkdir(parents=True)
    for status in (502, 504):
        (folder / f"{status}.zh.json").write_text("{}", "utf-8")
    return root


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    place = with_refusals(tmp_path_factory.mktemp("hosts"))
    with postgresql_server() as database:
        first = start(place / "first", database, place / "keys")
        second = start(place / "second", database, place / "keys")
        ports = tuple(f"127.0.0.1:{one.port}" for one in (first, second))
        front = Front(
            place / "nginx", place, ports, fronts=(VISITORS,), posts_a_minute=60_000, burst=1000
        )
        try:
            yield Hosts(database, place, first, second, front)
        finally:
            front.stop()
            second.stop()
            first.stop()


def confirmation(one: Draft) -> tuple[bytes, dict[str, str]]:
    token = TOKENS.issue(one, time.time() - AGE)
    return json.dumps({"token": token}).encode(), JSON | {"Idempotency-Key": one.key}


def confirm(host: Running | Front, one: Draft) -> Reply:
    body, sent = confirmation(one)
    return ask(host.connect(), f"/forms/{one.form}", "POST", body, sent)


def test_a_form_checked_at_one_is_confirmed_and_looked_up_at_the_other(hosts: Hosts) -> None:
    first, second = hosts.first, hosts.second
    body = json.dumps({**ASK, "city": ""}).encode()
    checked = json.loads(ask(first.connect(), "/forms/help-ask/check", "POST", body, JSON).text)
    sent = JSON | {"Idempotency-Key": checked["idempotency_key"]}
    body = json.dumps({"token": checked["token"]}).encode()
    confirmed = ask(second.connect(), "/forms/help-ask", "POST", body, sent)
    receipt = json.loads(confirmed.text)
    assert confirmed.status == 201, receipt
    code = json.dumps({"code": receipt["access_code"]}).encode()
    status = ask(first.connect(), "/forms/status", "POST", code, JSON)
    assert (status.status, json.loads(status.text)["form"]) == (200, "help-ask")


def test_one_key_sent_to_both_at_once_is_one_record(hosts: Hosts) -> None:
    before, rounds = hosts.kept(), 12
    with ThreadPoolExecutor(4) as pool:
        for number in range(rounds):
            one = draft(f"Both at once, {number}?")
            both = (hosts.first, hosts.second) * 2
            replies = list(pool.map(lambda host, one=one: confirm(host, one), both))
            assert {reply.status for reply in replies} == {201}
            assert len({json.loads(reply.text)["reference"] for reply in replies}) == 1
    assert hosts.kept() - before == rounds


class Sender(threading.Thread):
    """Sends one form after another through nginx until `enough`; each has a key of its own."""

    def __init__(self, front: Front, name: str, enough: threading.Event) -> None:
        super().__init__(daemon=True)
        self.front, self.called, self.enough = front, name, enough
        self.references: list[str] = []
        self.statuses: Counter[int] = Counter()

    def run(self) -> None:
        while not self.enough.is_set():
            one = draft(f"{self.called}, {sum(self.statuses.values())}?")
            for _ in range(3):  # as forms.js: the same key again after 502 and 504
                reply = confirm(self.front, one)
                self.statuses[reply.status] += 1
                if reply.status not in {502, 504}:
                    break
            if reply.status == 201:
                self.references.append(json.loads(reply.text)["reference"])


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "it does not come to pass"
        time.sleep(0.02)


def test_when_one_host_is_killed_the_other_answers_and_each_form_is_kept_once(hosts: Hosts) -> None:
    before = hosts.kept()
    third = hosts.start("third")
    ports = tuple(f"127.0.0.1:{one.port}" for one in (hosts.first, third))
    front = Front(hosts.place / "nginx-2", hosts.place, ports, posts_a_minute=60_000, burst=1000)
    enough = threading.Event()
    senders = [Sender(front, name, enough) for name in ("Anna", "Bela", "Carl", "Dora")]
    try:
        for sender in senders:
            sender.start()
        _until(lambda: sum(len(sender.references) for sender in senders) > 20)
        third.kill()
        sent = sum(len(sender.references) for sender in senders)
        _until(lambda: sum(len(sender.references) for sender in senders) > sent + 20)
    finally:
        enough.set()
        for sender in senders:
            sender.join(60)
        front.stop()
        third.stop()
    statuses = sum((sender.statuses for sender in senders), Counter())
    assert statuses.keys() <= {201, 502, 504}
    assert statuses[502] + statuses[504] <= len(senders), statuses  # what was on its way, once each
    references = [one for sender in senders for one in sender.references]
    assert len(set(references)) == len(references) == hosts.kept() - before


def test_a_host_that_never_answers_is_passed_over(hosts: Hosts, tmp_path: Path) -> None:
    ports = ("127.0.0.1:1", f"127.0.0.1:{hosts.first.port}")
    front = Front(tmp_path, hosts.place, ports)
    try:
        for _ in range(4):
            assert confirm(front, draft("Is anybody there?")).status == 201
    finally:
        front.stop()


class Breaking(threading.Thread):
    """A host that takes each request and then breaks the connection, as one that it has killed."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.line = socket.create_server(("127.0.0.1", 0))
        self.taken = 0

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.line.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                self.taken += 1


def test_a_post_that_broke_one_host_is_not_handed_to_the_next(tmp_path: Path) -> None:
    hosts = [Breaking(), Breaking()]
    for host in hosts:
        host.start()
    ports = tuple(f"127.0.0.1:{host.line.getsockname()[1]}" for host in hosts)
    front = Front(tmp_path / "nginx", with_refusals(tmp_path / "root"), ports)
    try:
        body = json.dumps(ASK).encode()
        reply = ask(front.connect(), "/forms/help-ask/check", "POST", body, JSON)
        assert reply.status == 502
        assert sorted(host.taken for host in hosts) == [0, 1]
    finally:
        front.stop()
        for host in hosts:
            host.line.close()
