"""SMTP client: one connection for a batch, certificates verified, a deadline for a conversation.

`smtps://` is TLS from the first octet, `smtp://` is STARTTLS or nothing, `smtp+plain://` is for a
server on this machine and never carries a password. smtplib speaks the protocol; here is what it
leaves open: a timeout of a read does not end a server that sends one octet at a time, STARTTLS
without a context verifies nothing, and a stripped STARTTLS goes unnoticed.
"""

import errno
import ipaddress
import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as _POLICY
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from forms_api.contacts import address_as_sent

LIMIT: Final = 30.0  # seconds from looking up the server to the letter's last octet
# Seconds for the server's yes to a whole letter. RFC 5321 asks for minutes: who gives up while the
# server still looks for viruses sends the same letter again and again.
ANSWER: Final = 120.0
_ONE_ADDRESS: Final = 10.0  # seconds to reach one of a server's addresses
_PORTS: Final = {"smtps": 465, "smtp": 587, "smtp+plain": 25}
_LONGEST_LINE: Final = 998  # octets, RFC 5322
_MOST_SAID: Final = 256 * 1024  # octets of replies, a connection
_GONE: Final = 421  # "closing": whatever it answers
# RCPT: the mailbox is unknown, moved, misnamed or takes no mail; by enhanced codes (RFC 3463)
# 5.1.x, but for those that are about the sender.
_NO_SUCH_MAILBOX: Final = frozenset({550, 551, 553, 556})
_ABOUT_SENDER: Final = ("5.1.7", "5.1.8", "5.7.")
_ENHANCED: Final = re.compile(rb"\b5\.\d{1,3}\.\d{1,3}\b")


# Why a letter did not leave, Chinese and English.
WHY: Final[Mapping[str, tuple[str, str]]] = {
    "connection": ("连不上邮件服务器，或者断了", "the mail server cannot be reached, or hung up"),
    "timeout": ("邮件服务器迟迟不应答", "the mail server takes too long to answer"),
    "tls": ("和邮件服务器的线路加不了密", "the line to the mail server cannot be encrypted"),
    "certificate": ("邮件服务器的证书不对", "the mail server's certificate does not hold"),
    "login": ("邮件服务器不认用户或密码", "the mail server refuses user or password"),
    "sender": ("邮件服务器不认发件地址", "the mail server refuses the sender's address"),
    "refused": ("邮件服务器没有收", "the mail server did not take it"),
    "address": ("没有这个邮箱，或者发不到", "there is no such mailbox, or it cannot be written to"),
    "mailbox": ("这个岗没有邮箱", "the desk has no mailbox"),
    "content": ("这封信写不成邮件", "it cannot be written as mail"),
}


def why(error: str) -> tuple[str, str]:
    """What the database keeps about a failure, in words with its code, Chinese and English."""
    reason, _, detail = error.partition(" ")
    zh, en = WHY.get(reason, (error, error))
    return (f"{zh}（{detail}）", f"{en} ({detail})") if detail and reason in WHY else (zh, en)


class MailError(Exception):
    """Why a letter did not leave. `reason` is a key of WHY; `detail` a code, and never the
    server's words: they may hold an address.
    """

    final = False  # the same letter will never be taken

    def __init__(self, reason: str, detail: object = "") -> None:
        super().__init__(f"{reason} {detail}".strip())


class Unavailable(MailError):
    """There is no connection that may carry a letter; no other letter would fare better."""


class Interrupted(MailError):
    """The connection was lost with a letter under way."""


class Refused(MailError):
    """This letter was not taken; the connection is as good as before."""

    def __init__(self, reason: str, detail: object = "", *, final: bool = False) -> None:
        super().__init__(reason, detail)
        self.final = final


@dataclass(frozen=True, slots=True)
class Address:
    """Of a mail server, as FORMS_SMTP_URL names it."""

    scheme: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)


def address(url: str) -> Address:
    """Raises ValueError, which repeats nothing of the address: it may hold a password."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    if parts.scheme not in _PORTS or not host or parts.path.strip("/") or parts.query:
        raise ValueError(
            "应当像 smtp://用户:密码@主机:587 或 smtps://…，密码里的 / # ? @ : 写成 %2F 这样 / "
            "it must look like smtp://user:password@host:587 or smtps://…, with / # ? @ : of a "
            "password written as %2F and so on"
        )
    if parts.fragment or bool(parts.username) != bool(parts.password):
        raise ValueError(
            "用户和密码要么都写，要么都不写 / it must name both user and password, or neither"
        )
    if parts.scheme == "smtp+plain":
        if not _is_this_machine(host):
            raise ValueError(
                "smtp+plain:// 不加密，只能用于本机 / smtp+plain:// is not encrypted and is for a "
                "server on this machine (localhost) alone"
            )
        if parts.username:
            raise ValueError(
                "密码不能在没有加密的线路上发 / a password must not travel on a line that is not "
                "encrypted: use smtp:// or smtps://"
            )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Address(parts.scheme, host, port or _PORTS[parts.scheme], user, password)


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Verifies certificate and name, by the system's authorities or by those of `ca_file` alone.

    Raises OSError (also ssl.SSLError) for a file that holds none.
    """
    context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@dataclass(frozen=True, slots=True)
