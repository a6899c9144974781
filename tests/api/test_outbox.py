"""The outbox: one notice a submission, nothing of the answers in it, failures that can be seen."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email import message_from_string
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from forms_api import alerts, clock, outbox
from forms_api.forms import TRAP
from forms_api.housekeeping import Housekeeper
from forms_api.outbox import Console, Mailer, NotOurs, Outbox
from forms_api.sealing import development_recipients
from forms_api.smtp import Interrupted, Refused, Smtp, Unavailable
from forms_api.store import desk, letters, tables
from scripts.prove.instance import Running, draft, inside
from scripts.prove.mail_servers import Mailbox, Scripted, Talk
from scripts.service import free_port
from tests.api.conftest import Instance
from tests.api.examples import ASK

SETTINGS: dict[str, Any] = {
    "mail_from": "forms@jinqiao.example.org",
    "desk_mail": {"guide": "guide@jinqiao.example.org"},
}


class Server:
    """A real SMTP server and the mailer that knows it."""

    def __init__(self) -> None:
        port = free_port()
        self.box = Mailbox(port)
        self.box.open()
        self.mailer: Mailer = Smtp(f"smtp+plain://127.0.0.1:{port}")
        self.close = self.box.close

    def texts(self) -> list[str]:
        return [_readable(mail) for mail in self.box.mails]


class Printed:
    """The console twin."""

    def __init__(self) -> None:
        self._stream = io.StringIO()
        self.mailer: Mailer = Console(self._stream)

    def texts(self) -> list[str]:
        parts = self._stream.getvalue().split("\nFrom: ")[1:]
        return [_readable(message_from_string("From: " + part)) for part in parts]

    def close(self) -> None:
        self._stream.close()


def _readable(mail: Any) -> str:
    heads = "\n".join(f"{name}: {value}" for name, value in mail.items())
    return f"{heads}\n{mail.get_payload(decode=True).decode()}"


@pytest.fixture(params=[Server, Printed], ids=["smtp", "console"])
def twin(request: pytest.FixtureRequest) -> Iterator[Any]:
    made = request.param()
    yield made
    made.close()


@pytest.fixture
def instance(new_instance: Callable[..., Instance]) -> Instance:
    return new_instance(**SETTINGS)


def new_outbox(instance: Instance, mailer: Mailer, **more: Any) -> Outbox:
    mine = instance.services
    return Outbox(
        lambda work: mine.writer.submit(work).result(10), mailer, mine.settings, mine.forms, **more
    )


def send(instance: Instance) -> str:
    """A submission that took its time, so that it is no robot's; its reference."""
    form = instance.services.forms["help-ask"]
    return instance.services.keeping.keep(form, draft(ASK["question"]), 60).reference


class TestMailers:
    def test_a_notice_says_what_came_and_nothing_of_what_it_says(
        self, instance: Instance, twin: Any
    ) -> None:
        reference = send(instance)
        assert new_outbox(instance, twin.mailer).deliver().sent == 1
        (text,) = twin.texts()
        assert "guide@jinqiao.example.org" in text
        assert f"Message-ID: <received.{reference}@jinqiao.example.org>" in text
        assert reference in text and ASK["question"][:10] not in text
        assert "proof.of.jinqiao" not in text

    def test_a_notice_is_sent_once(self, instance: Instance, twin: Any) -> None:
        send(instance)
        box = new_outbox(instance, twin.mailer)
        assert [box.deliver().sent for _ in range(3)] == [1, 0, 0]
        assert len(twin.texts()) == 1


class Broken:
    """Fails with the given error, all the time or for the first letter; counts the tries."""

    def __init__(self, error: Exception, times: int = 1000) -> None:
        self.tries = 0
        self.sent: list[str] = []
        self._error = error
        self._times = times

    def send(self, message: EmailMessage) -> None:
        self.tries += 1
        if self.tries <= self._times:
            raise self._error
        self.sent.append(message["Message-ID"])

    def close(self) -> None:
        pass

    def abort(self) -> None:
        pass


