"""A desk writes while forms come in without pause: how long either waits for the other."""

from __future__ import annotations

import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from forms_api.inbox.actions import Actions
from forms_api.inbox.labels import Labels
from forms_api.inbox.vault import Vault
from forms_api.inbox.writing import writing
from forms_api.sealing import Sealer
from forms_api.store.engine import open_engine
from scripts.prove.instance import Running, draft, folder
from scripts.prove.timing import SECOND, in_ms, seconds_of

SENDERS = 8


def prove(seconds: float) -> dict[str, Any]:
    """Waits of a desk that writes, and of people who send, at the same time."""
    over = threading.Event()
    sent: list[float] = []
    with folder() as where:
        service = Running(where)
        try:
            references = [service.confirm(draft("Who is first?"))[1]["reference"] for _ in range(8)]

            def send() -> None:
                while not over.is_set():
                    one = draft("Who waits for whom?")
                    sent.append(seconds_of(partial(service.confirm, one)))

            senders = [threading.Thread(target=send) for _ in range(SENDERS)]
            for sender in senders:
                sender.start()
            engine = open_engine(f"sqlite:///{where / 'forms.sqlite'}")
            try:
                written = _write(engine, service.identity, references, seconds)
            finally:
                over.set()
                for sender in senders:
                    sender.join()
                engine.dispose()
        finally:
            service.stop()
    return {
        "holds": max(written) < SECOND and max(sent) < SECOND and len(written) >= 5,
        "desk_writes": len(written),
        "desk_waits_ms": in_ms(written),
        "desk_longest_ms": round(max(written) * 1000),
        "forms_sent": len(sent),
        "forms_wait_ms": in_ms(sent),
        "forms_longest_ms": round(max(sent) * 1000),
    }


def _write(engine: Engine, identity: str, references: list[str], seconds: float) -> list[float]:
    """How long each note took to be written, sealed before."""
    vault = opened(engine, identity)
    actions = Actions(engine, writing(engine), "guide")
    found, deadline = [], time.monotonic() + seconds
    sealed = Sealer([vault.recipient]).seal({"text": "Asked the other office."})
    while time.monotonic() < deadline:
        for reference in references:
            vault.shelf.sync()
            entry = vault.shelf.find(reference)
            if entry is not None:
                found.append(seconds_of(partial(actions.note, entry, entry.edition, sealed)))
        time.sleep(0.02)
    return found


def opened(engine: Engine, identity: str) -> Vault:
    """All that is stored, opened with this secret key."""
    key = Path(str(engine.url.database)).with_name("proof.key")
    key.write_text(f"{identity}\n", "utf-8")
    vault = Vault(engine, Labels({}, dict), key, 3600)
    vault.unlock("", "guide")
    vault.wait(60)
    return vault
