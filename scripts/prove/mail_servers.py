"""Mail servers to try a sender on: one that is right, and one for each way to be wrong.

`Mailbox` is a real server (aiosmtpd). `Scripted` says what no real one would: nothing, one octet
at a time, a yes with more behind it. Both remember all that they were told.
"""

from __future__ import annotations

import base64
import contextlib
import logging
import socket
import ssl
import threading
import time
import warnings
from collections.abc import Callable, Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd's
USER, PASSWORD = "desk", "sekret-of-the-desk"


def url(port: int, scheme: str = "smtp") -> str:
    """With user and password, for a server on this machine."""
    return f"{scheme}://{USER}:{PASSWORD}@localhost:{port}"


def holds_password(heard: bytes) -> bool:
    """In the clear, or as AUTH PLAIN and AUTH LOGIN have it."""
    both = f"\0{USER}\0{PASSWORD}".encode()
    spellings = (PASSWORD.encode(), base64.b64encode(both), base64.b64encode(PASSWORD.encode()))
    return any(one in heard for one in spellings)


def server_context(certificate: Path, *, old: bool = False) -> ssl.SSLContext:
    """`old`: nothing newer than TLS 1.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    if old:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
    return context


class Mailbox:
    """Takes letters; says no to all while `refusing`, and for ever to those in `unknown`.

    With `tls` it offers STARTTLS, or begins with TLS when `at_once`. It lets anybody log in on any
    line: whoever sends a password where it should not be sent is found out.
    """

    def __init__(
        self, port: int, tls: ssl.SSLContext | None = None, *, at_once: bool = False
    ) -> None:
        self.refusing = False
        self.unknown: dict[str, str] = {}  # reply by address
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.recipients: list[str] = []
        self.passwords: list[bytes] = []
        self.connections = 0
        more: dict[str, Any] = {"ssl_context": tls} if at_once else {"tls_context": tls}
        self._controller = Controller(
            self,
            hostname="127.0.0.1",
            port=port,
            auth_require_tls=False,
            authenticator=self._log_in,
            **more,
        )

    def _log_in(self, _server: SMTP, _s: Session, _e: Envelope, _how: str, data: Any) -> AuthResult:
        self.passwords.append(data.password)
        return AuthResult(success=True)

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, name: str, replies: list[str]
    ) -> list[str]:
        session.host_name = name
        self.connections += session.ssl is None
        return replies

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, given: Envelope, to: str, _options: list[str]
    ) -> str:
        if to in self.unknown:
            return self.unknown[to]
        given.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, given: Envelope) -> str:
        if self.refusing:
            return "451 4.3.0 try again later"
        octets = bytes(given.original_content or b"")
        self.raw.append(octets)
        self.recipients += given.rcpt_tos
        self.mails.append(message_from_bytes(octets, policy=policy.default))
        return "250 OK"

    def open(self) -> None:
        self._controller.start()

    def close(self) -> None:
        self._controller.stop()


class Talk:
    """One connection of a Scripted server."""

    def __init__(self, server: Scripted, sock: socket.socket) -> None:
        self.server = server
        self.sock = sock
        self._rest = b""

    def say(self, text: bytes) -> None:
        self.sock.sendall(text)

    def hear(self, end: bytes = b"\r\n") -> bytes:
        while end not in self._rest:
            more = self.sock.recv(4096)
            if not more:
                raise ConnectionError
            self.server.heard += more
            self._rest += more
        line, _, self._rest = self._rest.partition(end)
        return line

    def encrypt(self, context: ssl.SSLContext) -> None:
        self._rest = b""
        self.sock = context.wrap_socket(self.sock, server_side=True)

    def drip(self, text: bytes, pause: float) -> None:
        """One octet at a time, over and over."""
        while not self.server.closed.wait(pause):
            self.say(text[:1])
            text = text[1:] + text[:1]

    def hang(self) -> None:
        self.server.closed.wait(60)


Step = Callable[[Talk], None]


class Scripted:
    """Takes everything, except for what `steps` says by command; "" is the greeting, "." the end
    of a letter. `offers` are what it says to EHLO.
    """

    def __init__(self, steps: Mapping[str, Step], offers: tuple[bytes, ...] = ()) -> None:
        self.heard = b""
        self.letters = 0
        self.connections = 0
        self.closed = threading.Event()
        self._steps = steps
        self._offers = offers
        self._talks: list[Talk] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self.closed.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for talk in self._talks:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(talk.sock, socket.SHUT_RDWR)

    def _listen(self) -> None:
        while not self.closed.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            talk = Talk(self, sock)
            self._talks.append(talk)
            threading.Thread(target=self._serve, args=(talk,), daemon=True).start()

    def _serve(self, talk: Talk) -> None:
        with contextlib.suppress(OSError):
            self._speak(talk)
        talk.sock.close()

    def _speak(self, talk: Talk) -> None:
        self._do(talk, "", b"220 scripted ESMTP\r\n")
        while True:
            command = talk.hear().split(b" ")[0].split(b":")[0].upper().decode("ascii", "replace")
            if command == "QUIT":
                return
            if command == "EHLO" and command not in self._steps:
                lines = [b"scripted", *self._offers]
                talk.say(b"".join(b"250-" + line + b"\r\n" for line in lines) + b"250 HELP\r\n")
            elif command == "AUTH":
                talk.say(b"235 2.7.0 yes\r\n")
            elif command == "DATA":
                self._do(talk, "DATA", b"354 go on\r\n")
                if "DATA" in self._steps:
                    continue
                talk.hear(b"\r\n.\r\n")
                self.letters += 1
                self._do(talk, ".", b"250 2.0.0 taken\r\n")
            else:
                self._do(talk, command, b"250 2.0.0 fine\r\n")

    def _do(self, talk: Talk, command: str, otherwise: bytes) -> None:
        step = self._steps.get(command)
        if step:
            step(talk)
        else:
            talk.say(otherwise)


def says(text: bytes) -> Step:
    return lambda talk: talk.say(text)


def hangs(talk: Talk) -> None:
    talk.hang()


def drips(pause: float) -> Step:
    """Octets of a reply that never ends."""
    return lambda talk: talk.drip(b"220-wait\r\n", pause)


def floods(talk: Talk) -> None:
    """Lines of a reply that never ends, as fast as they are read."""
    while not talk.server.closed.is_set():
        talk.say(b"220-wait\r\n" * 1000)


def dies(talk: Talk) -> None:
    raise ConnectionError


def injects(context: ssl.SSLContext) -> Step:
    """A yes to STARTTLS with more behind it, as somebody on the line would put it there."""

    def step(talk: Talk) -> None:
        talk.say(b"220 go\r\n250-injected\r\n250 AUTH PLAIN LOGIN\r\n")
        time.sleep(0.05)
        talk.encrypt(context)

    return step


def encrypts(context: ssl.SSLContext) -> Step:
    def step(talk: Talk) -> None:
        talk.say(b"220 go\r\n")
        talk.encrypt(context)

    return step


def begins_encrypted(context: ssl.SSLContext) -> Step:
    def step(talk: Talk) -> None:
        talk.encrypt(context)
        talk.say(b"220 scripted ESMTP\r\n")

    return step
