"""One bad row is one bad row: it is listed, named, counted and can be erased; all else goes on."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pyrage
from sqlalchemy import insert, select, update

from forms_api import codes, privacy, signatures
from forms_api.clock import today
from forms_api.outbox import Console
from forms_api.sealing import Sealer
from forms_api.store.tables import consent, event, note, outbox, reply, submission
from tests.inbox.office import Desk, Office, text_of
from tests.inbox.test_forged import Intruder
from tests.inbox.test_revoking import revoke

GOOD = {"form": "help-ask", "version": 1, "lang": "zh", "answers": {"question": "在吗"}}
SECRET = "怎么交党费，要不要利息"


def document(**changes: Any) -> bytes:
    return json.dumps({**GOOD, **changes}).encode()


def nested(depth: int, inside: str = '""') -> bytes:
    return b"[" * depth + inside.encode() + b"]" * depth


#: What is sealed to the desks' keys, well and truly: name, document, why it cannot be read.
DOCUMENTS: list[tuple[str, bytes, str]] = [
    ("not JSON", b"not JSON", "damaged"),
    ("nothing", b"", "damaged"),
    ("no UTF-8", b'{"form": "\xff\xfe"}', "damaged"),
    ("UTF-16", json.dumps(GOOD).encode("utf-16"), "damaged"),
    ("a list", b"[1, 2]", "not-ours"),
    ("null", b"null", "not-ours"),
    ("a text", b'"x"', "not-ours"),
    ("no answers", b'{"form": "help-ask", "version": 1, "lang": "zh"}', "not-ours"),
    ("answers are null", document(answers=None), "not-ours"),
    ("answers are a list", document(answers=[]), "not-ours"),
    ("an answer is a number", document(answers={"question": 5}), "not-ours"),
    ("an answer is true", document(answers={"question": True}), "not-ours"),
    ("an answer is an object", document(answers={"question": {"a": "b"}}), "not-ours"),
    ("a list of lists", document(answers={"want": [["a"]]}), "not-ours"),
    ("a list of numbers", document(answers={"want": [1, 2]}), "not-ours"),
    ("form is a number", document(form=5), "not-ours"),
    ("form of 4 KB", document(form="x" * 4096), "not-ours"),
    ("version is a text", document(version="1"), "not-ours"),
    ("version below zero", document(version=-1), "not-ours"),
    ("language is a list", document(lang=["zh"]), "not-ours"),
    ("holder is no key", document(holder="xyz"), "not-ours"),
    ("holder is another's key", document(holder="ab" * 32), "moved"),
    ("nested 100,000 deep", nested(100_000), "damaged"),
    ("answers nested 100,000 deep", b'{"answers": ' + nested(100_000) + b"}", "damaged"),
    ("nested 500 deep", b'{"answers": ' + nested(500) + b"}", "not-ours"),
    ("NaN", document(answers={"question": float("nan")}), "damaged"),
    ("a number without an end", b'{"version": ' + b"9" * 9000 + b"}", "damaged"),
    ("a name twice", b'{"form": "help-ask", "form": "help-rights"}', "damaged"),
    ("half a surrogate pair", b'{"form": "\\ud800"}', "damaged"),
    ("half a pair in an answer", document(answers={"question": "\ud800"}), "damaged"),
    ("half a pair in a name", document(answers={"\udfff": "x"}), "damaged"),
    ("1001 answers", document(answers=dict.fromkeys(map(str, range(1001)), "x")), "not-ours"),
]  # fmt: skip
#: What can be read, and does no harm.
READABLE: list[tuple[str, bytes]] = [
    ("HTML in names", document(answers={"<script>alert(1)</script>": "<img src=x onerror=y>"})),
    ("control characters", document(answers={"question": "a\x00b\x1b[31m\u202e"})),
    ("an unknown form", document(form="of-tomorrow", answers={"what": "ever"})),
    ("an unknown edition", document(lang="fr")),
    ("a list where a text belongs", document(answers={"question": ["a", "b"], "contact": ["c"]})),
    ("a text where a list belongs", document(form="away-register", answers={"want": "x"})),
    ("a month that is none", document(form="away-register", answers={"away_since": "99999-99"})),
    ("more beside", document(attachments=[{"name": "x"}])),
]


def ciphertexts(office: Office, megabytes: int = 5) -> list[tuple[str, bytes, str]]:
    """What stands in the column of ciphertexts without being one."""
    sealer = Sealer(office.settings.recipients)
    good = sealer.seal(GOOD)
    foreign = str(pyrage.x25519.Identity.generate().to_public())
    return [
        ("nothing", b"", "damaged"),
        ("noise", b"\x00\xff" * 500, "damaged"),
        ("a header", good[:60], "damaged"),
        ("truncated", good[:-20], "damaged"),
        ("one bit", good[:-1] + bytes([good[-1] ^ 1]), "damaged"),
        ("of tomorrow", good.replace(b"org/v1", b"org/v9", 1), "newer"),
        ("of another", Sealer([foreign]).seal(GOOD), "other-key"),
        ("megabytes of zeros", b"\x00" * megabytes * 1_000_000, "too-large"),
    ]


def store(office: Office, rows: list[dict[str, Any]]) -> list[int]:
    """Rows beside the good ones, as somebody with the database would write them; their numbers."""
    day = today().isoformat()

    def work(connection: Any) -> list[int]:
        found = []
        for row in rows:
            locks = codes.locks(codes.new_access_code())
            usual = {
                "reference": codes.new_reference("TY"),
                "form": "help-ask",
                "version": 1,
                "lang": "zh",
                "status": "received",
                "desk": "guide",
                "received_on": day,
                "due_on": day,
                "retain_until": day,
                "spam_score": 0,
                "spam_reason": "",
                "key_ids": "[]",
                "code_hash": locks.code_hash,
                "public_key": locks.public_key,
            }
            new = insert(submission).values({**usual, **row}).returning(submission.c.id)
            found.append(int(connection.execute(new).scalar_one()))
            line = {"submission": found[-1], "day": day, "actor": "public", "action": "received"}
            connection.execute(insert(event).values(line))
        return found

    return list(office.service.writer.submit(work).result())


def everything_works(desk: Desk, good: str, total: int) -> None:
    """List, filters, search, one submission, exports: of all, and the good one is among them."""
    everything = "/?desk=&status=all&spam=all"
    page = desk.get(everything)
    assert page.status_code == 200 and f"{total} 份" in page.text
    for more in ("&sort=new", "&bad=yes", "&due=overdue", "&page=2", "&form=help-ask"):
        assert desk.get(everything + more).status_code == 200, more
    found = desk.post("/search", text="利息", desk="", status="all", spam="all")
    assert good in desk.get(found.headers["Location"]).text
    assert SECRET in desk.get(f"/s/{good}").text
    for kind in ("csv", "xlsx", "json"):
        file = desk.post(f"/export{everything[1:]}", kind=kind, sure="yes")
        assert file.status_code == 200 and file.mimetype != "text/html", kind
        if kind == "csv":
            rows = list(csv.reader(io.StringIO(file.data.decode("utf-8-sig"))))
            assert len(rows) == total + 1
    assert desk.get("/mail").status_code == 200


def test_what_is_sealed_and_cannot_be_read_is_one_bad_row(office: Office) -> None:
    good = office.sends(question=SECRET).reference
    sealer = Sealer(office.settings.recipients)
    raws = [(name, sealer.seal_document(text), why) for name, text, why in DOCUMENTS]
    raws += ciphertexts(office, megabytes=50)
    numbers = store(office, [{"ciphertext": raw} for _, raw, _ in raws])
    bad = {number: (name, why) for number, (name, _, why) in zip(numbers, raws, strict=True)}
    desk = office.desk()
    desk.unlocks()
    shelf = desk.desktop.vault.shelf
    reasons = {name: (shelf.get(number).fault, why) for number, (name, why) in bad.items()}  # type: ignore[union-attr]
    assert {name: found for name, (found, _) in reasons.items()} == {
        name: why for name, (_, why) in reasons.items()
    }
    everything_works(desk, good, len(bad) + 1)
    count = sum(why != "other-key" for _, why in bad.values())
    assert f"有 {count} 份打不开" in text_of(desk.get("/"))
    first_of = {why: number for number, (_, why) in reversed(bad.items())}
    for number, (name, why) in bad.items():
        entry = shelf.get(number)
        assert entry is not None
        assert desk.get(f"/s/{entry.reference}").status_code == 200, name
        if first_of[why] == number:
            assert desk.does(entry.reference, "note", note="看不懂").status_code == 303, name
            assert desk.does(entry.reference, "erase", sure="yes").status_code == 303, name
    left = "SELECT count(*) FROM submission WHERE ciphertext IS NOT NULL"
    assert office.rows(left) == [(1 + len(bad) - len(first_of),)]


def test_what_can_be_read_is_shown_and_does_no_harm(office: Office) -> None:
    good = office.sends(question=SECRET).reference
    sealer = Sealer(office.settings.recipients)
    numbers = store(office, [{"ciphertext": sealer.seal_document(text)} for _, text in READABLE])
    rows = dict(zip([name for name, _ in READABLE], numbers, strict=True))
    desk = office.desk()
    desk.unlocks()
    everything_works(desk, good, len(rows) + 1)
    for name, number in rows.items():
        entry = desk.desktop.vault.shelf.get(number)
        assert entry is not None and entry.fault == "", name
        page = desk.get(f"/s/{entry.reference}")
        assert page.status_code == 200, name
        assert "<script>alert" not in page.text and "<img src=x" not in page.text
        assert ("更新版本的程序收的" in page.text) is (name == "an unknown edition"), name
        assert ('name="text"' in page.text) is (name != "an unknown edition"), name
        assert desk.does(entry.reference, "erase", sure="yes").status_code == 303, name


#: Columns in the clear that make no sense: SQLite keeps any type anywhere.
COLUMNS: list[dict[str, Any]] = [
    {"reference": "x" * 4096},
    {"reference": "../../etc/passwd?a=b#c"},
    {"reference": ""},
    {"form": "f" * 4096},
    {"form": "<blink>"},
    {"lang": "xx"},
    {"status": "burnt"},
    {"status": ""},
    {"desk": "nobody <blink>"},
    {"desk": "d" * 4096},
    {"branch": "b" * 4096},
    {"received_on": "yesterday"},
    {"received_on": "9999-99-99"},
    {"received_on": "2026-12-01T00:00:00Z"},
    {"due_on": "0000-00-00"},
    {"due_on": "9999-12-31"},
    {"answered_on": "x", "closed_on": "y", "status": "closed"},
    {"retain_until": "never"},
    {"spam_score": -5},
    {"spam_score": 10**12},
    {"spam_reason": "r" * 4096},
    {"edition": -7},
    {"duplicate_of": 1},
    {"key_ids": "[" * 100},
    {"key_ids": '{"a": 1}'},
    {"public_key": b""},
]


def test_nonsense_in_the_clear_is_replaced_and_named(office: Office) -> None:
    good = office.sends(question=SECRET).reference
    sealed = Sealer(office.settings.recipients).seal(GOOD)
    numbers = store(office, [{"ciphertext": sealed, **columns} for columns in COLUMNS])
    rows = list(zip(numbers, COLUMNS, strict=True))
    desk = office.desk()
    desk.unlocks()
    everything_works(desk, good, len(rows) + 1)
    for number, columns in rows:
        entry = desk.desktop.vault.shelf.get(number)
        assert entry is not None
        page = desk.get(f"/s/{entry.reference}")
        assert page.status_code == 200, columns
        assert "<blink>" not in page.text, columns
        named = set(columns) - {"duplicate_of", "public_key"}
        assert set(entry.flaws) == named - {"status"} | ({"status"} & set(entry.flaws)), columns
        assert desk.does(entry.reference, "erase", sure="yes").status_code == 303, columns
    left = "SELECT count(*) FROM submission WHERE ciphertext IS NOT NULL"
    assert office.rows(left) == [(1,)]


def test_what_desks_make_can_be_bad_in_the_same_ways(office: Office) -> None:
    receipt = office.sends(question=SECRET)
    reference, intruder = receipt.reference, Intruder(office, waits=False)
    holder = bytes(office.rows("SELECT public_key FROM submission")[0][0])
    secret = intruder.secret
    texts = [text for _, text, _ in DOCUMENTS] + [
        json.dumps(signatures.sign(secret, intruder.piece(reference))).encode().replace(a, b)
        for a, b in ((b"answer", b"x" * 3000), (b"signed", b"sign"), (b"key", b"kee"))
    ]
    for number, text in enumerate(texts):
        sealed = intruder.sealer.seal_document(text)
        intruder.puts(note, reference, sealed=sealed)
        for_holder = codes.seal_to_holder(holder, text.decode("utf-8", "replace"))
        intruder.puts(reply, reference, sealed=for_holder, kept=sealed, way="status")
        intruder.letter(reference, f"bad:{number}", sealed)
    for number, (_, raw, _) in enumerate(ciphertexts(office)):
        intruder.puts(note, reference, sealed=raw)
        intruder.puts(reply, reference, sealed=raw, kept=raw, way="pigeon")
        intruder.letter(reference, f"raw:{number}", raw)
    intruder.writes(update(note).where(note.c.id == 1).values(day="?", desk="<blink>" * 2000))
    odd_mail = {"attempts": -3, "next_at": "0", "facts": "[", "last_error": "<blink>"}
    intruder.writes(update(outbox).values(odd_mail))
    line = {"actor": "a" * 4096, "action": "status:burnt", "day": "x"}
    intruder.writes(insert(event).values(submission=intruder.number(reference), **line))
    odd = {"purpose": "p" * 99, "notice_version": "<blink>", "notice_hash": b"", "separate": True}
    given = {"given_on": "tomorrow", "withdrawn_on": "never"}
    intruder.writes(insert(consent).values(submission=intruder.number(reference), **odd, **given))
    intruder.waits = True
    intruder.writes(select(1))
    desk = office.desk(mailer=Console(io.StringIO()))
    desk.unlocks()
    assert desk.desktop.post.turn() == 0
    everything_works(desk, reference, 1)
    page = desk.get(f"/s/{reference}")
    assert page.status_code == 200 and "<blink>" not in page.text
    assert "<blink>" not in desk.get("/mail").text
    assert desk.does(reference, "answer", way="email", text="真的答复").status_code == 303
    assert desk.desktop.post.turn() == 1
    found = office.public.post("/forms/status", json={"code": receipt.access_code})
    assert found.status_code == 200 and [one["text"] for one in found.json["replies"]] == [
        "真的答复"
    ]
    assert desk.does(reference, "erase", sure="yes").status_code == 303


def test_forgetting_goes_past_rows_whose_days_are_none(office: Office) -> None:
    good = office.sends().reference
    store(office, [{"ciphertext": b"", **columns} for columns in COLUMNS])
    past = update(submission).where(submission.c.reference == good)
    Intruder(office).writes(past.values(retain_until="2026-01-01"))
    due = privacy.due(office.service.engine, office.service.forms, today())
    assert good in [one.reference for one in due]


def test_sealing_anew_goes_past_bad_rows_and_changes_not_a_sign_of_them(office: Office) -> None:
    good = office.sends(question=SECRET).reference
    desk = office.desk()
    desk.unlocks()
    desk.does(good, "note", note="真的备注")
    sealer = Sealer(office.settings.recipients)
    claimed = json.dumps(sealer.key_ids[1:])
    sealed = [sealer.seal_document(text) for _, text, _ in DOCUMENTS]
    sealed += [raw for _, raw, _ in ciphertexts(office)]
    store(office, [{"ciphertext": one, "key_ids": claimed} for one in sealed])
    done = revoke(office, "desk", "recovery")
    assert done.returncode == 1, done.stderr
    counts = json.loads(done.stdout)
    assert (counts["resealed"], counts["closed"]) == (len(DOCUMENTS) + 3, len(ciphertexts(office)))
    other = office.desk(key="recovery")
    other.unlocks()
    shown = text_of(other.get(f"/s/{good}"))
    assert SECRET in shown and "真的备注" in shown and "不是受理岗写的" not in shown
