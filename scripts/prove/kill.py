"""kill -9 under load, over and over: whatever was acknowledged is there afterwards and opens.

Sixteen senders post without pause; at a random moment the whole process group is killed and the
service started again on the same database. kill -9 cannot show that the disk was synced: `prove
sync` does.
"""

from __future__ import annotations

import contextlib
import http.client
import random
import threading
import time
from pathlib import Path
from typing import Any

from sqlalchemy import select

from forms_api.sealing import open_sealed
from forms_api.store.engine import open_engine
from forms_api.store.tables import outbox, submission
from forms_api.tokens import Draft, new_key
from scripts.progress import step
from scripts.prove.instance import Running, draft, folder

SENDERS = 16


def prove(quick: bool) -> dict[str, Any]:
    kills = 3 if quick else 100
    chance = random.Random(20261121)  # noqa: S311
    acknowledged: dict[str, str] = {}
    with folder() as where, step("kill -9") as progress:
        drafts = [draft(f"Is number {number} still there?") for number in range(8)]
        for turn in range(kills):
            service = Running(where)
            _load_and_kill(service, drafts, acknowledged, chance.uniform(0.15, 0.6))
            progress.update(turn + 1, kills, f"{len(acknowledged)} acknowledged")
        identity = service.identity
        kept, integrity, noticed = _look(where, identity)
    lost = [one for one, text in acknowledged.items() if kept.get(one) != text]
    return {
        "holds": not lost and integrity == "ok" and len(acknowledged) >= kills and noticed,
        "kills": kills,
        "acknowledged": len(acknowledged),
        "lost": len(lost),
        "stored": len(kept),
        "integrity": integrity,
        "every_record_has_its_notice": noticed,
    }


def _load_and_kill(
    service: Running, drafts: list[Draft], acknowledged: dict[str, str], seconds: float
) -> None:
    over = threading.Event()

    def post(number: int) -> None:
        count = 0
        while not over.is_set():
            text = f"Is {number}-{count}-{time.monotonic_ns()} still there?"
            count += 1
            with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
                status, receipt = service.confirm(_with(drafts[number % len(drafts)], text))
                if status == 201:
                    acknowledged[receipt["reference"]] = text

    senders = [threading.Thread(target=post, args=(number,)) for number in range(SENDERS)]
    before = len(acknowledged)
    for sender in senders:
        sender.start()
    deadline = time.monotonic() + 20
    while len(acknowledged) == before and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(seconds)
    service.kill()
    over.set()
    for sender in senders:
        sender.join()


def _with(one: Draft, text: str) -> Draft:
    values = {**one.values, "question": text}
    return Draft(one.form, one.version, one.lang, new_key(), values)


def _look(where: Path, identity: str) -> tuple[dict[str, str], str, bool]:
    """Question by reference, the integrity check, whether outbox and submissions agree."""
    engine = open_engine(f"sqlite:///{where / 'forms.sqlite'}")
    with engine.connect() as connection:
        integrity = str(connection.exec_driver_sql("PRAGMA integrity_check").scalar())
        rows = connection.execute(select(submission.c.id, submission.c.reference,
                                         submission.c.ciphertext)).all()  # fmt: skip
        noticed = {row.submission for row in connection.execute(select(outbox.c.submission))}
    engine.dispose()
    kept = {row.reference: open_sealed(row.ciphertext, identity)["answers"] for row in rows}
    questions = {reference: str(answers["question"]) for reference, answers in kept.items()}
    return questions, integrity, noticed == {row.id for row in rows}
