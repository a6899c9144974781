"""The outbox: letters are put in with what they tell of, sent from here, and tried again.

A notice holds a reference, a form, a desk and a due date, never an answer. Each is leased to one
process while it is sent; its Message-ID is made from what it is about, so that a mail which had
to be sent twice (the process died between the server's yes and our note of it) is recognised.
"""

import secrets
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import partial
from typing import Any, Final, Protocol, TextIO, cast

import structlog
from flask import Flask
from sqlalchemy import Connection

from forms_api import clock, services
from forms_api.forms import Form
from forms_api.privacy import Write
from forms_api.settings import Settings
from forms_api.smtp import Interrupted, MailError, Refused, Smtp, Unavailable, put_address
from forms_api.store import letters
from forms_api.store.letters import Letter
from forms_api.store.writer import Closed

#: Renewed for each letter, and several times what one can take (smtp.LIMIT and smtp.ANSWER), so
#: that clocks of two hosts may be minutes apart.
LEASE: Final = timedelta(minutes=10)
BATCH: Final = 20
EVERY: Final = 5.0  # seconds between two looks at what is due
FIRST_PAUSE: Final = 30.0  # seconds; doubles with each failure
LONGEST_PAUSE: Final = 3600.0
LONGEST_REST: Final = 600.0  # seconds without a connection, after several could not be had
ATTEMPTS: Final = 80  # a little over three days; then a person must look
GRACE: Final = 4.0  # seconds in which a letter under way may be finished when the process stops
_log = structlog.get_logger()


class NotOurs(LookupError):
    """Nothing is wrong with a letter, but whoever would write it has no key for it now."""


class Mailer(Protocol):
    def send(self, message: EmailMessage) -> None:
        """Returns once the mail is accepted. Raises smtp.MailError."""

    def close(self) -> None:
        """A batch is over."""

    def abort(self) -> None:
        """From another thread: `send` shall come to an end at once."""


