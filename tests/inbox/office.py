"""An office to test in: a service that takes forms, and desks that open the same database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from forms_api import clock, keys, services
from forms_api.app import close, create_app
from forms_api.inbox import app as inbox
from forms_api.inbox.command import opened
from forms_api.inbox.desktop import Desktop, of
from forms_api.outbox import Mailer
from forms_api.render import Receipt
from forms_api.services import Services
from forms_api.settings import Settings
from forms_api.store.tables import submission
from forms_api.tokens import Draft, new_key
from tests.api.examples import ASK, CATALOGUE

PORT = 8899  # nobody listens there: the test client needs a name only
URL = f"http://127.0.0.1:{PORT}"


@dataclass
class Desk:
    """One desk at its computer, by way of the test client."""

    app: Flask
    client: FlaskClient
    at: str

    @property
    def desktop(self) -> Desktop:
        return of(self.app)

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, base_url=URL, headers=headers)

    def post(self, path: str, **fields: str) -> Any:
        given = {"csrf": self.desktop.door.csrf, **fields}
        return self.client.post(path, base_url=URL, data=given)

    def enters(self) -> None:
        assert self.post(self.desktop.door.link().removeprefix(URL)).status_code == 303

    def unlocks(self, passphrase: str = "") -> None:
        self.enters()
        reply = self.post("/unlock", desk=self.at, passphrase=passphrase)
        assert reply.status_code == 303, text_of(reply)
        self.desktop.vault.wait(20)
        assert self.desktop.vault.state == "open"

    def fields(self, reference: str) -> dict[str, str]:
        """The hidden fields of a submission's forms: the version that is shown."""
        page = self.get(f"/s/{reference}").text
        names = ("edition", "newest", "seen_status", "seen_desk")
        found = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in names}
        return {name: match[1] for name, match in found.items() if match}

    def decides(self, reference: str, what: str, **fields: str) -> Any:
        """Releases a proposal or sends it back, as it is shown just now."""
        page = self.get(f"/s/{reference}/release").text
        found = re.search(r'name="mark" value="([^"]*)"', page)
        shown = {**self.fields(reference), "mark": found[1] if found else ""}
        return self.post(f"/s/{reference}/release", **{**shown, "what": what, **fields})

    def does(self, reference: str, action: str, **fields: str) -> Any:
        """One action on what is shown just now."""
        return self.post(f"/s/{reference}/{action}", **{**self.fields(reference), **fields})


@dataclass
class Office:
    folder: Path
    settings: Settings
    identities: dict[str, Path]
    service: Services
    public: FlaskClient
    started: list[Flask] = field(default_factory=list)

    def sends(self, form: str = "help-ask", days_ago: int = 0, **answers: Any) -> Receipt:
        """Somebody sends a form; the receipt. `days_ago` moves its dates back."""
        one = self.service.forms[form]
        given = {
            name: value if isinstance(value, list) else [value]
            for name, value in {**ASK, **answers}.items()
        }
        checked = one.check(given, CATALOGUE, clock.today())
        assert not checked.problems, checked.problems
        lang = str(answers.get("lang", "zh"))
        draft = Draft(one.id, one.version, lang, new_key(), checked.values)
        receipt = self.service.keeping.keep(one, draft, 60)
        if days_ago:
            self._age(receipt.reference, days_ago)
        return receipt

    def desk(self, at: str = "guide", key: str = "desk", mailer: Mailer | None = None) -> Desk:
        engine = opened(self.settings)
        app = inbox.create_inbox(
            self.settings, engine, [self.identities[key]], PORT, mailer=mailer, testing=True
        )
        self.started.append(app)
        return Desk(app, app.test_client(), at)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.service.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query, values or None)]

    def record(self, reference: str) -> list[str]:
        """Who did what with a submission, from the first line of the record on."""
        found = self.rows(
            "SELECT e.actor, e.action FROM event e JOIN submission s ON s.id = e.submission "
            "WHERE s.reference = ? ORDER BY e.id",
            reference,
        )
        return [f"{actor} {action}" for actor, action in found]

    def _age(self, reference: str, days: int) -> None:
        received = clock.today() - timedelta(days)
        due = clock.today() - timedelta(days - 5)
        old = {"received_on": received.isoformat(), "due_on": due.isoformat()}
        mine = update(submission).where(submission.c.reference == reference)
        self.service.writer.submit(lambda connection: connection.execute(mine.values(old))).result()


@contextmanager
def new_office(folder: Path, release: Path, **changes: Any) -> Iterator[Office]:
    """With keys of two desks and one that belongs to nobody here."""
    ring = folder / "ring"
    listed, others = ring / "recipients.txt", folder / "others.txt"
    identities = {
        "desk": keys.new("desk", ring, listed, "")[1],
        "recovery": keys.new("recovery", ring, listed, "")[1],
        "foreign": keys.new("foreign", folder / "else", others, "")[1],
    }
    settings = replace(
        Settings(
            database_url=f"sqlite:///{folder / 'forms.sqlite'}",
            recipients=tuple(key.recipient for key in keys.listed(listed)),
            desk_keys=tuple(keys.listed(listed)),
            keys_folder=ring,
            release=release,
            rate_limit="",
            public_url="https://jinqiao.example.org",
            mail_from="forms@jinqiao.example.org",
        ),
        **changes,
    )
    app = create_app(settings, testing=True)
    office = Office(folder, settings, identities, services.of(app), app.test_client())
    try:
        yield office
    finally:
        for one in office.started:
            inbox.close(one)
        close(app)


def releases(office: Office, reference: str, texts: dict[str, str]) -> None:
    """One desk proposes, another releases."""
    guide, liaison = office.desk("guide"), office.desk("liaison", key="recovery")
    guide.unlocks()
    liaison.unlocks()
    assert guide.does(reference, "publish", **texts).status_code == 303
    assert liaison.decides(reference, "release", sure="yes").status_code == 303


def text_of(reply: Any) -> str:
    """The visible words of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.text))
