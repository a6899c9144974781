"""Mail is down, then back: every notice is delivered, exactly once when nothing crashed.

A real SMTP server on a real socket is away while submissions come in, comes up refusing, then
accepts. Two senders work on one outbox all the time. Afterwards a sender is made to die between
the server's yes and its own note of it: that one notice comes twice, with the same Message-ID.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from forms_api import clock
from forms_api.outbox import LEASE, Mailer, Outbox
from forms_api.services import Services
from forms_api.smtp import Smtp
from forms_api.store import letters
from scripts.prove.instance import AGE, draft, folder, form, inside
from scripts.prove.mail_servers import Mailbox
from scripts.service import free_port


def prove(quick: bool) -> dict[str, Any]:
    count = 20 if quick else 200
    port = free_port()
    changes = {
        "smtp_url": f"smtp+plain://127.0.0.1:{port}",
        "mail_from": "forms@jinqiao.example.org",
        "desk_mail": {form().desk: "desk@jinqiao.example.org"},
    }
    with folder() as where, inside(where, **changes) as (mine, _):
        sent = [mine.keeping.keep(form(), draft(f"Hello, {n}?"), AGE) for n in range(count)]
        senders = [_outbox(mine, Smtp(mine.settings.smtp_url)) for _ in range(2)]
        failed = _rounds(senders, 3)
        box = Mailbox(port)
        box.refusing = True
        box.open()
        try:
            failed += _rounds(senders, 3)
            box.refusing = False
            _until_empty(mine, senders)
            delivered = Counter(_reference(mail) for mail in box.mails)
            twice, same = _crash(mine, box)
        finally:
            box.close()
        with mine.engine.connect() as connection:
            states = letters.counts(connection)
    wanted = Counter({receipt.reference: 1 for receipt in sent})
    leaks = sum("Hello, " in mail.as_string() for mail in box.mails)
    return {
        "holds": delivered == wanted and twice == 2 and same and not leaks and not states["dead"],
        "notices": count,
        "delivered": sum(delivered.values()),
        "missing": len(wanted - delivered),
        "doubled": sum((delivered - wanted).values()),
        "failed_attempts": failed,
        "copies_after_a_crash": twice,
        "same_message_id": same,
        "answers_in_mail": leaks,
        "dead": states["dead"],
    }


def _outbox(mine: Services, mailer: Mailer, now: Callable[[], datetime] = clock.now) -> Outbox:
    def write(work: Any) -> Any:
        return mine.writer.submit(work).result(30)

    return Outbox(write, mailer, mine.settings, mine.forms, pause=0.0, now=now)


def _rounds(senders: list[Outbox], times: int) -> int:
    """Failed attempts of all senders at once."""
    with ThreadPoolExecutor(len(senders)) as pool:
        return sum(
            done.failed for _ in range(times) for done in pool.map(lambda s: s.deliver(), senders)
        )


def _until_empty(mine: Services, senders: list[Outbox]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        _rounds(senders, 1)
        with mine.engine.connect() as connection:
            if not letters.counts(connection)["waiting"]:
                return


def _reference(mail: EmailMessage) -> str:
    return str(mail["Message-ID"]).strip("<>").split("@")[0].removeprefix("received.")


class _Dying:
    """Sends, then dies before anybody can note it."""

    def __init__(self, real: Mailer) -> None:
        self._real = real

    def send(self, message: EmailMessage) -> None:
        self._real.send(message)
        raise MemoryError

    def close(self) -> None:
        self._real.close()

    def abort(self) -> None:
        self._real.abort()


def _crash(mine: Services, box: Mailbox) -> tuple[int, bool]:
    """How often the notice of a crashed sender arrived, and whether under one Message-ID."""
    box.mails = [mail for mail in box.mails if mail["Message-ID"]]
    before = len(box.mails)
    mine.keeping.keep(form(), draft("Is this one doubled?"), AGE)
    with contextlib.suppress(MemoryError):
        _outbox(mine, _Dying(Smtp(mine.settings.smtp_url))).deliver()
    real = Smtp(mine.settings.smtp_url)
    _outbox(mine, real).deliver()  # still leased to the dead one
    if len(box.mails) != before + 1:
        return 0, False
    _outbox(mine, real, lambda: clock.now() + LEASE + timedelta(seconds=2)).deliver()
    ids = {str(mail["Message-ID"]) for mail in box.mails[before:]}
    return len(box.mails) - before, len(ids) == 1
