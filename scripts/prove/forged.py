"""Whoever writes to the database cannot write as a desk: nothing forged is sent or believed.

An intruder has the whole database to write to, the desks' public keys, and a secret key of their
own. Letters, notes, kept answers and answers for the status page are forged, moved to other cases
and replayed, and rows of nonsense put beside the real ones. Then a desk opens its inbox, a process
of its own with a real mail server: all real letters go out, none of the others, all of those are
named, the inbox can be worked with, and the status page shows real answers alone. Answers for the
site are forged too: a pull takes the real one and names the others.
"""

from __future__ import annotations

import csv
import io
import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Table, insert, select, update

from forms_api import clock, codes, detached_signatures, keys, services, signatures
from forms_api.app import close, create_app
from forms_api.inbox import replies
from forms_api.inbox.actions import Actions
from forms_api.inbox.vault import Vault
from forms_api.privacy import directly
from forms_api.pulling import pull
from forms_api.sealing import Sealer
from forms_api.services import Services
from forms_api.signatures import Piece, Trust
from forms_api.store import answers
from forms_api.store import desk as store
from forms_api.store.engine import begin_writing
from forms_api.store.tables import note, outbox, published_answer, reply, submission
from scripts.prove.desk import Desk
from scripts.prove.inbox_beside import opened
from scripts.prove.instance import AGE, draft, folder, form, settings_in
from scripts.prove.mail_servers import Mailbox
from scripts.service import free_port

