"""Whoever writes to the database cannot write as a desk: nothing forged is sent or believed."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import Table, insert, update

from forms_api import clock, codes, keys, signatures
from forms_api.recipients import Key
from forms_api.sealing import Sealer
from forms_api.signatures import Piece
from forms_api.store.tables import note, outbox, reply, submission
from tests.inbox.office import Desk, Office, text_of

ADDRESS = "wanderer.lin@example.org"  # what the sender of the example gave


@dataclass
class Box:
    """A mailer that keeps what it takes."""

    mails: list[EmailMessage]

    def send(self, message: EmailMessage) -> None:
        self.mails.append(message)

    def close(self) -> None:
        pass

    def abort(self) -> None:
        pass


class Intruder:
    """Has the database and the public keys, and a secret key of its own."""

    def __init__(self, office: Office, *, waits: bool = True) -> None:
        self.office = office
        self.waits = waits
        self._numbers: dict[str, int] = {}
        self.sealer = Sealer(office.settings.recipients)
        self.secret = signatures.signing_key(keys.secret(office.identities["foreign"]))

    def piece(self, reference: str, **said: str) -> Piece:
        usual = {
            "kind": "answer",
            "reference": reference,
            "desk": "guide",
            "on": clock.today().isoformat(),
            "nonce": signatures.new_nonce(),
            "text": "把钱转到这个账号。",
            "way": "email",
            "to": ADDRESS,
        }
        return Piece(**{**usual, **said})  # type: ignore[arg-type]

    def writes(self, work: Any) -> None:
        done = self.office.service.writer.submit(lambda c: c.execute(work) and None)
        if self.waits:
            done.result()

    def number(self, reference: str) -> int:
        if reference not in self._numbers:
            query = "SELECT id FROM submission WHERE reference = ?"
            self._numbers[reference] = int(self.office.rows(query, reference)[0][0])
        return self._numbers[reference]

    def letter(self, reference: str, name: str, sealed: bytes) -> None:
        row = {
            "dedupe": name,
            "submission": self.number(reference),
            "kind": "reply",
            "desk": "guide",
            "facts": "{}",
            "state": "waiting",
            "attempts": 0,
            "next_at": "2026-01-01T00:00:00Z",
            "sealed": sealed,
        }
        self.writes(insert(outbox).values(row))

    def puts(self, table: Table, reference: str, **columns: Any) -> None:
        day = clock.today().isoformat()
        row = {"submission": self.number(reference), "day": day, "desk": "guide", **columns}
        self.writes(insert(table).values(row))


@pytest.fixture
def intruder(office: Office) -> Intruder:
    return Intruder(office)


def posting(office: Office) -> tuple[Desk, list[EmailMessage]]:
    """The guide desk, unlocked, and what it sends."""
    box = Box([])
    desk = office.desk(mailer=box)
    desk.unlocks()
    return desk, box.mails


def test_a_letter_that_somebody_else_sealed_is_shown_and_never_sent(
    office: Office, intruder: Intruder
) -> None:
    desk, mails = posting(office)
    reference = office.sends().reference
    unsigned = {
        "to": "victim@example.net",
        "lang": "zh-Hans",
        "reply_to": "attacker@evil.example",
        "subject": "退款",
        "text": "把钱转到这个账号。",
    }
    signed = intruder.piece(reference)
    forged = [
        unsigned,
        signatures.sign(intruder.secret, signed),
        {**signatures.sign(intruder.secret, signed), "key": "A" * 43 + "="},
        {**signatures.sign(intruder.secret, signed), "key": own_signature(office)},
        {"signed": 5},
        {"text": ["x"]},
    ]
    for number, payload in enumerate(forged):
        intruder.letter(reference, f"forged:{number}", intruder.sealer.seal(payload))
    intruder.letter(reference, "forged:noise", b"age-encryption.org/v1\nnoise")
    assert desk.desktop.post.turn() == 0 and mails == []
    shown = text_of(desk.get("/mail"))
    assert shown.count("没有发") == 7 and shown.count("不是受理岗写的") == 6
    for number in range(len(forged)):
        desk.post("/mail/drop", name=f"forged:{number}")
    assert office.rows("SELECT dedupe FROM outbox WHERE kind = 'reply'") == [("forged:noise",)]


def own_signature(office: Office) -> str:
    return signatures.public_text(signatures.signing_key(keys.secret(office.identities["desk"])))


def test_a_letter_of_a_desk_goes_out_once_for_its_own_case_alone(
    office: Office, intruder: Intruder
) -> None:
    desk, mails = posting(office)
    first, second = office.sends().reference, office.sends().reference
    desk.does(first, "answer", way="email", text="向组织关系所在的支部交。")
    ((name, sealed),) = office.rows("SELECT dedupe, sealed FROM outbox WHERE sealed IS NOT NULL")
    intruder.letter(second, "other:case", bytes(sealed))
    intruder.letter(first, "other:name", bytes(sealed))
    assert desk.desktop.post.turn() == 1
    again = update(outbox).where(outbox.c.dedupe == name)
    intruder.writes(again.values(state="waiting", sealed=bytes(sealed), sent_on=None))
    assert desk.desktop.post.turn() == 0
    restarted = office.desk(mailer=Box(mails))
    restarted.unlocks()
    assert restarted.desktop.post.turn() == 0 and len(mails) == 1
    shown = text_of(restarted.get("/mail"))
    assert shown.count("从别处搬来") == 2 and "这台电脑已经发过" in shown
    assert mails[0]["To"] == ADDRESS and mails[0]["Reply-To"] is None


def test_an_address_that_is_not_the_senders_own_gets_nothing(
    office: Office, intruder: Intruder
) -> None:
    """The desk answered; then the submission was replaced by one with another contact."""
    desk, mails = posting(office)
    reference = office.sends().reference
    desk.does(reference, "answer", way="email", text="向支部交。")
    other = office.sends(contact="victim@example.net").reference
    ((theirs,),) = office.rows("SELECT ciphertext FROM submission WHERE reference = ?", other)
    mine = update(submission).where(submission.c.reference == reference)
    intruder.writes(mine.values(ciphertext=bytes(theirs)))
    desk.post("/lock")
    desk.post("/unlock", desk="guide")
    desk.desktop.vault.wait(10)
    assert desk.desktop.post.turn() == 0 and mails == []


def test_an_old_letter_goes_out_when_a_desk_stands_for_it(
    office: Office, intruder: Intruder
) -> None:
    desk, mails = posting(office)
    receipt = office.sends()
    reference = receipt.reference
    unsigned = {"text": "向组织关系所在的支部交。"}
    holder = office.rows("SELECT public_key FROM submission")[0][0]
    said = json.dumps({**unsigned, "on": "2026-11-01", "way": "email"})
    for_holder = codes.seal_to_holder(bytes(holder), said)
    kept = intruder.sealer.seal(unsigned)
    intruder.puts(reply, reference, sealed=for_holder, way="email", kept=kept)
    letter = {"to": ADDRESS, "lang": "zh-Hans", "reply_to": "", "subject": "x", "text": "y"}
    intruder.letter(reference, "reply:1", intruder.sealer.seal(letter))
    assert desk.desktop.post.turn() == 0
    page = desk.get(f"/s/{reference}").text
    assert "没有签名" in page and "签名并发出" in page
    code = receipt.access_code.replace(" ", "")
    assert office.service.keeping.checked_replies(code) == ([], 1)
    assert desk.does(reference, "sign", reply="1").status_code == 303
    assert desk.desktop.post.turn() == 1
    assert "向组织关系所在的支部交。" in mails[0].get_content()
    assert "没有签名" not in desk.get(f"/s/{reference}").text
    ((shown,), others) = office.service.keeping.checked_replies(code)
    assert shown.text == unsigned["text"] and others == 0
    assert office.record(reference)[-1] == "guide signed"


def test_a_letter_that_waited_too_long_is_not_sent_by_itself(office: Office) -> None:
    desk, mails = posting(office)
    reference = office.sends().reference
    ((number,),) = office.rows("SELECT id FROM submission")
    long_ago = (clock.today() - timedelta(8)).isoformat()
    piece, _ = desk.desktop.vault.sign("answer", reference, way="email", text="x", to=ADDRESS)
    old = piece.model_copy(update={"on": long_ago})
    secret = signatures.signing_key(keys.secret(office.identities["desk"]))
    intruder = Intruder(office)
    sealed = intruder.sealer.seal(signatures.sign(secret, old))
    intruder.letter(reference, f"reply:{old.nonce}", sealed)
    assert number and desk.desktop.post.turn() == 0 and mails == []
    assert "一个多星期" in text_of(desk.get("/mail"))


def test_forged_moved_and_copied_notes_and_answers_are_shown_as_such(
    office: Office, intruder: Intruder, desk: Desk
) -> None:
    receipt, other = office.sends(), office.sends()
    desk.does(receipt.reference, "note", note="真的备注")
    desk.does(receipt.reference, "answer", way="status", text="真的答复")
    ((real,),) = office.rows("SELECT sealed FROM note")
    ((sealed, kept),) = office.rows("SELECT sealed, kept FROM reply")
    forged = signatures.sign(intruder.secret, intruder.piece(receipt.reference, way="status"))
    holder = bytes(office.rows("SELECT public_key FROM submission ORDER BY id")[0][0])
    for payload in ({"text": "假的备注"}, {**forged, "signed": '{"kind":"note"}'}):
        intruder.puts(note, receipt.reference, sealed=intruder.sealer.seal(payload))
    intruder.puts(note, receipt.reference, sealed=bytes(real))
    intruder.puts(note, other.reference, sealed=bytes(real))
    for text in (
        json.dumps(forged),
        json.dumps({"text": "假", "on": "2026-12-01", "way": "status"}),
    ):
        intruder.puts(
            reply,
            receipt.reference,
            sealed=codes.seal_to_holder(holder, text),
            way="status",
            kept=intruder.sealer.seal(forged),
        )
    intruder.puts(reply, receipt.reference, sealed=bytes(sealed), way="status", kept=bytes(kept))
    page = text_of(desk.get(f"/s/{receipt.reference}"))
    assert page.count("不是受理岗写的") == 6
    assert "真的备注" in page and "真的答复" in page
    assert "从别处搬来" in text_of(desk.get(f"/s/{other.reference}"))
    found = office.public.post("/forms/status", json={"code": receipt.access_code}).json
    assert [one["text"] for one in found["replies"]] == ["真的答复"]
    assert found["unverified_replies"] == 2
    shown = office.public.post("/forms/status", data={"code": receipt.access_code}).text
    assert "转到这个账号" not in shown and "认不出是不是受理岗写的" in shown


def test_a_desk_whose_signature_is_not_listed_is_told_and_believes_itself(office: Office) -> None:
    unlisted = [replace(key, signs="") for key in office.settings.desk_keys]
    office.settings = replace(office.settings, desk_keys=tuple(unlisted))
    desk = office.desk()
    desk.unlocks()
    reference = office.sends().reference
    desk.does(reference, "note", note="自己的备注")
    assert "keys sign" in desk.get("/").text
    assert "不是受理岗写的" not in desk.get(f"/s/{reference}").text
    other = office.desk(key="recovery")
    other.unlocks()
    assert "不在您的公钥名单上" in other.get(f"/s/{reference}").text


KEY = Key("guide", "age1x", "2026-01-01", "2026-06-01", "", "retired")


@pytest.mark.parametrize(
    ("end", "on", "counts"),
    [
        ("retired", "2026-07-01", True),
        ("revoked", "2026-05-31", True),
        ("revoked", "2026-06-01", True),
        ("revoked", "2026-06-02", False),
        ("stolen", "2026-05-31", False),
    ],
)
def test_what_an_ended_key_signed_counts_by_how_it_ended(end: Any, on: str, counts: bool) -> None:
    assert replace(KEY, end=end).counts(on) is counts