def test_pauses_grow_until_a_person_must_look_and_can_try_again(instance: Instance) -> None:
    send(instance)
    moment = [clock.now()]

    def now() -> datetime:
        return moment[0]

    box = new_outbox(instance, Broken(Unavailable("connection", "ECONNREFUSED")), now=now)
    waits = []
    for _ in range(outbox.ATTEMPTS):
        assert box.deliver().failed == 1
        ((next_at,),) = instance.rows("SELECT next_at FROM outbox")
        waits.append((datetime.fromisoformat(next_at) - moment[0]).total_seconds())
        moment[0] += timedelta(seconds=waits[-1] + 1)
    assert waits[:3] == pytest.approx([30, 60, 120], abs=1.1)
    assert max(waits) <= outbox.LONGEST_PAUSE
    assert instance.rows("SELECT state, last_error FROM outbox") == [
        ("dead", "connection ECONNREFUSED")
    ]
    assert box.deliver() == outbox.Delivered(0, 0)
    assert instance.services.writer.submit(letters.revive).result(10) == 1
    assert new_outbox(instance, Console(io.StringIO())).deliver().sent == 1


def test_a_letter_of_somebody_elses_key_waits_for_them_as_it_was(instance: Instance) -> None:
    write = instance.services.writer.submit
    write(lambda c: desk.add_letter(c, None, "reply:1", "guide", b"sealed")).result(10)

    def for_me(letter: letters.Letter) -> EmailMessage:
        message = EmailMessage()
        message["To"] = "wanderer@example.org"
        return message

    def for_others(letter: letters.Letter) -> EmailMessage:
        raise NotOurs

    stranger = new_outbox(instance, Broken(Unavailable("timeout")), compose=for_others)
    assert stranger.deliver().sent == 0
    waits = "SELECT state, attempts, lease, last_error FROM outbox"
    assert instance.rows(waits) == [("waiting", 0, None, None)]
    assert stranger.deliver() == outbox.Delivered(0, 0)  # it does not take it again
    assert new_outbox(instance, Console(io.StringIO()), compose=for_me).deliver().sent == 1


def test_a_desk_without_a_mailbox_is_a_failure_that_names_the_setting(
    new_instance: Callable[..., Instance],
) -> None:
    instance = new_instance(smtp_url="smtp://localhost:1", mail_from="a@example.org")
    send(instance)
    assert new_outbox(instance, Smtp("smtp://localhost:1")).deliver().failed == 1
    assert instance.rows("SELECT state, last_error FROM outbox") == [
        ("waiting", "mailbox FORMS_DESK_MAIL_GUIDE")
    ]


def test_a_robot_s_submission_is_kept_and_sends_no_mail(instance: Instance) -> None:
    instance.send("help-ask", {**ASK, TRAP: "x"})
    assert instance.rows("SELECT count(*) FROM submission") == [(1,)]
    assert instance.rows("SELECT count(*) FROM outbox") == [(0,)]


def test_what_is_erased_takes_its_notice_along(instance: Instance) -> None:
    form = instance.services.forms["help-ask"]
    receipt = instance.services.keeping.keep(form, draft("Please forget this"), 60)
    instance.services.keeping.erase(receipt.access_code.replace(" ", ""))
    assert instance.rows("SELECT count(*) FROM outbox") == [(0,)]


def test_a_jump_is_told_once_an_hour(instance: Instance) -> None:
    def look() -> list[str]:
        mine = instance.services
        arrivals = mine.keeping.arrivals
        return mine.writer.submit(lambda c: alerts.look(c, clock.now(), arrivals)).result(10)

    assert look() == []
    for _ in range(alerts.LEAST):
        send(instance)
    assert look() == ["volume"]
    assert look() == []
    ((kind, facts),) = instance.rows("SELECT kind, facts FROM outbox WHERE submission IS NULL")
    assert kind == "alert" and "30" in facts


def test_one_turn_of_the_housekeeper_looks_and_purges_and_sends_nothing(
    instance: Instance,
) -> None:
    send(instance)
    Housekeeper(instance.app).turn()
    assert instance.rows("SELECT state FROM outbox") == [("waiting",)]
    over = update(tables.submission).values(retain_until="2000-01-01")
    instance.services.writer.submit(lambda connection: connection.execute(over)).result(10)
    Housekeeper(instance.app).turn()
    assert instance.rows("SELECT count(*) FROM submission") == [(0,)]


