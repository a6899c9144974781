"""Letters and password reach the right mail server alone, once; no server delays a deletion.

Each wrong server is tried with real letters: other certificates, no STARTTLS, an injected reply, an
old protocol, silence, one octet at a time, refusal, death. While a server is silent and another
drips, what is due is deleted and an alert is written. Then the right server takes all, from two
senders at once.
"""

from __future__ import annotations

import re
import ssl
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from flask import Flask
from sqlalchemy import func, select, update

from forms_api import clock, outbox, services
from forms_api.alerts import LEAST
from forms_api.app import close, create_app
from forms_api.housekeeping import Housekeeper
from forms_api.outbox import Outbox
from forms_api.services import Services
from forms_api.smtp import Smtp
from forms_api.store import letters, tables
from scripts.prove.certificates import certificate_for
from scripts.prove.instance import AGE, draft, folder, form, settings_in
from scripts.prove.mail_servers import (
    Mailbox,
    Scripted,
    Step,
    begins_encrypted,
    dies,
    drips,
    encrypts,
    hangs,
    holds_password,
    injects,
    says,
    server_context,
    url,
)
from scripts.service import free_port

_OFFERS: Final = (b"STARTTLS", b"AUTH PLAIN LOGIN")
_LIMIT: Final = 0.5  # seconds of a conversation with a server that holds its line
_PATIENCE: Final = 20.0  # seconds for a deletion
_MARK: Final = "What may nobody else read?"


@dataclass(frozen=True)
class Wrong:
    """A server that must get nothing, but for those that prove who they are (`known`)."""

    server: Scripted
    url: str
    trusted: Path | None
    expected: str
    known: bool = False

    @property
    def leaked(self) -> bool:
        return not self.known and (holds_password(self.server.heard) or bool(self.server.letters))


def prove(quick: bool) -> dict[str, Any]:
    count = LEAST if quick else 200
    with folder() as where, ExitStack() as stack:
        known = certificate_for(1, where)
        changes = {
            "mail_from": "forms@jinqiao.example.org",
            "desk_mail": dict.fromkeys((form().desk, "operator"), "desk@jinqiao.example.org"),
        }
        app = create_app(settings_in(where, **changes)[0])
        stack.callback(close, app)
        mine = services.of(app)
        sent = [mine.keeping.keep(form(), draft(_MARK), AGE).reference for _ in range(count)]
        wrong = _wrong_servers(where, known)
        for one in wrong.values():
            stack.callback(one.server.close)
        said = {name: _try(mine, one) for name, one in wrong.items()}
        delay, stop = _purge_beside(app, mine)
        box, senders = _right_server(mine, known)
        stack.callback(box.close)
        _deliver_all(mine, senders)
        delivered = Counter(_name(mail) for mail in box.mails)
        wanted = Counter(_names(mine))
    bad = {n: why for n, why in said.items() if not why.startswith(wrong[n].expected)}
    leaked = [name for name, one in wrong.items() if one.leaked]
    return {
        "holds": delivered == wanted
        and {f"received.{reference}" for reference in sent} <= set(delivered)
        and any(name.startswith("alert.") for name in delivered)
        and not bad
        and not leaked
        and delay < _PATIENCE
        and stop < outbox.GRACE,
        "servers": said,
        "unexpected": bad,
        "letters": sum(wanted.values()),
        "delivered": len(delivered),
        "doubled": sum((delivered - wanted).values()),
        "leaked": leaked,
        "longest_purge_delay_s": round(delay, 2),
        "longest_stop_s": round(stop, 2),
    }


def _wrong_servers(where: Path, known: Path) -> dict[str, Wrong]:
    tls = server_context(known)

    def scripted(steps: Mapping[str, Step], expected: str, trusted: Path | None = known) -> Wrong:
        server = Scripted(steps, _OFFERS)
        return Wrong(server, url(server.port), trusted, expected)

    def at_once(context: ssl.SSLContext, expected: str, trusted: Path | None) -> Wrong:
        server = Scripted({"": begins_encrypted(context)}, _OFFERS[1:])
        return Wrong(server, url(server.port, "smtps"), trusted, expected)

    def right(steps: Mapping[str, Step], expected: str) -> Wrong:
        server = Scripted({"STARTTLS": encrypts(tls), **steps}, _OFFERS)
        return Wrong(server, url(server.port), known, expected, known=True)

    other = certificate_for(1, where, "evil.invalid")
    old = certificate_for(-1, where)
    stripped = Scripted({}, _OFFERS[1:])
    return {
        "wrong name": at_once(server_context(other), "certificate", other),
        "wrong name, STARTTLS": scripted(
            {"STARTTLS": encrypts(server_context(other))}, "certificate", other
        ),
        "self-signed": at_once(tls, "certificate", None),
        "self-signed, STARTTLS": scripted({"STARTTLS": encrypts(tls)}, "certificate", None),
        "expired": at_once(server_context(old), "certificate", old),
        "stripped": Wrong(stripped, url(stripped.port), known, "tls STARTTLS"),
        "STARTTLS refused": scripted({"STARTTLS": says(b"454 4.7.0 no\r\n")}, "tls 454"),
        "injected": scripted({"STARTTLS": injects(tls)}, "tls INJECTION"),
        "old protocol": at_once(server_context(known, old=True), "tls", known),
        "silent": scripted({"": hangs}, "timeout"),
        "dripping": scripted({"EHLO": drips(0.1)}, "timeout"),
        "dripping in TLS": right({"MAIL": drips(0.1)}, "timeout"),
        "refusing": right({"MAIL": says(b"451 4.3.0 later\r\n")}, "sender 451"),
        "dying with a letter": right({".": dies}, "connection"),
    }