LIE = "Send the fee to this account"
TRUTH = "To the branch that holds your relationship"
_ADDRESS = "proof.of.jinqiao@example.org"  # of every draft
_FORGED = re.compile("不是受理岗写的|not from a desk", re.IGNORECASE)
_HELD = re.compile("没有发</b>|Not sent</b>")
#: Documents sealed to the desks that are no submission; the inbox names each.
_NONSENSE = [
    b"", b"not JSON", b"[]", b"null", b'{"answers": 5}', b'{"answers": {"question": 5}}',
    b"[" * 100_000 + b"]" * 100_000, b'{"form": "\\ud800"}', b'{"a": NaN}', b'{"a": 1, "a": 2}',
]  # fmt: skip
_DOUBTFUL: list[Mapping[str, Any]] = [
    {"status": "burnt"}, {"received_on": "yesterday"}, {"reference": "../../x"}, {"spam_score": -1},
    {"key_ids": "["}, {"form": "f" * 4096}, {"edition": -7},
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """A submission that a desk has answered: its number, the access code, its sealed letter."""

    number: int
    reference: str
    code: str
    name: str
    letter: bytes


def prove(quick: bool) -> dict[str, Any]:
    count = 4 if quick else 30
    with folder() as where, _office(where) as (app, vault):
        mine = services.of(app)
        cases = _answered(mine, vault, count)
        intruder = _Intruder(mine, cases)
        intruder.forges()
        bad = intruder.puts_nonsense()
        port = free_port()
        with _mail_server(port) as box, _inbox(where, mine, port) as desk:
            _wait(lambda: len(box.mails) >= count)
            intruder.replays()
            _press(desk, "/mail", {})
            time.sleep(1.0 if quick else 12.0)  # a turn of the inbox's own
            mails = [_read(mail) for mail in box.mails]
            shown = intruder.counted(desk)
            usable = _usable(desk, cases, bad, len(cases) + len(bad))
        released = _release(mine, vault, cases[0])
        forged_releases = intruder.releases(released)
        trust = Trust(mine.settings.desk_keys)
        pulled = pull(mine.engine, where / "data" / "answers", clock.today(), trust)
        pages = [_status_page(app.test_client(), case.code) for case in cases]
    wanted = Counter((_ADDRESS, case.reference) for case in cases)
    sent_forged = (Counter(mails) - wanted).total()
    believed = sum(LIE in page for page in pages)
    real = sum(TRUTH in page for page in pages)
    return {
        "holds": sent_forged == 0
        and len(mails) == count
        and shown == intruder.forged
        and usable
        and believed == 0
        and pulled.new == [released]
        and pulled.forged.keys() == forged_releases
        and real == count,
        "forged": intruder.forged,
        "sent_forged": sent_forged,
        "shown_as_forged": shown,
        "real_sent": (Counter(mails) & wanted).total(),
        "bad_rows": len(bad),
        "usable": usable,
        "forged_on_status_pages": believed,
        "forged_releases": len(forged_releases),
        "forged_on_the_site": len(forged_releases & {*pulled.new, *pulled.changed}),
    }


@contextmanager
def _office(where: Path) -> Iterator[tuple[Flask, Vault]]:
    """A service, and a desk that has its key."""
    listed = where / "keys" / "recipients.txt"
    _, path = keys.new("guide", where / "keys", listed, "")
    keys.new("spare", where / "else", listed, "")
    known = tuple(keys.listed(listed))
    recipients = tuple(key.recipient for key in known)
    settings, _ = settings_in(where, recipients=recipients, desk_keys=known)
    app = create_app(settings)
    vault = opened(services.of(app).engine, keys.secret(path))
    try:
        yield app, vault
    finally:
        vault.lock()
        close(app)


@contextmanager
def _mail_server(port: int) -> Iterator[Mailbox]:
    box = Mailbox(port)
    box.open()
    try:
        yield box
    finally:
        box.close()


@contextmanager
def _inbox(where: Path, mine: Services, port: int) -> Iterator[Desk]:
    environ = {
        "FORMS_SMTP_URL": f"smtp+plain://127.0.0.1:{port}",
        "FORMS_MAIL_FROM": "forms@jinqiao.example.org",
        "FORMS_RELEASE": str(where / "release"),
    }
    key = next((where / "keys").glob("guide-*.key"))
    one = Desk(where, mine.settings.database_url, key, environ)
    try:
        one.enters()
        one.unlocks()
        yield one
    finally:
        one.stop()


def _answered(mine: Services, vault: Vault, count: int) -> list[Case]:
    """Submissions with an answer by e-mail and a note each; the letters wait."""
    receipts = [mine.keeping.keep(form(), draft(f"How, {n}?"), AGE) for n in range(count)]
    vault.shelf.sync()
    actions = Actions(mine.engine, directly(mine.engine), "guide")
    sealer = Sealer(mine.settings.recipients)
    found = []
    for receipt in receipts:
        entry = vault.shelf.find(receipt.reference)
        if entry is None or entry.holder is None:
            raise RuntimeError("what was sent is not there")
        said = {"way": "email", "text": TRUTH, "to": _ADDRESS}
        piece, signed = vault.sign(replies.KIND, entry.reference, **said)
        sealed = replies.seal(sealer, entry.holder, piece, signed)
        actions.answer(entry, entry.edition, sealed, close=False)
        code = receipt.access_code.replace(" ", "")
        found.append(Case(entry.number, entry.reference, code, sealed.letter, sealed.for_desks))
    return found


def _release(mine: Services, vault: Vault, case: Case) -> str:
    """A desk releases what may stand on the site; its slug."""
    pair = {"zh": "党费按月交给所在支部，出门在外先问支部。", "en": f"{TRUTH}, each month."}
    with mine.engine.begin() as connection:
        begin_writing(connection)
        return answers.offer_answer(
            connection,
            topic="dues",
            question={"zh": "出门在外，党费怎么交？", "en": "How do I pay dues when away?"},
            answer=pair,
            desk="guide",
            sign=vault.sign_public,
            number=case.number,
        )


class _Intruder:
    """`forged` counts what was made of everything together."""

    def __init__(self, mine: Services, cases: list[Case]) -> None:
        self.forged = 0
        self._mine = mine
        self._cases = cases
        self._sealer = Sealer(mine.settings.recipients)
        self._secret = signatures.signing_key("a key of one's own")
        self._today = clock.today().isoformat()

    def forges(self) -> None:
        """Of each kind one for each case: unsigned, signed by another, moved, copied."""
        for case, other in zip(self._cases, [*self._cases[1:], self._cases[0]], strict=True):
            unsigned = {
                "to": "victim@example.net",
                "lang": "en",
                "reply_to": "attacker@evil.example",
                "subject": "Refund",
                "text": LIE,
            }
            signed = signatures.sign(self._secret, self._piece(case))
            for number, payload in enumerate((unsigned, signed)):
                self._letter(case, f"forged:{case.number}:{number}", self._sealer.seal(payload))
            self._letter(case, f"moved:{case.number}", other.letter)
            self._letter(case, f"reply:{signatures.new_nonce()}", case.letter)
            for payload in ({"text": LIE}, signed):
                self._row(note, case, sealed=self._sealer.seal(payload))
                self._answer(case, payload)
            with self._mine.engine.connect() as connection:
                mine = select(reply.c.sealed, reply.c.kept).where(reply.c.submission == case.number)
                real = connection.execute(mine.order_by(reply.c.id)).first()
            if real is not None:
                self._row(reply, case, sealed=real.sealed, kept=real.kept, way="email")

    def replays(self) -> None:
        """Letters that went out are put back as they had waited."""
        for case in self._cases:
            mine = update(outbox).where(outbox.c.dedupe == case.name)
            again = {"state": "waiting", "sealed": case.letter, "attempts": 0, "sent_on": None}
            self._write(mine.values(again))
            self.forged += 1

    def releases(self, slug: str) -> set[str]:
        """Made of the one that a desk released; the slugs."""
        c = published_answer.c
        with self._mine.engine.connect() as connection:
            row = connection.execute(select(published_answer).where(c.slug == slug)).mappings()
            real = dict(row.one())
        made = set()
        for changes in (
            {},  # under another name
            {"answer_en": LIE},
            {"answer_en": LIE, "signature": None},
            {"answer_en": LIE, "signature": "own"},
        ):
            lie = {**real, **changes, "slug": codes.new_slug(), "holder": None}
            if changes.get("signature"):
                said = answers.as_object(lie).said()
                lie["signature"] = detached_signatures.sign(
                    self._secret, answers.KIND, clock.today().year, said
                )
            self._write(insert(published_answer).values(lie))
            made.add(lie["slug"])
        return made

    def puts_nonsense(self) -> list[int]:
        """The numbers of rows that are no submissions."""
        good = self._sealer.seal(
            {"form": "help-ask", "version": 1, "lang": "zh", "answers": {"question": LIE}}
        )
        rows: list[Mapping[str, Any]] = [
            {"ciphertext": self._sealer.seal_document(text)} for text in _NONSENSE
        ]
        rows += [{"ciphertext": raw} for raw in (good[:-9], b"\x00" * 5_000_000)]
        rows += [{"ciphertext": good, **columns} for columns in _DOUBTFUL]
        return [self._submission(row) for row in rows]

    def counted(self, desk: Desk) -> int:
        """How many of the forged things the inbox shows as what they are."""
        found = len(_HELD.findall(desk.request("GET", "/mail")[2]))
        for case in self._cases:
            found += len(_FORGED.findall(desk.request("GET", f"/s/{case.reference}")[2]))
        return found

    def _piece(self, case: Case) -> Piece:
        return Piece(
            kind=replies.KIND,
            reference=case.reference,
            desk="guide",
            on=self._today,
            nonce=signatures.new_nonce(),
            text=LIE,
            way="email",
            to=_ADDRESS,
        )

    def _answer(self, case: Case, payload: Mapping[str, str]) -> None:
        holder = codes.locks(case.code).public_key
        said = {**payload, "on": self._today, "way": "status"}
        sealed = codes.seal_to_holder(holder, json.dumps(said))
        self._row(reply, case, sealed=sealed, kept=self._sealer.seal(payload), way="status")

    def _letter(self, case: Case, name: str, sealed: bytes) -> None:
        with self._mine.engine.begin() as connection:
            store.add_letter(connection, case.number, name, "guide", sealed)
        self.forged += 1

    def _row(self, table: Table, case: Case, **columns: Any) -> None:
        row = {"submission": case.number, "day": self._today, "desk": "guide", **columns}
        self._write(insert(table).values(row))
        self.forged += 1

    def _submission(self, columns: Mapping[str, Any]) -> int:
        locks = codes.locks(codes.new_access_code())
        row = {
            "reference": codes.new_reference("TY"),
            "form": "help-ask",
            "version": 1,
            "lang": "zh",
            "status": "received",
            "desk": "guide",
            "received_on": self._today,
            "due_on": self._today,
            "retain_until": self._today,
            "spam_score": 0,
            "spam_reason": "",
            "key_ids": "[]",
            "code_hash": locks.code_hash,
            "public_key": locks.public_key,
            **columns,
        }
        new = insert(submission).values(row).returning(submission.c.id)
        return int(self._write(new).scalar_one())

    def _write(self, statement: Any) -> Any:
        with self._mine.engine.begin() as connection:
            result = connection.execute(statement)
            return result.freeze()() if result.returns_rows else None


def _usable(desk: Desk, cases: list[Case], bad: list[int], total: int) -> bool:
    """List, search, export, and erasing a row that cannot be read."""
    everything = "desk=&status=all&spam=all"
    token = re.findall(r'name="csrf" value="([^"]*)"', desk.request("GET", "/")[2])[0]
    given = {"csrf": token, "kind": "csv", "sure": "yes"}
    status, _, text = desk.request("POST", f"/export?{everything}", given)
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    listed = desk.request("GET", f"/?{everything}&bad=yes")[2]
    broken = re.findall(r'href="/s/([^"]+)" data-row', listed)
    erased = desk.does(broken[0], "erase", {"sure": "yes"}) if broken else 0
    found = desk.searches(cases[0].reference)
    return (
        status == 200
        and len(rows) == total + 1
        and len(broken) == min(len(bad), 25)
        and erased == 303
        and cases[0].reference in found
    )


def _press(desk: Desk, path: str, fields: Mapping[str, str]) -> None:
    token = re.findall(r'name="csrf" value="([^"]*)"', desk.request("GET", "/")[2])[0]
    desk.request("POST", path, {"csrf": token, **fields})


def _read(mail: EmailMessage) -> tuple[str, str]:
    """To whom, and about which submission; "" unless it says the truth and nothing else."""
    text = mail.get_payload(decode=True)
    said = text.decode() if isinstance(text, bytes) else ""
    found = re.search(r"TY-\w{4}-\w{4}", said)
    good = TRUTH in said and LIE not in said and not mail["Reply-To"]
    return str(mail["To"]), found[0] if found and good else ""


def _status_page(public: FlaskClient, code: str) -> str:
    return public.post("/forms/status", data={"code": code}).text


def _wait(done: Any, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(0.05)