class Packed:
    """A letter as it travels: all in ASCII, lines end in CRLF."""

    sender: str
    recipient: str
    octets: bytes


def put_address(message: EmailMessage, name: str, address: str) -> None:
    """One address as a header, a domain outside ASCII as Punycode.

    Raises Refused for what would not arrive, or would be read as another address: `email` decodes
    what looks like an encoded word.
    """
    try:
        found = address_as_sent(address)
    except ValueError as error:
        raise Refused("content", name, final=True) from error
    if found is None:
        raise Refused("address", "ascii", final=True)
    message[name] = found
    if [one.addr_spec for one in message[name].addresses] != [found]:
        raise Refused("content", name, final=True)


def pack(message: EmailMessage) -> Packed:
    """Raises Refused for what no server could take."""
    try:
        (sender,), (recipient,) = message["From"].addresses, message["To"].addresses
        octets = message.as_bytes(policy=_POLICY.clone(cte_type="7bit"))
        octets.decode("ascii")
    except Exception as error:  # whatever it is, it will be the same the next time
        raise Refused("content", type(error).__name__, final=True) from error
    if max(map(len, octets.split(b"\r\n"))) > _LONGEST_LINE:
        raise Refused("content", "line", final=True)
    return Packed(sender.addr_spec, recipient.addr_spec, octets)


