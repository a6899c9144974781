"""A desk writes while forms come in without pause: how long either waits for the other."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from forms_api.inbox.actions import Actions
from forms_api.inbox.labels import Labels
from forms_api.inbox.vault import Vault
from forms_api.privacy import directly
from forms_api.sealing import Sealer
from forms_api.store.engine import open_engine
from scripts.prove.instance import Running, draft, folder
from scripts.prove.timing import SECOND, in_ms, seconds_of


def prove(seconds: float, senders: int) -> dict[str, Any]:
    """Waits of a desk that writes, and of people who send, together; and of those people alone."""
    with folder() as where:
        service = Running(where)
        engine = open_engine(f"sqlite:///{where / 'forms.sqlite'}")
        try:
            references = [service.confirm(draft("Who is first?"))[1]["reference"] for _ in range(8)]
            with _sending(service, senders) as alone:
                time.sleep(seconds / 2)
            with _sending(service, senders) as sent:
                written = _write(engine, service.identity, references, seconds)
        finally:
            engine.dispose()
            service.stop()
    # Where the machine is too busy for its senders even alone, the desk may not make it worse.
    bound = max(SECOND, 2 * max(alone))
    return {
        "holds": max(written) < bound and max(sent) < bound and len(written) >= 5,
        "desk_writes": len(written),
        "desk_waits_ms": in_ms(written),
        "desk_longest_ms": round(max(written) * 1000),
        "forms_sent": len(sent),
        "forms_wait_ms": in_ms(sent),
        "forms_longest_ms": round(max(sent) * 1000),
        "forms_longest_without_desk_ms": round(max(alone) * 1000),
    }


@contextmanager
def _sending(service: Running, senders: int) -> Iterator[list[float]]:
    """How long each form took that was sent meanwhile; complete when it is left."""
    over = threading.Event()
    sent: list[float] = []

    def send() -> None:
        while not over.is_set():
            sent.append(seconds_of(partial(service.confirm, draft("Who waits for whom?"))))

    threads = [threading.Thread(target=send) for _ in range(senders)]
    for thread in threads:
        thread.start()
    try:
        yield sent
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _write(engine: Engine, identity: str, references: list[str], seconds: float) -> list[float]:
    """How long each note took to be written, sealed before."""
    vault = opened(engine, identity)
    actions = Actions(engine, directly(engine), "guide")
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