class Console:
    """In development: the mail is printed."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def send(self, message: EmailMessage) -> None:
        stream = self._stream or sys.stderr
        stream.write(f"\n{message.as_string()}\n")
        stream.flush()

    def close(self) -> None:
        pass

    def abort(self) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Delivered:
    """How many letters of one round were sent, failed, and are not to be sent from here."""

    sent: int
    failed: int
    passed: int = 0


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
        self._stopping = threading.Event()
        self._unavailable = 0  # times in a row that no connection could be had
        self._rests_until: datetime | None = None
        self._taken: dict[int, str] = {}  # by the server, on which day; not yet noted here
        self.passed_by: set[int] = set()  # letters that `compose` has no key for

    def deliver(self) -> Delivered:
        """Sends what is due, once; whatever fails is put off, and after ATTEMPTS given up.

        Without a connection all of the batch is put off by one failure. A letter that loses the
        connection is put off alone, and the rest of its batch has its turn the next time.
        """
        self._note_taken()
        if self._rests():
            return Delivered(0, 0)
        batch = deque(self._lease())
        known = len(self.passed_by)
        sent = failed = 0
        try:
            while batch and not self._stopping.is_set():
                letter = batch.popleft()
                try:
                    sent += self._one(letter)
                except Refused as error:
                    failed += self._put_off([letter], error)
                except Interrupted as error:
                    failed += self._put_off([letter], error)
                    break
                except Unavailable as error:
                    failed += self._put_off([letter, *batch], error)
                    batch.clear()
                    self._rest()
        finally:
            self._mailer.close()
            self._give_back(batch)
        return Delivered(sent, failed, max(0, len(self.passed_by) - known))

    def stop(self) -> None:
        """From another thread: the letter under way is the last one."""
        self._stopping.set()

    def abort(self) -> None:
        """From another thread: nor shall that one be waited for."""
        self._stopping.set()
        self._mailer.abort()

    def resume(self) -> None:
        """A person asks for it: the server is tried again at once."""
        self._rests_until, self._unavailable = None, 0

    def _lease(self) -> list[Letter]:
        now = self._now()
        until = now + LEASE
        passed = tuple(self.passed_by)

        def work(connection: Connection) -> list[Letter]:
            return letters.lease(
                connection, self._who, now, until, BATCH, sealed=self._sealed, without=passed
            )

        return cast(list[Letter], self._write(work))

    def _one(self, letter: Letter) -> bool:
        """Whether it was sent; False when it is not ours, or not any more."""
        until = self._now() + LEASE
        if not self._write(lambda c: letters.renew(c, letter.id, self._who, until)):
            return False
        try:
            message = self._compose(letter)
        except NotOurs:
            self.passed_by.add(letter.id)
            self._give_back([letter])
            return False
        except MailError:
            raise
        except Exception as error:  # it would be the same the next time
            raise Refused("content", type(error).__name__, final=True) from error
        self._mailer.send(message)
        self._unavailable = 0
        self._taken[letter.id] = self._now().astimezone(clock.ZONE).date().isoformat()
        self._note_taken()
        return True

    def _note_taken(self) -> None:
        """Again after a failure of the database, before anything else is sent."""
        for number, day in list(self._taken.items()):
            self._write(partial(letters.sent, number=number, who=self._who, day=day))
            del self._taken[number]

    def _give_back(self, those: Sequence[Letter] | deque[Letter]) -> None:
        numbers = [letter.id for letter in those]
        if numbers:
            self._write(lambda c: letters.give_back(c, numbers, self._who))

    def _put_off(self, those: Sequence[Letter], error: MailError) -> int:
        """A failed attempt of each; how many they are."""
        now, why, final = self._now(), str(error), error.final

        def work(connection: Connection) -> None:
            for letter in those:
                wait = timedelta(seconds=self._wait(letter.attempts, LONGEST_PAUSE))
                dead = final or letter.attempts + 1 >= ATTEMPTS
                next_at = clock.utc(now + wait)
                letters.put_off(connection, letter.id, self._who, next_at, why, dead=dead)

        self._write(work)
        dead = sum(final or letter.attempts + 1 >= ATTEMPTS for letter in those)
        log = _log.error if dead else _log.warning
        log("mail failed", letters=len(those), error=why, dead=dead)  # none by name or number
        return len(those)

    def _rest(self) -> None:
        wait = self._wait(self._unavailable, LONGEST_REST)
        self._rests_until = self._now() + timedelta(seconds=wait)
        self._unavailable += 1

    def _rests(self) -> bool:
        """Not on the word of a clock that has been put back since."""
        if self._rests_until is None:
            return False
        left = (self._rests_until - self._now()).total_seconds()
        return 0 < left <= LONGEST_REST

    def _wait(self, failures: int, most: float) -> float:
        return float(min(self._pause * 2 ** min(failures, 30), most))

    def message(self, letter: Letter) -> EmailMessage:
        """Raises Refused when the desk has no mailbox."""
        to = _mailbox(letter, self._settings)
        domain = self._settings.mail_from.rpartition("@")[2] or "localhost"
        message = EmailMessage()
        put_address(message, "From", self._settings.mail_from or "jinqiao@localhost")
        put_address(message, "To", to)
        message["Message-ID"] = f"<{letter.dedupe.replace(':', '.')}@{domain}>"
        message["Date"] = self._now()
        message["Auto-Submitted"] = "auto-generated"
        subject, text = _words(letter, self._forms)
        message["Subject"] = subject
        message.set_content(text)
        return message


class Delivery:
    """A thread of its own that sends what is due in an outbox: every so many seconds, and at once
    when nudged, while `ready` says so. A server that hangs holds up nothing but mail.
    """

    def __init__(
        self,
        outbox: Outbox,
        every: float,
        ready: Callable[[], bool] = lambda: True,
        grace: float = GRACE,
    ) -> None:
        self.outbox = outbox
        self._every = every
        self._ready = ready
        self._grace = grace
        self._nudged = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mail", daemon=True)
        self.trouble = ""  # what kind of fault ended the last turn

    def start(self) -> None:
        self._thread.start()

    def nudge(self) -> None:
        self._nudged.set()

    def stop(self) -> None:
        """A letter under way is finished and noted if that takes no longer than `grace`, so that a
        restart does not send it again; a server that hangs is cut off.
        """
        self._stopped.set()
        self._nudged.set()
        self.outbox.stop()
        if self._thread.is_alive():
            self._thread.join(self._grace)
        if self._thread.is_alive():
            self.outbox.abort()
            self._thread.join(2)

    def turn(self) -> int:
        """How many letters went out."""
        sent, more = 0, True
        while more and self._ready():
            done = self.outbox.deliver()
            sent += done.sent
            more = bool(done.sent or done.passed)  # what is passed by hides nothing behind it
        return sent

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self.turn()  # no line in the log: it would tell when a form came
                self.trouble = ""
            except Closed:
                return
            except Exception as error:  # such as a database that is away: tried again
                self.trouble = type(error).__name__
                _log.error("mail waits", kind=self.trouble)
            self._nudged.wait(self._every)
            self._nudged.clear()


def mailer_of(settings: Settings) -> Mailer:
    return smtp_of(settings) if settings.smtp_url else Console()


def smtp_of(settings: Settings) -> Smtp:
    """By its address and the file of authorities; it calls itself by the sender's domain."""
    name = settings.mail_from.rpartition("@")[2]
    return Smtp(settings.smtp_url, settings.smtp_ca_file, name)


def of(app: Flask, mailer: Mailer | None = None, grace: float = GRACE) -> Delivery:
    """The service's own: notices to desks and alerts. In production without a mail server they
    wait: printed, they would leave references and moments in the system's log.
    """
    mine = services.of(app)
    sends = mailer is not None or bool(mine.settings.smtp_url) or not mine.settings.production

    def write(work: Callable[[Connection], Any]) -> Any:
        return mine.writer.submit(work).result(60)

    chosen = mailer or mailer_of(mine.settings)
    outbox = Outbox(write, chosen, mine.settings, mine.forms)
    return Delivery(outbox, EVERY, lambda: sends, grace)


def _mailbox(letter: Letter, settings: Settings) -> str:
    boxes = settings.desk_mail
    if letter.desk in boxes:
        return boxes[letter.desk]
    if not settings.smtp_url:
        return f"{letter.desk}@localhost"  # printed, not sent
    raise Refused("mailbox", f"FORMS_DESK_MAIL_{letter.desk.upper().replace('-', '_')}")


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
