"""Inboxes killed in the middle of answering: of each answer there is everything or nothing.

What was acknowledged is there; answer, status, record and sealed letter agree; all opens again.
"""

from __future__ import annotations

import contextlib
import http.client
import random
import threading
import time
from typing import Any

from sqlalchemy import Engine, func, select

from forms_api.store.tables import event, outbox, reply, submission
from scripts.progress import step
from scripts.prove.desk import Desk
from scripts.prove.inbox_beside import opened
from scripts.prove.instance import AGE, draft, folder, form, inside


def prove(kills: int) -> dict[str, Any]:
    chance = random.Random(20261122)  # noqa: S311
    acknowledged: set[str] = set()
    with folder() as where, inside(where) as (mine, identity), step("kill -9") as progress:
        key = where / "desk.key"
        key.write_text(f"{identity}\n", "utf-8")
        for turn in range(kills):
            sent = [mine.keeping.keep(form(), draft(f"Number {n}?"), AGE) for n in range(12)]
            references = [receipt.reference for receipt in sent]
            desk = Desk(where, mine.settings.database_url, key)
            _answer_and_kill(desk, references, acknowledged, chance.uniform(0.02, 0.4))
            progress.update(turn + 1, kills, f"{len(acknowledged)} answered")
        whole, answered = _look(mine.engine)
        opens = all(one.answers for one in opened(mine.engine, identity).shelf.entries())
        with mine.engine.connect() as connection:
            integrity = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
    lost = acknowledged - answered
    return {
        "holds": whole and opens and not lost and integrity == "ok" and len(acknowledged) >= kills,
        "kills": kills,
        "answers_acknowledged": len(acknowledged),
        "answers_lost": len(lost),
        "answers_whole": whole,
        "integrity": integrity,
    }


def _answer_and_kill(
    desk: Desk, references: list[str], acknowledged: set[str], seconds: float
) -> None:
    """Killed so many seconds after the first answer was acknowledged."""
    desk.enters()
    desk.unlocks()
    first = threading.Event()

    def answer() -> None:
        said = {"way": "email", "text": "To the branch that holds your relationship."}
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            for reference in references:
                if desk.does(reference, "answer", said) == 303:
                    acknowledged.add(reference)
                    first.set()

    worker = threading.Thread(target=answer)
    worker.start()
    first.wait(30)
    time.sleep(seconds)
    desk.kill()
    worker.join()


def _look(engine: Engine) -> tuple[bool, set[str]]:
    """Whether answer, status, record and letter agree on every submission; who is answered."""
    with engine.connect() as connection:
        said = select(submission.c.id, submission.c.reference, submission.c.status)
        rows = connection.execute(said).all()
        replies = _counted(connection, select(reply.c.submission))
        sent = select(outbox.c.submission).where(outbox.c.sealed.is_not(None))
        letters = _counted(connection, sent)
        lines = _counted(
            connection, select(event.c.submission).where(event.c.action == "answered:email")
        )
        total = connection.execute(select(func.count()).select_from(reply)).scalar_one()
    whole = total == sum(replies.values()) and all(
        {replies.get(row.id, 0), letters.get(row.id, 0), lines.get(row.id, 0)}
        == {int(row.status == "answered")}
        for row in rows
    )
    return whole, {row.reference for row in rows if row.status == "answered"}


def _counted(connection: Any, query: Any) -> dict[int, int]:
    found: dict[int, int] = {}
    for number in connection.execute(query).scalars():
        found[number] = found.get(number, 0) + 1
    return found