def _outbox(mine: Services, mailer: Smtp) -> Outbox:
    """An hour ahead, so that no pause is waited for."""
    return Outbox(
        lambda work: mine.writer.submit(work).result(30),
        mailer,
        mine.settings,
        mine.forms,
        pause=0.0,
        now=lambda: clock.now() + timedelta(hours=1),
    )


def _try(mine: Services, wrong: Wrong) -> str:
    """Why letters did not leave; each reason once."""
    before = _tries(mine)
    limit = _LIMIT if wrong.expected == "timeout" else _PATIENCE
    _outbox(mine, Smtp(wrong.url, wrong.trusted, limit=limit, answer=limit)).deliver()
    wrong.server.close()
    after = _tries(mine)
    why = {error for number, (tries, error) in after.items() if tries > before[number][0]}
    return ", ".join(sorted(why))


def _tries(mine: Services) -> dict[int, tuple[int, str]]:
    c = tables.outbox.c
    with mine.engine.connect() as connection:
        rows = connection.execute(select(c.id, c.attempts, c.last_error)).all()
    return {row.id: (row.attempts, row.last_error or "") for row in rows}


def _purge_beside(app: Flask, mine: Services) -> tuple[float, float]:
    """Seconds until what was due was gone while two mail servers held their lines, and until mail
    stopped.
    """
    reference = mine.keeping.keep(form(), draft("Who will forget me?"), AGE).reference
    due = update(tables.submission).where(tables.submission.c.reference == reference)
    mine.writer.submit(lambda c: c.execute(due.values(retain_until="2000-01-01"))).result(30)
    servers = [Scripted({"": hangs}), Scripted({"": drips(1.0)})]
    mails = [
        outbox.of(app, Smtp(f"smtp+plain://localhost:{one.port}"), grace=0.2) for one in servers
    ]
    keeper = Housekeeper(app)
    try:
        for mail in mails:
            mail.start()
        _until(lambda: all(one.connections for one in servers))
        began = time.monotonic()
        keeper.start()
        _until(lambda: not _is_there(mine, reference) and _alerts(mine) > 0)
        delay = time.monotonic() - began
        began = time.monotonic()
        for mail in mails:
            mail.stop()
        return delay, time.monotonic() - began
    finally:
        keeper.stop()
        for one in servers:
            one.close()


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)


def _is_there(mine: Services, reference: str) -> bool:
    c = tables.submission.c
    with mine.engine.connect() as connection:
        return connection.execute(select(c.id).where(c.reference == reference)).first() is not None


def _alerts(mine: Services) -> int:
    found = select(func.count()).where(tables.outbox.c.kind == "alert")
    with mine.engine.connect() as connection:
        return int(connection.execute(found).scalar_one())


def _right_server(mine: Services, known: Path) -> tuple[Mailbox, list[Outbox]]:
    port = free_port()
    box = Mailbox(port, server_context(known))
    box.open()
    return box, [_outbox(mine, Smtp(url(port), known)) for _ in range(2)]


def _deliver_all(mine: Services, senders: list[Outbox]) -> None:
    def waits() -> bool:
        with mine.engine.connect() as connection:
            return letters.counts(connection)["waiting"] > 0

    deadline = time.monotonic() + 60
    with ThreadPoolExecutor(len(senders)) as pool:
        while waits() and time.monotonic() < deadline:
            list(pool.map(lambda one: one.deliver(), senders))


def _names(mine: Services) -> list[str]:
    """Of all letters, as Message-IDs have them."""
    with mine.engine.connect() as connection:
        found = connection.execute(select(tables.outbox.c.dedupe)).scalars()
        return [name.replace(":", ".") for name in found]


def _name(mail: Any) -> str:
    found = re.match(r"<(.*)@", str(mail["Message-ID"]))
    return found[1] if found else ""
