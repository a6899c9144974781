"""Publishing in two steps: one desk proposes, another releases what it has read.

A proposal is sealed to the desks until then: whoever looks a second time may find in it what leads
to the asker.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal

from sqlalchemy import Engine

from forms_api import clock, publishable
from forms_api.inbox.shelf import Entry, Shelf
from forms_api.languages import FOLDERS
from forms_api.sealing import Sealer
from forms_api.store import desk

PARTS: Final = ("question", "answer")
#: Who may release it now: this desk; another one; this one, but not today; nobody before it is
#: proposed anew; nobody, since this key does not open it.
Turn = Literal["ours", "theirs", "tomorrow", "returned", "closed"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """As it will stand on the site. `mark` names what was seen, so that nothing else is released.

    `on` is an ISO date; `returned` is the desk that wanted it changed, "" without one.
    """

    topic: str
    texts: Mapping[str, Mapping[str, str]]
    desk: str
    on: str
    returned: str = ""
    mark: str = ""

    def fields(self) -> dict[str, str]:
        """As the page for editing has them: topic, question_zh, …"""
        pairs = {f"{part}_{lang}": self.texts[part][lang] for part in PARTS for lang in FOLDERS}
        return {"topic": self.topic, **pairs}

    def faults(self) -> list[publishable.Fault]:
        return publishable.faults(self.topic, self.texts["question"], self.texts["answer"])

    def sealed(self, sealer: Sealer) -> bytes:
        return sealer.seal(
            {
                "topic": self.topic,
                **self.texts,
                "desk": self.desk,
                "on": self.on,
                "returned": self.returned,
            }
        )

    def sent_back(self, by: str) -> "Proposal":
        return replace(self, returned=by)


def drafted(given: Mapping[str, str], by: str) -> Proposal:
    """What a desk typed, cleaned as it will be kept; it may be faulty."""
    texts = {
        part: publishable.cleaned({lang: given.get(f"{part}_{lang}", "") for lang in FOLDERS})
        for part in PARTS
    }
    return Proposal(given.get("topic", ""), texts, by, clock.today().isoformat())


def opened(shelf: Shelf, ciphertext: bytes) -> Proposal | None:
    """None where this key does not open it."""
    payload: Mapping[str, Any] | None = shelf.unsealed(ciphertext)
    if payload is None:
        return None
    texts = {part: dict(payload[part]) for part in PARTS}
    names = (payload["topic"], texts, payload["desk"], payload["on"], payload["returned"])
    return Proposal(*names, mark=mark_of(ciphertext))


def mark_of(ciphertext: bytes) -> str:
    return hashlib.blake2b(ciphertext, digest_size=16).hexdigest()


def turn(proposal: Proposal | None, at: str, one_desk: bool, today: date) -> Turn:
    """Whether the desk `at` may release it. With one desk only, nobody does on the same day."""
    if proposal is None:
        return "closed"
    if proposal.returned:
        return "returned"
    if proposal.desk != at:
        return "ours"
    if not one_desk:
        return "theirs"
    return "ours" if proposal.on < today.isoformat() else "tomorrow"


@dataclass(frozen=True, slots=True)
class Waiting:
    entry: Entry
    proposal: Proposal | None
    turn: Turn


def waiting(engine: Engine, shelf: Shelf, at: str, one_desk: bool) -> list[Waiting]:
    """All that is proposed, the earliest first."""
    with engine.connect() as connection:
        rows = desk.proposals(connection)
    found = []
    for row in rows:
        entry = shelf.get(row["submission"])
        proposal = opened(shelf, bytes(row["sealed"]))
        if entry is not None:
            found.append(Waiting(entry, proposal, turn(proposal, at, one_desk, clock.today())))
    return found


def proposal_of(engine: Engine, shelf: Shelf, entry: Entry) -> tuple[bool, Proposal | None]:
    """Whether there is one, and what it says if this key opens it."""
    with engine.connect() as connection:
        sealed = desk.proposal_of(connection, entry.number)
    return sealed is not None, opened(shelf, sealed) if sealed is not None else None