def test_the_service_sends_in_a_thread_of_its_own(instance: Instance) -> None:
    reference = send(instance)
    stream = io.StringIO()
    delivery = outbox.of(instance.app, Console(stream))
    delivery.start()
    while reference not in stream.getvalue():
        time.sleep(0.01)
    delivery.stop()
    assert instance.rows("SELECT state FROM outbox") == [("sent",)]


def test_a_connection_that_fails_is_tried_once_for_all_that_wait(instance: Instance) -> None:
    for _ in range(5):
        send(instance)
    broken = Broken(Unavailable("timeout"), times=1)
    moment = [clock.now()]
    box = new_outbox(instance, broken, now=lambda: moment[0])
    assert box.deliver() == outbox.Delivered(0, 5)
    assert broken.tries == 1
    new = send(instance)
    assert box.deliver() == outbox.Delivered(0, 0)  # nor for what comes meanwhile
    moment[0] += timedelta(seconds=31)
    assert box.deliver() == outbox.Delivered(6, 0)
    assert new in broken.sent[0]  # what was never tried comes first


def test_a_server_that_is_to_be_tried_at_once_is(instance: Instance) -> None:
    send(instance)
    box = new_outbox(instance, Broken(Unavailable("timeout"), times=1))
    assert box.deliver() == outbox.Delivered(0, 1)
    write, now = instance.services.writer.submit, clock.utc(clock.now())
    write(lambda c: c.execute(update(tables.outbox).values(next_at=now))).result(10)
    assert box.deliver() == outbox.Delivered(0, 0)
    box.resume()
    assert box.deliver() == outbox.Delivered(1, 0)


@pytest.mark.parametrize("error", [Interrupted("connection"), Refused("refused", 451)])
def test_a_letter_that_fails_alone_holds_up_no_other(instance: Instance, error: Exception) -> None:
    for _ in range(3):
        send(instance)
    broken = Broken(error, times=1)
    box = new_outbox(instance, broken)
    done = [box.deliver(), box.deliver()]
    assert (sum(one.sent for one in done), sum(one.failed for one in done)) == (2, 1)
    tried = "SELECT attempts, state, lease FROM outbox ORDER BY id"
    assert instance.rows(tried) == [(1, "waiting", None), (0, "sent", None), (0, "sent", None)]


def test_a_mailbox_that_does_not_exist_is_given_up_at_once(instance: Instance) -> None:
    send(instance)
    broken = Broken(Refused("address", "550 5.1.1", final=True))
    box = new_outbox(instance, broken)
    assert box.deliver() == outbox.Delivered(0, 1)
    assert instance.rows("SELECT state, last_error FROM outbox") == [("dead", "address 550 5.1.1")]
    with instance.services.engine.connect() as connection:
        assert letters.stuck(connection) == (1, "address 550 5.1.1")


@pytest.mark.parametrize("facts", ["", "{", "[]", "{}", '{"form": 1}', "null"])
def test_a_damaged_row_harms_no_other(instance: Instance, facts: str) -> None:
    first, second = send(instance), send(instance)
    damaged = update(tables.outbox).where(tables.outbox.c.dedupe == f"received:{first}")
    instance.services.writer.submit(lambda c: c.execute(damaged.values(facts=facts))).result(10)
    stream = io.StringIO()
    assert new_outbox(instance, Console(stream)).deliver() == outbox.Delivered(1, 1)
    assert second in stream.getvalue()
    found = instance.rows("SELECT state, last_error FROM outbox ORDER BY id")
    assert found == [("dead", "content KeyError"), ("sent", None)]


