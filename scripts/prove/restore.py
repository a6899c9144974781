"""Backup, empty machine, restore: nothing lost that was in it, nothing back that was erased since.

Submissions come in while the backup is taken; afterwards some are erased and some purged, and the
list of what was forgotten goes along with the file. On a second, empty instance the backup is
restored: every row is counted, every submission opens with the desk's key, every access code
answers, what was erased is gone, what was purged goes again when the service first looks, and the
service goes on. Wrong keys, damaged files and an
instance that is not empty are refused, and a replaced one is backed up first.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from forms_api import clock, privacy
from forms_api.backup import making
from forms_api.backup.faults import BackupError
from forms_api.backup.restoring import Restored, restore
from forms_api.render import Receipt
from forms_api.sealing import open_sealed
from forms_api.services import Services
from forms_api.store.tables import submission
from scripts.prove.erasure import purge
from scripts.prove.instance import AGE, draft, folder, form, inside


def prove(quick: bool) -> dict[str, Any]:
    each = 5 if quick else 200
    with folder() as where, folder() as empty:
        with inside(where) as (mine, identity):
            before = [_send(mine, number) for number in range(3 * each)]
            during, backup = _backed_up_under_load(mine, where / "backups", each)
            erased, purged, kept = before[:each], before[each : 2 * each], before[2 * each :]
            for receipt in erased:
                mine.keeping.erase(code(receipt))
            purge(mine, [receipt.reference for receipt in purged])
            making.note_forgotten(mine.engine, backup.parent)
        with inside(empty) as (other, foreign):
            refused = _refusals(other.engine, backup, identity, foreign)
            done = restore(other.engine, backup, [identity])
            privacy.purge(other.engine, privacy.directly(other.engine), other.forms, clock.now())
            there = _opened(other, identity)
            answered = sum(other.keeping.status(code(receipt)) is not None for receipt in kept)
            again = _send(other, 10 * each)
            replaced = _replaced(other, backup, identity)
        gone = {receipt.reference for receipt in (*erased, *purged)}
        all_kept = {receipt.reference for receipt in kept} <= set(there)
        came_back = len(gone & set(there))
        counted = sum(done.rows[name] == count for name, count in done.manifest.rows.items()
                      if name in {"submission", "idempotency", "seat", "place"})  # fmt: skip
        return {
            "holds": all_kept
            and (came_back, refused, counted, answered) == (0, 4, 4, each)
            and (done.erased_again, done.due_again, done.not_obeyed) == (each, each, ())
            and done.manifest.submissions >= 3 * each
            and replaced.newer_lost == 1
            and replaced.saved_as is not None
            and bool(again.reference),
            "backed_up": done.manifest.submissions,
            "sent_meanwhile": during,
            "restored": done.rows["submission"],
            "opened": len(there),
            "codes_answered": answered,
            "erased_again": done.erased_again,
            "due_again": done.due_again,
            "came_back": came_back,
            "tombstones": done.rows["tombstone"],
            "refused": refused,
            "newer_lost_told": replaced.newer_lost,
        }


def code(receipt: Receipt) -> str:
    return receipt.access_code.replace(" ", "")


def _send(mine: Services, number: int) -> Receipt:
    return mine.keeping.keep(form(), draft(f"Is number {number} in the backup?"), AGE)


def _backed_up_under_load(mine: Services, place: Path, each: int) -> tuple[int, Path]:
    """How many were sent while it was taken, and the file."""
    enough = threading.Event()
    sent: list[Receipt] = []

    def go_on() -> None:
        while not enough.is_set():
            sent.append(_send(mine, 1000 + len(sent)))

    sender = threading.Thread(target=go_on)
    sender.start()
    try:
        path, _ = making.make(mine.engine, place, mine.settings.recipients)
    finally:
        enough.set()
        sender.join(60)
    return len(sent), path


def _refusals(engine: Engine, backup: Path, identity: str, foreign: str) -> int:
    """How many of four bad restores were refused: a wrong key, three kinds of damage."""
    whole = backup.read_bytes()
    middle = len(whole) - 100
    spoilt = {
        "short": whole[:middle],
        "changed": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "foreign": b"SQLite format 3" + whole,
    }
    attempts = [(backup, foreign)]
    for name, content in spoilt.items():
        path = backup.with_name(f"{name}.backup")
        path.write_bytes(content)
        attempts.append((path, identity))
    return sum(_is_refused(engine, path, key) for path, key in attempts)


def _is_refused(engine: Engine, path: Path, identity: str) -> bool:
    try:
        restore(engine, path, [identity])
    except BackupError:
        return True
    return False


def _replaced(other: Services, backup: Path, identity: str) -> Restored:
    """Refused without a yes; with one, what came after the restore is told and saved."""
    if not _is_refused(other.engine, backup, identity):
        raise RuntimeError("a database that is not empty was replaced without a word")
    keys = other.settings.recipients
    return restore(
        other.engine, backup, [identity], recipients=keys, confirm=lambda there, newer: newer == 1
    )


def _opened(mine: Services, identity: str) -> dict[str, dict[str, Any]]:
    """What opens, by reference; what was erased has nothing to open."""
    with mine.engine.connect() as connection:
        rows = connection.execute(select(submission.c.reference, submission.c.ciphertext)).all()
    return {ref: open_sealed(sealed, identity) for ref, sealed in rows if sealed is not None}
