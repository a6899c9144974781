"""What was erased or purged is gone from the files: no 32-byte slice of its ciphertext is left.

Submissions are sent and answered, all that is sealed of them noted, some then erased by access code
and some purged because their time is over, while others stay. Afterwards every file of the database
(the database itself, its write-ahead log, its shared memory) is searched, and all that is still
there is opened with the desk's key: no word of what was erased may be in it, every word of the rest
must be. The same holds for a backup taken before all that, restored with the list of what was
forgotten.

This is SQLite's promise. PostgreSQL frees the space and keeps the sealed bytes there until it is
used anew: of 100 sealed pieces that were erased, 23 were left in the tables' files after VACUUM,
none after VACUUM FULL; all 100 were in its log until that was recycled. The handbook says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select, update

from forms_api import clock, codes, privacy
from forms_api.backup import making
from forms_api.backup.restoring import restore
from forms_api.forms import load_all
from forms_api.render import Receipt
from forms_api.sealing import Sealer, open_sealed
from forms_api.services import Services
from forms_api.store import desk
from forms_api.store.engine import open_engine
from forms_api.store.forgetting import tombstones, totals
from forms_api.store.tables import note, outbox, reply, submission
from scripts.prove.instance import AGE, draft, folder, form, inside, mark

SLICE = 32


def prove(quick: bool) -> dict[str, Any]:
    each = 4 if quick else 40
    with folder() as where, inside(where) as (mine, identity):
        sent = [_send(mine, long=number % 3 == 0) for number in range(3 * each)]
        _answer(mine, [receipt.reference for _, receipt in sent])
        taken = _ciphertexts(mine)
        backup, _ = making.make(mine.engine, where / "backups", mine.settings.recipients)
        erased, purged, kept = sent[:each], sent[each : 2 * each], sent[2 * each :]
        for _, receipt in erased:
            mine.keeping.erase(receipt.access_code.replace(" ", ""))
        purge(mine, [receipt.reference for _, receipt in purged])
        gone = [receipt.reference for _, receipt in (*erased, *purged)]
        pieces = [one for reference in gone for one in taken[reference]]
        left = _slices_left(pieces, where)
        there = _opened(mine.engine, identity)
        making.note_forgotten(mine.engine, backup.parent)
        again_left, again = _restored(backup, identity, pieces)
        words_left = sum(marker in there for marker, _ in (*erased, *purged))
        back = sum(marker in again for marker, _ in (*erased, *purged))
        again_kept = sum(marker in again for marker, _ in kept)
        words_kept = sum(marker in there for marker, _ in kept)
        with mine.engine.connect() as connection:
            counts, stones = totals(connection), len(tombstones(connection))
        return {
            "holds": (left, words_left, words_kept) == (0, 0, each)
            and (again_left, back, again_kept) == (0, 0, each)
            and counts == {form().id: 3 * each}
            and stones == 2 * each,
            "database": "sqlite",
            "erased": each,
            "purged": each,
            "kept": words_kept,
            "slices_left": left,
            "markers_left": words_left,
            "total_counted": sum(counts.values()),
            "tombstones": stones,
            "restored_kept": again_kept,
            "restored_slices_left": again_left,
            "restored_markers_left": back,
            "seen_before": sum(map(len, pieces)),
        }


def _send(mine: Services, *, long: bool) -> tuple[str, Receipt]:
    """A marker that is in the answer and nowhere else, and the receipt."""
    marker = mark()
    text = marker + " 多谢您，请问怎么办？" * (60 if long else 1)
    return marker, mine.keeping.keep(form(), draft(text), AGE)


def _answer(mine: Services, references: list[str]) -> None:
    """A note, an answer and a letter that waits, each sealed, on every submission."""
    sealer = Sealer(mine.settings.recipients)
    numbers = select(submission.c.id).where(submission.c.reference.in_(references))

    def work(connection: Any) -> None:
        for number in connection.execute(numbers).scalars().all():
            said = sealer.seal({"text": f"Answered: {mark()}"})
            desk.add_note(connection, number, "2026-11-22", "guide", said)
            holder = codes.seal_to_holder(desk.public_key(connection, number), mark() * 3)
            mine_too = sealer.seal({"text": mark()})
            desk.add_reply(connection, number, "2026-11-22", "guide", "email", holder, mine_too)
            letter = sealer.seal({"to": mark(), "text": mark()})
            desk.add_letter(connection, number, f"reply:{number}", "guide", letter)

    mine.writer.submit(work).result(60)


def _ciphertexts(mine: Services) -> dict[str, list[bytes]]:
    """All that is sealed, by the reference of the submission it belongs to."""
    found: dict[str, list[bytes]] = {}
    columns = (
        submission.c.ciphertext,
        note.c.sealed,
        reply.c.sealed,
        reply.c.kept,
        outbox.c.sealed,
    )
    with mine.engine.connect() as connection:
        for column in columns:
            rows = select(submission.c.reference, column)
            if column.table is not submission:
                rows = rows.join(column.table, column.table.c.submission == submission.c.id)
            for reference, sealed in connection.execute(rows.where(column.is_not(None))):
                found.setdefault(reference, []).append(bytes(sealed))
    return found


def purge(mine: Services, references: list[str]) -> None:
    """As if their time were over."""

    def age(connection: Any) -> None:
        old = update(submission).where(submission.c.reference.in_(references))
        connection.execute(old.values(retain_until="2000-01-01"))

    mine.writer.submit(age).result(30)
    privacy.purge(mine.engine, privacy.directly(mine.engine), mine.forms, clock.now())


def _slices_left(pieces: list[bytes], where: Path, names: str = "forms.sqlite*") -> int:
    """At how many places of the files there a 32-byte piece of these begins.

    The first bytes of every age file are alike (its version and kind of recipient): pieces of
    this fixed beginning are left out.
    """
    wanted = set()
    for one in pieces:
        head = one.find(b"X25519 ") + len(b"X25519 ") if one.startswith(b"age-") else 0
        wanted |= {one[n : n + SLICE] for n in range(head, len(one) - SLICE + 1)}
    held = [path.read_bytes() for path in where.glob(names)]
    return sum(data[n : n + SLICE] in wanted for data in held for n in range(len(data) - SLICE + 1))


def _restored(backup: Path, identity: str, gone: list[bytes]) -> tuple[int, str]:
    """Slices left in the files of a machine that the backup was restored to; what opens there."""
    with folder() as where:
        engine = open_engine(f"sqlite:///{where / 'forms.sqlite'}")
        try:
            restore(engine, backup, [identity])
            privacy.purge(engine, privacy.directly(engine), load_all(), clock.now())
            left = _slices_left(gone, where) + _slices_left(gone, backup.parent, "*.*")
            return left, _opened(engine, identity)
        finally:
            engine.dispose()


def _opened(engine: Engine, identity: str) -> str:
    return " ".join(
        str(open_sealed(sealed, identity)) for sealed in _present(engine) if sealed is not None
    )


def _present(engine: Engine) -> list[bytes | None]:
    with engine.connect() as connection:
        return list(connection.execute(select(submission.c.ciphertext)).scalars())
