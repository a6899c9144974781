"""The SMTP client: whom it trusts, how long it waits, and what its letters look like."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from forms_api.smtp import Interrupted, Refused, Smtp, Unavailable, address, put_address
from scripts.prove import mail_servers
from scripts.prove.certificates import certificate_for
from scripts.prove.mail_servers import (
    Mailbox,
    Scripted,
    begins_encrypted,
    dies,
    drips,
    encrypts,
    floods,
    hangs,
    holds_password,
    injects,
    says,
    server_context,
)
from scripts.service import free_port

MARK = "what the person asked"
AUTH = b"AUTH PLAIN LOGIN"


def letter(to: str = "wanderer@example.org", text: str = MARK) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "forms@jinqiao.example.org"
    put_address(message, "To", to)
    message["Subject"] = "关于您的来信"
    message.set_content(text)
    return message


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return certificate_for(1, tmp_path)


@pytest.fixture
def new_mailbox(certificate: Path) -> Iterator[Callable[..., tuple[Mailbox, int]]]:
    """`new_mailbox("localhost", 1)`: an open server with a certificate, and its port."""
    opened: list[Mailbox] = []

    def new(
        days: int | None = 1, name: str = "localhost", *, at_once: bool = False
    ) -> tuple[Mailbox, int]:
        tls = None
        if days is not None:
            given = certificate
            if (days, name) != (1, "localhost"):
                given = certificate_for(days, certificate.parent, name)
            tls = server_context(given)
        port = free_port()
        box = Mailbox(port, tls, at_once=at_once)
        box.open()
        opened.append(box)
        return box, port

    yield new
    for box in opened:
        box.close()


@pytest.fixture
def new_scripted() -> Iterator[Callable[..., Scripted]]:
    started: list[Scripted] = []

    def new(*given: object) -> Scripted:
        started.append(Scripted(*given))  # type: ignore[arg-type]
        return started[-1]

    yield new
    for one in started:
        one.close()


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_server_with_a_good_certificate_gets_password_and_letter_in_one_connection(
    certificate: Path, new_mailbox: Callable[..., tuple[Mailbox, int]], scheme: str
) -> None:
    box, port = new_mailbox(at_once=scheme == "smtps")
    mailer = Smtp(mail_servers.url(port, scheme), certificate)
    for _ in range(3):
        mailer.send(letter())
    mailer.close()
    assert [mail["To"] for mail in box.mails] == ["wanderer@example.org"] * 3
    assert box.passwords == [mail_servers.PASSWORD.encode()]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
@pytest.mark.parametrize(
    ("days", "name", "trusted", "reason"),
    [
        pytest.param(1, "evil.invalid", True, "certificate Hostname mismatch", id="wrong name"),
        pytest.param(1, "localhost", False, "certificate self-signed", id="self-signed"),
        pytest.param(-1, "localhost", True, "certificate certificate has expired", id="expired"),
    ],
)
def test_a_server_with_another_certificate_gets_neither_password_nor_letter(
    tmp_path: Path,
    new_mailbox: Callable[..., tuple[Mailbox, int]],
    scheme: str,
    days: int,
    name: str,
    trusted: bool,
    reason: str,
) -> None:
    box, port = new_mailbox(days, name, at_once=scheme == "smtps")
    known = tmp_path / f"{name}.{days}.pem" if trusted else None
    with pytest.raises(Unavailable, match=reason):
        Smtp(mail_servers.url(port, scheme), known).send(letter())
    assert (box.passwords, box.mails) == ([], [])


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_an_old_protocol_is_refused(
    certificate: Path, new_scripted: Callable[..., Scripted], scheme: str
) -> None:
    tls = server_context(certificate, old=True)
    steps = {"STARTTLS": encrypts(tls)} if scheme == "smtp" else {"": begins_encrypted(tls)}
    server = new_scripted(steps, (b"STARTTLS", AUTH))
    with pytest.raises(Unavailable, match="tls"):
        Smtp(mail_servers.url(server.port, scheme), certificate).send(letter())
    assert not holds_password(server.heard) and server.letters == 0


def test_a_server_that_offers_no_starttls_gets_neither_password_nor_letter(
    certificate: Path, new_mailbox: Callable[..., tuple[Mailbox, int]]
) -> None:
    box, port = new_mailbox(None)
    with pytest.raises(Unavailable, match="tls STARTTLS"):
        Smtp(mail_servers.url(port), certificate).send(letter())
    with pytest.raises(Unavailable, match="tls STARTTLS"):
        Smtp(f"smtp://localhost:{port}", certificate).send(letter())
    assert (box.passwords, box.mails) == ([], [])


@pytest.mark.parametrize(
    ("starttls", "reason"),
    [
        pytest.param(says(b"454 4.7.0 not today\r\n"), "tls 454", id="refused"),
        pytest.param(says(b"220 go\r\n250 in the clear\r\n"), "tls INJECTION", id="not meant"),
        pytest.param(says(b"250 already secure\r\n"), "tls 250", id="another yes"),
        pytest.param(None, "tls INJECTION", id="injected"),
    ],
)
def test_on_a_line_that_did_not_become_encrypted_nothing_is_said(
    certificate: Path, new_scripted: Callable[..., Scripted], starttls: object, reason: str
) -> None:
    step = starttls or injects(server_context(certificate))
    server = new_scripted({"STARTTLS": step}, (b"STARTTLS", AUTH))
    with pytest.raises(Unavailable, match=reason):
        Smtp(mail_servers.url(server.port), certificate).send(letter())
    assert not holds_password(server.heard)
    assert (server.letters, b"AUTH" in server.heard, b"MAIL" in server.heard) == (0, False, False)


def test_what_was_offered_before_encryption_does_not_count(
    certificate: Path, new_scripted: Callable[..., Scripted]
) -> None:
    """A wrong greeting in TLS, so that the server is asked again what it can do."""
    tls = server_context(certificate)
    server = new_scripted({"STARTTLS": encrypts(tls)}, (b"STARTTLS", AUTH))
    mailer = Smtp(mail_servers.url(server.port), certificate)
    mailer.send(letter())
    mailer.close()
    assert server.heard.count(b"ehlo") + server.heard.count(b"EHLO") == 2


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("smtp://user:p%40ss@mail.example.org", 587),
        ("smtps://user:pass@mail.example.org", 465),
        ("smtp+plain://localhost", 25),
        ("smtp+plain://127.0.0.1:2525", 2525),
        ("smtp+plain://[::1]:2525", 2525),
        ("smtp://mail.example.org:25", 25),
    ],
)
def test_each_scheme_has_its_port(text: str, port: int) -> None:
    assert address(text).port == port


@pytest.mark.parametrize(
    "text",
    [
        "smtp+plain://mail.example.org",
        "smtp+plain://10.0.0.5",
        "smtp+plain://localhost.example.org",
        "smtp+plain://user:pass@localhost",
        "smtp://user@mail.example.org",
        "smtp://:secret-thing@mail.example.org",
        "smtp://user:secret-/thing@mail.example.org",
        "smtp://user:secret-#thing@mail.example.org",
        "smtp://user:secret-?thing@mail.example.org",
        "smtp://user:secret-thing@mail.example.org:99999",
        "smtp://[mail.example.org",
        "http://mail.example.org",
        "mail.example.org",
        "smtp://",
    ],
)
def test_an_address_that_would_be_unsafe_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match=" / ") as raised:
        address(text)
    assert "secret" not in str(raised.value)


SLOW = {
    "says nothing": hangs,
    "one octet at a time": drips(0.02),
    "never ends": floods,
}


@pytest.mark.parametrize("slow", SLOW)
@pytest.mark.parametrize("command", ["", "MAIL", ".", "in TLS"])
def test_a_conversation_ends_in_time(
    certificate: Path, new_scripted: Callable[..., Scripted], slow: str, command: str
) -> None:
    step, scheme, steps = SLOW[slow], "smtp+plain", {command: SLOW[slow]}
    if command == "in TLS":
        scheme, tls = "smtps", begins_encrypted(server_context(certificate))

        def after_tls(talk: mail_servers.Talk) -> None:
            tls(talk)
            talk.hear()
            step(talk)

        steps = {"": after_tls}
    server = new_scripted(steps)
    mailer = Smtp(f"{scheme}://localhost:{server.port}", certificate, limit=0.4, answer=0.4)
    began = time.monotonic()
    with pytest.raises((Unavailable, Interrupted), match=r"timeout|connection"):
        mailer.send(letter())
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("reply", [b"250", b"250 taken", b"25", b"250-one\r\n250"])
def test_a_yes_that_is_cut_off_is_no_yes(
    new_scripted: Callable[..., Scripted], reply: bytes
) -> None:
    def cut(talk: mail_servers.Talk) -> None:
        talk.say(reply)
        raise ConnectionError

    server = new_scripted({".": cut})
    with pytest.raises(Interrupted, match="connection"):
        Smtp(f"smtp+plain://localhost:{server.port}").send(letter())


def test_another_thread_can_end_it(new_scripted: Callable[..., Scripted]) -> None:
    server = new_scripted({".": hangs})
    mailer = Smtp(f"smtp+plain://localhost:{server.port}")
    threading.Timer(0.2, mailer.abort).start()
    began = time.monotonic()
    with pytest.raises(Interrupted, match="timeout"):
        mailer.send(letter())
    assert time.monotonic() - began < 5


def test_a_server_that_closes_between_letters_gets_a_new_connection(
    new_scripted: Callable[..., Scripted],
) -> None:
    def only_one(talk: mail_servers.Talk) -> None:
        talk.say(b"250 taken, and that was all\r\n")
        raise ConnectionError

    server = new_scripted({".": only_one})
    mailer = Smtp(f"smtp+plain://localhost:{server.port}")
    for _ in range(3):
        mailer.send(letter())
    mailer.close()
    assert (server.letters, server.connections) == (3, 3)


def test_a_server_that_dies_with_a_letter_is_no_refusal(
    new_scripted: Callable[..., Scripted],
) -> None:
    server = new_scripted({".": dies})
    with pytest.raises(Interrupted):
        Smtp(f"smtp+plain://localhost:{server.port}").send(letter())


@pytest.mark.parametrize(
    ("command", "reply", "said", "final"),
    [
        ("RCPT", "550 5.1.1 wanderer@example.org is unknown", "address 550 5.1.1", True),
        ("RCPT", "550 no such user here", "address 550", True),
        ("RCPT", "551 user not local", "address 551", True),
        ("RCPT", "553 5.1.3 bad destination", "address 553 5.1.3", True),
        ("RCPT", "501 5.1.3 bad address syntax", "address 501 5.1.3", True),
        ("RCPT", "554 5.1.1 rejected", "address 554 5.1.1", True),
        ("RCPT", "550 5.7.1 relaying denied", "refused 550 5.7.1", False),
        ("RCPT", "554 5.7.1 relay access denied", "refused 554 5.7.1", False),
        ("RCPT", "550 5.1.8 bad sender", "refused 550 5.1.8", False),
        ("RCPT", "552 5.2.2 mailbox full", "refused 552 5.2.2", False),
        ("RCPT", "450 4.2.0 greylisted", "refused 450", False),
        ("RCPT", "530 5.7.0 authentication required", "refused 530 5.7.0", False),
        ("MAIL", "550 5.1.8 bad sender", "sender 550 5.1.8", False),
        ("DATA", "451 4.3.0 busy", "refused 451", False),
        (".", "452 4.3.1 disk full", "refused 452", False),
    ],
)
def test_a_refusal_is_told_by_its_code_and_only_a_dead_mailbox_is_final(
    new_scripted: Callable[..., Scripted], command: str, reply: str, said: str, final: bool
) -> None:
    server = new_scripted({command: says(reply.encode() + b"\r\n")})
    mailer = Smtp(f"smtp+plain://localhost:{server.port}")
    with pytest.raises(Refused) as raised:
        mailer.send(letter())
    mailer.close()
    assert (str(raised.value), raised.value.final) == (said, final)


def test_421_is_the_end_of_the_connection_and_of_no_letter(
    new_scripted: Callable[..., Scripted],
) -> None:
    server = new_scripted({"RCPT": says(b"421 4.7.0 too many of you\r\n")})
    with pytest.raises(Interrupted, match="421"):
        Smtp(f"smtp+plain://localhost:{server.port}").send(letter())


@pytest.mark.parametrize(
    ("written", "travels"),
    [
        ("zhang@例子.中国", "zhang@xn--fsqu00a.xn--fiqs8s"),
        ("lin@xn--fsqu00a.xn--fiqs8s", "lin@xn--fsqu00a.xn--fiqs8s"),
        ("lin@straße.de", "lin@xn--strae-oqa.de"),
        ("o'brien+party@example.org", "o'brien+party@example.org"),
    ],
)
def test_an_address_travels_in_ascii(
    new_mailbox: Callable[..., tuple[Mailbox, int]], written: str, travels: str
) -> None:
    box, port = new_mailbox(None)
    mailer = Smtp(f"smtp+plain://localhost:{port}")
    mailer.send(letter(written))
    mailer.close()
    assert box.recipients == [travels]
    assert box.raw[0].isascii() and f"\r\nTo: {travels}\r\n".encode() in box.raw[0]


@pytest.mark.parametrize("written", ["张三@例子.中国", "用户@example.com", "邮箱lin@qq.com"])
def test_a_name_outside_ascii_is_refused_for_good_without_asking_a_server(written: str) -> None:
    with pytest.raises(Refused, match="address ascii") as raised:
        letter(written)
    assert raised.value.final


@pytest.mark.parametrize(
    "to",
    [
        "",
        "nobody",
        "a@example.org, b@example.org",
        "a@b@example.org",
        '"a b"@example.org',
        "a@example.org\nBcc: b@example.org",
        "=?utf-8?q?victim?=@example.org",
        "Lin <lin@example.org>",
    ],
)
def test_what_is_no_single_address_is_refused_for_good(to: str) -> None:
    with pytest.raises(Refused, match="content To") as raised:
        letter(to)
    assert raised.value.final


@pytest.mark.parametrize(
    "text",
    [
        "字" * 5000,
        "a" * 5000,
        ".\r\n.\nQUIT\r\n.",
        "x\n.\rMAIL FROM:<a@example.org>",
        "From me\n.hidden\n..two",
        "\u2028\x85\x0b\x0c end",
    ],
    ids=["long zh", "long en", "dots", "smuggled", "stuffed", "odd line ends"],
)
def test_any_text_arrives_as_it_was_in_lines_that_may_be_sent(
    new_mailbox: Callable[..., tuple[Mailbox, int]], text: str
) -> None:
    box, port = new_mailbox(None)
    mailer = Smtp(f"smtp+plain://localhost:{port}")
    mailer.send(letter(text=text))
    mailer.send(letter(text="the next one"))
    mailer.close()
    first, second = box.mails
    body = first.get_content().replace("\r\n", "\n").rstrip("\n")
    assert body == "\n".join(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")).rstrip(
        "\n"
    )
    assert second.get_content().strip() == "the next one"
    assert box.raw[0].isascii() and max(map(len, box.raw[0].split(b"\r\n"))) <= 998
