"""What a desk does to one submission: each a single short transaction, with its line of record.

Everything that takes time, such as sealing, is done before; nobody's newer version is overwritten.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine

from forms_api import alerts, clock
from forms_api.detached_signatures import Sign
from forms_api.form import Form
from forms_api.inbox import publishing
from forms_api.inbox.publishing import Proposal
from forms_api.inbox.replies import Sealed
from forms_api.inbox.shelf import Entry
from forms_api.privacy import Write
from forms_api.store import answers, desk, letters, submissions
from forms_api.store.engine import clear_log

#: What a desk may make of a submission by hand.
STATUSES = ("received", "handling", "answered", "closed")
_BY_HAND = 100  # spam points
Extra = Callable[[Connection], None]


class Stale(Exception):
    """Somebody changed or erased it since it was shown; nothing was done."""


@dataclass(frozen=True, slots=True)
class Actions:
    """Of one desk, on what was shown at `edition`."""

    engine: Engine
    write: Write
    desk: str

    def status(self, entry: Entry, edition: int, to: str) -> None:
        self._do(entry, edition, _dated(entry, to), f"status:{to}")

    def note(self, entry: Entry, edition: int, ciphertext: bytes) -> None:
        def add(connection: Connection) -> None:
            desk.add_note(connection, entry.number, _today(), self.desk, ciphertext)

        self._do(entry, edition, {}, "note", add)

    def hand(self, entry: Entry, edition: int, to: str) -> None:
        """The other desk is told by the service's mail, if it has a mailbox."""

        def tell(connection: Connection) -> None:
            facts = {"reference": entry.reference, "form": entry.form, "desk": to}
            facts["due_on"] = entry.due_on or ""
            name = f"handed:{entry.reference}:{edition}"
            letters.put(connection, name, "received", to, facts, entry.number)

        self._do(entry, edition, {"desk": to}, f"handed:{to}", tell)

    def merge(self, entry: Entry, edition: int, original: Entry) -> None:
        """A duplicate is closed and leads to the one that is answered."""
        values = {**_dated(entry, "closed"), "duplicate_of": original.number}
        self._do(entry, edition, values, f"merged:{original.reference}")

    def spam(self, entry: Entry, edition: int, form: Form | None, *, is_spam: bool) -> None:
        """Marked or unmarked: what the host counted of it and its seats go or come back."""
        values = {"spam_score": _BY_HAND, "spam_reason": "desk"}
        if not is_spam:
            values = {"spam_score": 0, "spam_reason": ""}

        def recount(connection: Connection) -> None:
            counted = form.tallies(entry.answers or {}) if form and form.counted_by_host else ()
            for field, choice in counted:
                month, times = entry.received_on[:7], -1 if is_spam else 1
                submissions.count(connection, entry.form, field, choice, month, times)
            submissions.seats_judged(connection, entry.number, _today())

        self._do(entry, edition, values, "spam" if is_spam else "not-spam", recount)

    def answer(self, entry: Entry, edition: int, sealed: Sealed, *, close: bool) -> None:
        """Stored with its letter in one transaction; the letter is sent by whoever is unlocked."""

        def add(connection: Connection) -> None:
            desk.add_reply(
                connection, entry.number, _today(), self.desk,
                sealed.way, sealed.for_holder, sealed.for_desks,
            )  # fmt: skip
            if sealed.letter:
                desk.add_letter(
                    connection, entry.number, sealed.letter, self.desk, sealed.for_desks
                )

        values = _dated(entry, "answered")
        if close:
            values |= {"status": "closed", "closed_on": clock.today().isoformat()}
        self._do(entry, edition, values, f"answered:{sealed.way}", add)

    def sign(
        self, entry: Entry, edition: int, number: int, sealed: Sealed, letters: Sequence[str]
    ) -> bool:
        """Stands for an answer that has no good signature; whether its mail was still to be sent,
        which it is then. `letters` are the names that it had.
        """
        waits = []

        def renew(connection: Connection) -> None:
            both = {"sealed": sealed.for_holder, "kept": sealed.for_desks}
            desk.sign_reply(connection, number, _today(), self.desk, both)
            if desk.drop_letter(connection, letters) and sealed.letter:
                waits.append(sealed.letter)
                desk.add_letter(
                    connection, entry.number, sealed.letter, self.desk, sealed.for_desks
                )

        self._do(entry, edition, {}, "signed", renew)
        return bool(waits)

    def drop_letter(self, name: str) -> None:
        """A letter that shall not be sent, and perhaps was never a desk's."""
        self.write(lambda connection: desk.drop_letter(connection, [name]))
        self.said("letter-dropped")

    def propose(self, entry: Entry, edition: int, ciphertext: bytes) -> None:
        """To publish it: in place of what was proposed before."""

        def put(connection: Connection) -> None:
            desk.put_proposal(connection, entry.number, ciphertext)

        self._do(entry, edition, {}, "proposed", put)

    def release(self, entry: Entry, edition: int, proposal: Proposal, sign: Sign) -> None:
        """Offers what was proposed to the site, signed by this desk. Raises AnswerRefused for what
        may not stand.
        """

        def offer(connection: Connection) -> None:
            self._take(connection, entry, proposal)
            answers.offer_answer(
                connection,
                topic=proposal.topic,
                question=proposal.texts["question"],
                answer=proposal.texts["answer"],
                desk=self.desk,
                sign=sign,
                number=entry.number,
            )

        self._do(entry, edition, {}, "", offer)

    def send_back(
        self, entry: Entry, edition: int, proposal: Proposal, returned: bytes, note: bytes
    ) -> None:
        """Not as it stands: the reason is a note, and the text waits for its desk."""

        def put(connection: Connection) -> None:
            self._take(connection, entry, proposal)
            desk.put_proposal(connection, entry.number, returned)
            desk.add_note(connection, entry.number, _today(), self.desk, note)

        self._do(entry, edition, {}, "sent-back", put)

    def take_back(self, entry: Entry, edition: int) -> None:
        """What was proposed or published of it: gone from here, and from the site with the next
        pull.
        """

        def drop(connection: Connection) -> None:
            desk.drop_proposal(connection, entry.number)
            if published := answers.answer_of(connection, entry.number):
                alerts.take_back(connection, published, self.desk)

        self._do(entry, edition, {}, "taken-back", drop)

    def _take(self, connection: Connection, entry: Entry, proposal: Proposal) -> None:
        """Takes the proposal away that was seen. Raises Stale when it is another by now."""
        sealed = desk.proposal_of(connection, entry.number)
        if sealed is None or publishing.mark_of(sealed) != proposal.mark:
            raise Stale
        desk.drop_proposal(connection, entry.number)

    def erase(self, entry: Entry, edition: int) -> None:
        """As the service does for the holder of the code: nothing is left but the counts. A row
        whose version makes no sense can be erased too.
        """

        def work(connection: Connection) -> bool:
            changed = desk.change(connection, entry.number, edition, {})
            if not changed and "edition" not in entry.flaws:
                return False
            if published := answers.answer_of(connection, entry.number):
                alerts.take_back(connection, published, self.desk)
            return submissions.erase_one(connection, entry.number, _today(), self.desk)

        if not self.write(work):
            raise Stale
        clear_log(self.engine)

    def said(self, action: str) -> None:
        """A line of record about no single submission: opened, exported, sent."""
        self.write(
            lambda connection: desk.note_event(connection, None, _today(), self.desk, action)
        )

    def _do(
        self,
        entry: Entry,
        edition: int,
        values: Mapping[str, Any],
        action: str,
        extra: Extra | None = None,
    ) -> None:
        def work(connection: Connection) -> bool:
            if not desk.change(connection, entry.number, edition, values):
                return False
            if extra:
                extra(connection)
            if action:
                desk.note_event(connection, entry.number, _today(), self.desk, action)
            return True

        if not self.write(work):
            raise Stale


def _dated(entry: Entry, status: str) -> dict[str, Any]:
    """A status with the dates that belong to it; opened again, they are gone."""
    today = _today()
    answered = entry.answered_on if status in ("answered", "closed") else None
    if status == "answered":
        answered = answered or today
    closed = today if status == "closed" else None
    values: dict[str, Any] = {"status": status, "answered_on": answered, "closed_on": closed}
    return values if status == "closed" else {**values, "duplicate_of": None}


def _today() -> str:
    return clock.today().isoformat()