class Smtp:
    """`limit` and `answer` are LIMIT and ANSWER; `name` is what this machine calls itself.

    Not for two threads, except for `abort`.
    """

    def __init__(
        self,
        url: str,
        ca_file: Path | None = None,
        name: str = "localhost",
        limit: float = LIMIT,
        answer: float = ANSWER,
    ) -> None:
        self._at = address(url)
        self._ca_file = ca_file
        self._name = name
        self._limit = limit
        self._answer = answer
        self._client: _Client | None = None
        self._line: socket.socket | None = None  # a second handle of the connection, to cut it
        self._is_cut = threading.Event()

    def send(self, message: EmailMessage) -> None:
        """Returns once the server has taken it; opens a connection if there is none.

        Raises Unavailable, Interrupted or Refused.
        """
        letter = pack(message)
        self._is_cut.clear()
        try:
            with self._within(self._limit):
                client = self._begun(letter.sender)
                code, said = client.rcpt(letter.recipient)
                if code not in {250, 251, 252}:
                    raise _refused("address" if _is_final(code, said) else "refused", code, said)
                code, said = client.docmd("data")
                if code != 354:
                    raise _refused("refused", code, said)
                client.send(re.sub(rb"(?m)^\.", b"..", letter.octets) + b".\r\n")
            with self._within(self._answer):
                code, said = client.getreply()
                if code != 250:
                    raise _refused("refused", code, said)
        except Refused:
            self._forget_letter()
            raise
        except Unavailable:
            self.close()
            raise
        except (OSError, Interrupted) as error:
            self.close()
            raise self._said(error, Interrupted) from error
        if self._is_cut.is_set():
            self.close()

    def try_out(self) -> None:
        """Connects, verifies and logs in, and sends nothing. Raises Unavailable."""
        self._is_cut.clear()
        try:
            with self._within(self._limit):
                self._open()
        finally:
            self.close()

    def close(self) -> None:
        """Ends the connection, if there is one, without waiting for the server's goodbye."""
        client, line = self._client, self._line
        self._client = self._line = None
        if client:
            with suppress(OSError):
                client.say_goodbye()
            with suppress(OSError):
                client.close()
        if line:
            line.close()

    def abort(self) -> None:
        """From another thread: whatever waits for the server stops waiting."""
        self._is_cut.set()
        line = self._line
        if line:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def _within(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(seconds, self.abort)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _begun(self, sender: str) -> "_Client":
        """A connection with a letter begun; a server may have closed the one of the last letter."""
        if self._client:
            with suppress(OSError):
                if self._client.mail(sender)[0] == 250:
                    return self._client
            self.close()
        client = self._open()
        code, said = client.mail(sender)
        if code != 250:
            raise _refused("sender", code, said)
        return client

    def _open(self) -> "_Client":
        try:
            sock = self._reach()
            self._line = sock.dup()
            if self._is_cut.is_set():
                raise TimeoutError
            return self._greeted(sock)
        except Unavailable:
            raise
        except OSError as error:  # so are ssl.SSLError and smtplib.SMTPException
            raise self._said(error, Unavailable) from error

    def _reach(self) -> socket.socket:
        """A connection to the first of the server's addresses that answers in time."""
        until = time.monotonic() + self._limit
        last: OSError = OSError(errno.EADDRNOTAVAIL, "no address")
        for family, kind, protocol, _, where in socket.getaddrinfo(
            self._at.host, self._at.port, type=socket.SOCK_STREAM
        ):
            if self._at.scheme == "smtp+plain" and not _is_this_machine(str(where[0])):
                continue
            sock = socket.socket(family, kind, protocol)
            sock.settimeout(max(0.01, min(_ONE_ADDRESS, until - time.monotonic())))
            try:
                sock.connect(where)
            except OSError as error:
                sock.close()
                last = error
            else:
                sock.settimeout(self._limit + self._answer)
                return sock
        raise last

    def _greeted(self, sock: socket.socket) -> "_Client":
        at = self._at
        context = None if at.scheme == "smtp+plain" else tls_context(self._ca_file)
        self._client = client = _Client(sock, self._name)
        if context and at.scheme == "smtps":
            client.encrypt(context, at.host)
        code, said = client.getreply()
        if code != 220:
            raise Unavailable("refused", _code(code, said))
        client.ehlo_or_helo_if_needed()
        if context and at.scheme == "smtp":
            client.start_tls(context, at.host)
            client.ehlo_or_helo_if_needed()
        if at.user:
            if not isinstance(client.sock, ssl.SSLSocket):
                raise Unavailable("tls", "login")
            client.login(at.user, at.password)
        return client

    def _forget_letter(self) -> None:
        """After a refusal; a server that does not understand even that gets a new connection."""
        try:
            with self._within(self._limit):
                if self._client and self._client.docmd("rset")[0] == 250:
                    return
        except OSError:
            pass
        self.close()

    def _said(self, error: Exception, kind: type[MailError]) -> MailError:
        if isinstance(error, MailError):
            return error
        if self._is_cut.is_set() or isinstance(error, TimeoutError):
            return kind("timeout")
        if isinstance(error, ssl.SSLCertVerificationError):
            return kind("certificate", error.verify_message)
        if isinstance(error, ssl.SSLError):
            return kind("tls", error.reason or "")
        if isinstance(error, smtplib.SMTPAuthenticationError):
            return kind("login", error.smtp_code)
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return kind("login", "unsupported")
        if isinstance(error, smtplib.SMTPResponseException):
            return kind("refused", error.smtp_code)
        number = error.errno if isinstance(error, OSError) else None
        return kind("connection", errno.errorcode.get(number or 0, ""))


class _Client(smtplib.SMTP):
    """smtplib's client on a socket that is there already."""

    def __init__(self, sock: socket.socket, name: str) -> None:
        super().__init__(local_hostname=name)
        self._take(sock)

    def _take(self, sock: socket.socket) -> None:
        self.sock = sock
        self.file: Any = _Replies(sock)

    def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        if self.sock:
            self._take(context.wrap_socket(self.sock, server_hostname=host))

    def say_goodbye(self) -> None:
        if self.sock:
            self.sock.settimeout(1)
            self.putcmd("quit")

    def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Nothing that was said before counts (RFC 3207), and nothing may come along with the yes:
        who sits on the line would put it there.
        """
        if not self.has_extn("starttls"):
            raise Unavailable("tls", "STARTTLS")
        code, said = self.docmd("STARTTLS")
        if code != 220:
            raise Unavailable("tls", _code(code, said))
        if self.file.holds_more():
            raise Unavailable("tls", "INJECTION")
        self.encrypt(context, host)
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False


class _Replies:
    """What a server says, up to a bound: a reply of many lines could go on for ever."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._file = sock.makefile("rb")
        self._left = _MOST_SAID

    def readline(self, most: int) -> bytes:
        line = self._file.readline(most)
        self._left -= len(line)
        if self._left < 0:
            raise OSError(errno.EMSGSIZE, "it says too much")
        # "250" cut off before its line end is no yes: it could have become "2500" or "250-".
        return line if line.endswith(b"\n") or len(line) == most else b""

    def holds_more(self) -> bool:
        before = self._sock.gettimeout()
        self._sock.settimeout(0)
        try:
            return bool(self._file.peek(1))
        finally:
            self._sock.settimeout(before)

    def close(self) -> None:
        self._file.close()


def _code(code: int, said: bytes) -> str:
    """With the enhanced code (RFC 3463), if there is one."""
    more = _ENHANCED.search(said)
    return f"{code} {more[0].decode()}" if more else str(code)


def _is_final(code: int, said: bytes) -> bool:
    """Whether a refused recipient will be refused for ever."""
    more = _ENHANCED.search(said)
    enhanced = more[0].decode() if more else ""
    if enhanced.startswith(_ABOUT_SENDER):
        return False
    return code in _NO_SUCH_MAILBOX or (500 <= code < 600 and enhanced.startswith("5.1."))


def _refused(reason: str, code: int, said: bytes) -> MailError:
    if code == _GONE:
        return Interrupted(reason, code)
    return Refused(reason, _code(code, said), final=reason == "address")
