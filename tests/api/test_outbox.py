"""The outbox: one notice a submission, nothing of the answers in it, failures that can be seen."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email import message_from_string
from email.message import EmailMessage
from typing import Any

import pytest

from forms_api import alerts, clock, outbox
from forms_api.forms import TRAP
from forms_api.housekeeping import Housekeeper
from forms_api.outbox import Console, Mailer, NotOurs, Outbox, Smtp
from forms_api.store import desk, letters
from scripts.prove.instance import draft
from scripts.prove.outage import Mailbox
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
        self.mailer: Mailer = Smtp(f"smtp://127.0.0.1:{port}")
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
    def send(self, message: EmailMessage) -> None:
        raise ConnectionRefusedError(111, "no mail for wanderer@example.org")


def test_pauses_grow_until_a_person_must_look_and_can_try_again(instance: Instance) -> None:
    send(instance)
    moment = [clock.now()]

    def now() -> datetime:
        return moment[0]

    box = new_outbox(instance, Broken(), now=now)
    waits = []
    for _ in range(outbox.ATTEMPTS):
        assert box.deliver().failed == 1
        ((next_at,),) = instance.rows("SELECT next_at FROM outbox")
        waits.append((datetime.fromisoformat(next_at) - moment[0]).total_seconds())
        moment[0] += timedelta(seconds=waits[-1] + 1)
    assert waits[:3] == pytest.approx([30, 60, 120], abs=1.1)
    assert max(waits) <= outbox.LONGEST_PAUSE
    assert instance.rows("SELECT state, last_error FROM outbox") == [
        ("dead", "ConnectionRefusedError 111")
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

    stranger = new_outbox(instance, Broken(), compose=for_others)
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
    assert instance.rows("SELECT last_error FROM outbox") == [("LookupError",)]


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


def test_one_turn_of_the_housekeeper_sends_looks_and_purges(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(instance)
    stream = io.StringIO()
    keeper = Housekeeper(instance.app, Console(stream))
    keeper.turn()
    assert "received." in stream.getvalue()
    monkeypatch.setenv("JINQIAO_TODAY", "2030-01-01")
    Housekeeper(instance.app, Console(stream)).turn()
    assert instance.rows("SELECT count(*) FROM submission") == [(0,)]
