"""Publishing in two steps: one desk proposes, another releases what it has read.

A proposal is sealed to the desks until then: whoever looks a second time may find in it what leads
to the asker.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import Engine

from forms_api import clock, publishable
from forms_api.inbox.shelf import Entry, Shelf
from forms_api.languages import FOLDERS
from forms_api.payloads import Unreadable
from forms_api.signatures import NotGenuine
from forms_api.store import desk

#: What a proposal is among the pieces that desks sign.
KIND: Final = "proposal"
PARTS: Final = ("question", "answer")
#: Who may release it now: this desk; another one; this one, but not today; nobody before it is
#: proposed anew; nobody, since this key does not open it or no desk signed it.
Turn = Literal["ours", "theirs", "tomorrow", "returned", "closed"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """As it will stand on the site. `mark` names what was seen, so that nothing else is released.

    `desk` proposed it on `on`, an ISO date; `returned` is the one that wanted it changed, if any.
    """

    topic: str
    texts: Mapping[str, Mapping[str, str]]
    desk: str = ""
    on: str = ""
    returned: str = ""
    mark: str = ""

    def fields(self) -> dict[str, str]:
        """As the page for editing has them: topic, question_zh, …"""
        pairs = {f"{part}_{lang}": self.texts[part][lang] for part in PARTS for lang in FOLDERS}
        return {"topic": self.topic, **pairs}

    def faults(self) -> list[publishable.Fault]:
        return publishable.faults(self.topic, self.texts["question"], self.texts["answer"])

    def questions(self) -> list[publishable.Fault]:
        """What the filter is not sure of: whoever releases it says yes to each."""
        return publishable.questions(self.texts)

    def text(self, *, back: bool = False) -> str:
        """What a desk signs: the proposer proposes it, another sends it `back` to who did."""
        by = self.desk if back else ""
        return json.dumps({"topic": self.topic, **self.texts, "by": by}, ensure_ascii=False)


class _Pair(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)

    zh: str
    en: str


class _Said(BaseModel):
    """What is signed. `by` is who had proposed it, once another desk has sent it back."""

    model_config = ConfigDict(strict=True, frozen=True)

    topic: str
    question: _Pair
    answer: _Pair
    by: str


def drafted(given: Mapping[str, str]) -> Proposal:
    """What a desk typed, cleaned as it will be kept; it may be faulty."""
    texts = {
        part: publishable.cleaned({lang: given.get(f"{part}_{lang}", "") for lang in FOLDERS})
        for part in PARTS
    }
    return Proposal(given.get("topic", ""), texts)


def opened(shelf: Shelf, ciphertext: bytes, reference: str) -> Proposal | None:
    """None for what this key does not open, and for what no desk has signed."""
    try:
        piece = shelf.piece(ciphertext, KIND, reference)
        said = _Said.model_validate_json(piece.text)
    except (Unreadable, NotGenuine, ValidationError):
        return None
    texts = {"question": said.question.model_dump(), "answer": said.answer.model_dump()}
    returned = piece.desk if said.by else ""
    by = said.by or piece.desk
    return Proposal(said.topic, texts, by, piece.on, returned, mark_of(ciphertext))


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
        proposal = opened(shelf, desk.octets(row["sealed"]), entry.reference) if entry else None
        if entry is not None:
            found.append(Waiting(entry, proposal, turn(proposal, at, one_desk, clock.today())))
    return found


def proposal_of(engine: Engine, shelf: Shelf, entry: Entry) -> tuple[bool, Proposal | None]:
    """Whether there is one, and what it says if this key opens it."""
    with engine.connect() as connection:
        sealed = desk.proposal_of(connection, entry.number)
    return sealed is not None, opened(
        shelf, sealed, entry.reference
    ) if sealed is not None else None