def test_a_letter_that_went_to_another_host_meanwhile_is_left_to_it(instance: Instance) -> None:
    first, second = send(instance), send(instance)
    moment = clock.now()
    stream, others = io.StringIO(), io.StringIO()
    other = new_outbox(instance, Console(others), now=lambda: moment + outbox.LEASE * 2)

    class Slow(Console):
        def send(self, message: EmailMessage) -> None:
            super().send(message)
            other.deliver()

    assert new_outbox(instance, Slow(stream), now=lambda: moment).deliver().sent == 1
    assert (first in stream.getvalue(), second in stream.getvalue()) == (True, False)
    assert second in others.getvalue()


def test_a_leased_letter_is_not_sent_by_another_host_and_a_nonsense_lease_lapses(
    instance: Instance,
) -> None:
    send(instance)
    now = clock.now()
    write = instance.services.writer.submit

    def lease(who: str, at: datetime) -> int:
        found = write(lambda c: letters.lease(c, who, at, at + outbox.LEASE, 20)).result(10)
        return len(found)

    assert lease("one", now) == 1
    assert lease("two", now + outbox.LEASE - timedelta(seconds=2)) == 0
    assert lease("two", now + outbox.LEASE + timedelta(seconds=2)) == 1
    assert lease("ahead by years", now + timedelta(days=4000)) == 1
    assert lease("two", now) == 1


def test_what_was_sent_while_the_database_was_away_is_noted_before_anything_else(
    instance: Instance,
) -> None:
    send(instance)
    mine, stream = instance.services, io.StringIO()
    calls = []

    def write(work: Any) -> Any:
        calls.append(work)
        if len(calls) == 3:  # lease, renew, sent
            raise TimeoutError
        return mine.writer.submit(work).result(10)

    box = Outbox(write, Console(stream), mine.settings, mine.forms)
    with pytest.raises(TimeoutError):
        box.deliver()
    assert instance.rows("SELECT state FROM outbox") == [("waiting",)]
    assert box.deliver() == outbox.Delivered(0, 0)
    assert instance.rows("SELECT state FROM outbox") == [("sent",)]
    assert stream.getvalue().count("Message-ID") == 1


def test_a_letter_under_way_is_finished_and_noted_when_the_process_stops(
    instance: Instance,
) -> None:
    for _ in range(3):
        send(instance)
    begun = threading.Event()

    class Slow(Console):
        def send(self, message: EmailMessage) -> None:
            begun.set()
            time.sleep(0.2)
            super().send(message)

    stream = io.StringIO()
    delivery = outbox.of(instance.app, Slow(stream))
    delivery.start()
    assert begun.wait(10)
    delivery.stop()
    assert stream.getvalue().count("Message-ID") == 1
    states = instance.rows("SELECT state, lease FROM outbox ORDER BY id")
    assert states == [("sent", None), ("waiting", None), ("waiting", None)]


def test_a_restart_of_the_service_sends_no_letter_again(tmp_path: Path) -> None:
    def slow(talk: Talk) -> None:
        time.sleep(0.5)
        talk.say(b"250 taken\r\n")

    server = Scripted({".": slow})
    own = development_recipients(tmp_path / "keys")  # those of the service below
    with inside(tmp_path, recipients=own) as (mine, _):
        mine.keeping.keep(mine.forms["help-ask"], draft("Once, please"), 60)
    environ = {
        "FORMS_HOUSEKEEPING": "1",
        "FORMS_SMTP_URL": f"smtp+plain://localhost:{server.port}",
        "FORMS_MAIL_FROM": "forms@jinqiao.example.org",
        "FORMS_DESK_MAIL_GUIDE": "guide@jinqiao.example.org",
    }
    service = Running(tmp_path, environ)
    try:
        while not server.letters:
            time.sleep(0.01)
    finally:
        service.stop()
        server.close()
    with inside(tmp_path) as (mine, _), mine.engine.connect() as connection:
        assert letters.counts(connection) == {"waiting": 0, "sent": 1, "dead": 0}


def test_the_log_names_a_letter_by_its_number(
    instance: Instance, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = send(instance)
    new_outbox(instance, Broken(Refused("address", "550 5.1.1", final=True))).deliver()
    out, err = capsys.readouterr()
    assert "mail failed" in out + err + caplog.text
    assert reference not in out + err + caplog.text
