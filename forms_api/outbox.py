"""Notices to the desks: put into the outbox with the submission, sent from here, tried again.

A notice holds a reference, a form, a desk and a due date, never an answer. Each is leased to one
process while it is sent; its Message-ID is made from what it is about, so that a mail which had
to be sent twice (the process died between the server's yes and our note of it) is recognised.
"""

import secrets
import smtplib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Final, Protocol, TextIO, cast
from urllib.parse import unquote, urlsplit

import structlog

from forms_api import clock
from forms_api.forms import Form
from forms_api.privacy import Write
from forms_api.settings import Settings
from forms_api.store import letters
from forms_api.store.letters import Letter

LEASE: Final = timedelta(minutes=2)
BATCH: Final = 20
FIRST_PAUSE: Final = 30.0  # seconds; doubles with each failure
LONGEST_PAUSE: Final = 3600.0
ATTEMPTS: Final = 80  # a little over three days; then a person must look
_TIMEOUT: Final = 20.0
_log = structlog.get_logger()


class NotOurs(LookupError):
    """Nothing is wrong with a letter, but whoever would write it has no key for it now."""


class Mailer(Protocol):
    def send(self, message: EmailMessage) -> None:
        """Returns once the mail is accepted. Raises OSError or smtplib.SMTPException."""


class Console:
    """In development: the mail is printed."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def send(self, message: EmailMessage) -> None:
        stream = self._stream or sys.stderr
        stream.write(f"\n{message.as_string()}\n")
        stream.flush()


class Smtp:
    """`smtp://[user:password@]host[:port]`, with STARTTLS where offered, or `smtps://…`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._tls = parts.scheme == "smtps"
        self._host = parts.hostname or "localhost"
        self._port = parts.port or (465 if self._tls else 25)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")

    def send(self, message: EmailMessage) -> None:
        kind = smtplib.SMTP_SSL if self._tls else smtplib.SMTP
        with kind(self._host, self._port, timeout=_TIMEOUT) as server:
            if not self._tls and server.has_extn("starttls"):
                server.starttls()
            if self._user:
                server.login(self._user, self._password)
            server.send_message(message)


@dataclass(frozen=True, slots=True)
class Delivered:
    """How many letters of one round were sent and how many failed."""

    sent: int
    failed: int


class Outbox:
    """`pause` is the first wait in seconds after a failure.

    With `compose` it sends the sealed letters to persons and no others: it opens one and makes
    its message, or raises NotOurs, and the letter waits for who can.
    """

    def __init__(
        self,
        write: Write,
        mailer: Mailer,
        settings: Settings,
        forms: Mapping[str, Form],
        pause: float = FIRST_PAUSE,
        now: Callable[[], datetime] = clock.now,
        compose: Callable[[Letter], EmailMessage] | None = None,
    ) -> None:
        self._sealed = compose is not None
        self._compose = compose or self.message
        self._write = write
        self._mailer = mailer
        self._settings = settings
        self._forms = forms
        self._pause = pause
        self._now = now
        self._who = secrets.token_hex(8)
        self.passed_by: set[int] = set()  # letters that `compose` has no key for

    def deliver(self) -> Delivered:
        """Sends what is due, once; whatever fails is put off, and after ATTEMPTS given up."""
        now = self._now()
        until = clock.utc(now + LEASE)
        due = cast(
            list[Letter],
            self._write(
                lambda c: letters.lease(
                    c,
                    self._who,
                    clock.utc(now),
                    until,
                    BATCH,
                    sealed=self._sealed,
                    without=tuple(self.passed_by),
                )
            ),
        )
        sent = sum(self._one(letter) for letter in due)
        return Delivered(sent, len(due) - sent)

    def _one(self, letter: Letter) -> bool:
        try:
            self._mailer.send(self._compose(letter))
        except NotOurs:
            self.passed_by.add(letter.id)
            self._write(lambda c: letters.give_back(c, letter.id, self._who))
            return False
        except (OSError, smtplib.SMTPException, LookupError) as error:
            self._failed(letter, error)
            return False
        day = self._now().astimezone(clock.ZONE).date().isoformat()
        self._write(lambda c: letters.sent(c, letter.id, self._who, day))
        return True

    def _failed(self, letter: Letter, error: Exception) -> None:
        """A server's words may hold an address: only the kind of error and its code are kept."""
        code = getattr(error, "smtp_code", "") or getattr(error, "errno", "") or ""
        kind = f"{type(error).__name__} {code}".strip()
        attempts = letter.attempts + 1
        wait = min(self._pause * 2 ** min(attempts - 1, 30), LONGEST_PAUSE)
        next_at = clock.utc(self._now() + timedelta(seconds=wait))
        dead = attempts >= ATTEMPTS
        self._write(lambda c: letters.put_off(c, letter.id, self._who, next_at, kind, dead=dead))
        log = _log.error if dead else _log.warning
        log("mail failed", letter=letter.id, attempts=attempts, error=kind, dead=dead)

    def message(self, letter: Letter) -> EmailMessage:
        """Raises LookupError when the desk has no mailbox."""
        to = _mailbox(letter, self._settings)
        domain = self._settings.mail_from.rpartition("@")[2] or "localhost"
        message = EmailMessage()
        message["From"] = self._settings.mail_from or "jinqiao@localhost"
        message["To"] = to
        message["Message-ID"] = f"<{letter.dedupe.replace(':', '.')}@{domain}>"
        message["Date"] = self._now()
        message["Auto-Submitted"] = "auto-generated"
        subject, text = _words(letter, self._forms)
        message["Subject"] = subject
        message.set_content(text)
        return message


def mailer_of(settings: Settings) -> Mailer:
    return Smtp(settings.smtp_url) if settings.smtp_url else Console()


def _mailbox(letter: Letter, settings: Settings) -> str:
    boxes = settings.desk_mail
    if letter.desk in boxes:
        return boxes[letter.desk]
    if not settings.smtp_url:
        return f"{letter.desk}@localhost"  # printed, not sent
    raise LookupError(f"FORMS_DESK_MAIL_{letter.desk.upper().replace('-', '_')}")


def _words(letter: Letter, forms: Mapping[str, Form]) -> tuple[str, str]:
    """Both languages, since nobody knows who reads the mailbox."""
    facts = letter.facts
    if letter.kind == "alert":
        zh, en = f"表单提醒：{facts['zh']}", f"Forms alert: {facts['en']}"
        return f"{zh} / {en}", f"{zh}\n{en}\n"
    form = forms.get(facts["form"])
    zh_name, en_name = (form.short_title.zh, form.short_title.en) if form else (facts["form"],) * 2
    subject = f"{facts['reference']} · {zh_name} / {en_name}"
    text = (
        f"收到一份“{zh_name}”，编号 {facts['reference']}，请在 {facts['due_on']} 前答复。\n"
        "内容只能用受理岗的密钥在收件箱里看，不在邮件里。\n\n"
        f"A form “{en_name}” has come in: {facts['reference']}, to be answered by "
        f"{facts['due_on']}.\nWhat it says can be read in the inbox, with the desk's key, and "
        "stands in no mail.\n"
    )
    return subject, text
