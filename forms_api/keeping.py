"""From a confirmed draft to a receipt: seals the answers, hands them to the writer, waits."""

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeVar, cast

from sqlalchemy import Connection, Engine

from forms_api import clock, codes, retention, tokens, workdays
from forms_api.answers import Value
from forms_api.fields import Consent
from forms_api.forms import Form
from forms_api.languages import Folder
from forms_api.render import Receipt
from forms_api.sealing import Sealer
from forms_api.store import seats, submissions
from forms_api.store.engine import clear_log
from forms_api.store.seats import Wish
from forms_api.store.submissions import Consented, Kept, NewSubmission
from forms_api.store.writer import Writer
from forms_api.tokens import Draft

_T = TypeVar("_T")
REPLAY: Final = timedelta(hours=24)
_PLACE: Final = {None: "", False: "taken", True: "waiting"}


class KeyMismatch(Exception):
    """The idempotency key already stands for other answers."""


class AlreadySent(Exception):
    """Stored so long ago that its receipt is no longer shown again."""


class InProgress(Exception):
    """The same key is being written by another request and is not done yet."""


class TooSlow(Exception):
    """The writer did not answer in time; the answers may or may not get stored."""


@dataclass(frozen=True, slots=True)
class Status:
    """What the holder of an access code may see; dates only, in the office's zone."""

    form: str
    reference: str
    status: str
    received_on: date
    due_on: date
    answered_on: date | None
    closed_on: date | None
    retain_until: date


class Keeping:
    """`prefix` gives the first letters of references at the moment of use."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        sealer: Sealer,
        prefix: Callable[[], str],
        wait_seconds: float,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._sealer = sealer
        self._prefix = prefix
        self._wait = wait_seconds
        self._lock = threading.Lock()
        self._in_flight: Counter[bytes] = Counter()

    def keep(self, form: Form, draft: Draft, seconds: int, wish: Wish | None = None) -> Receipt:
        """Stores the draft once per idempotency key and gives its receipt, again if need be.

        `seconds` passed since the read-back was shown. For a course or activity `wish` says which
        and how many seats; the receipt's `place` says whether they are taken or waited for.
        Raises KeyMismatch, AlreadySent, InProgress, TooSlow, and the writer's QueueFull and
        Closed.
        """
        new = self._new(form, draft, seconds, wish)

        def work(connection: Connection) -> Kept:
            while submissions.reference_is_taken(connection, new.columns["reference"]):
                new.columns["reference"] = codes.new_reference(self._prefix())
            return submissions.keep(connection, new)

        with self._marked(new.key_hash) as duplicate:
            try:
                kept = self._written(work)
            except TooSlow:
                if duplicate:
                    raise InProgress from None
                raise
        return self._receipt(kept, draft)

    def replay(self, draft: Draft) -> Receipt | None:
        """The receipt of what was stored under this draft's key, if anything was.

        Raises KeyMismatch and AlreadySent.
        """
        with self._engine.connect() as connection:
            kept = submissions.find_kept(connection, tokens.key_hash(draft.key))
        return self._receipt(kept, draft) if kept else None

    def status(self, code: str) -> Status | None:
        with self._engine.connect() as connection:
            row = submissions.find_by_code(connection, codes.code_hash(code))
        if row is None:
            return None
        return Status(
            form=row["form"],
            reference=row["reference"],
            status=row["status"],
            received_on=_local(row["received_at"]).date(),
            due_on=date.fromisoformat(row["due_on"]),
            answered_on=_date(row["answered_on"]),
            closed_on=_date(row["closed_on"]),
            retain_until=date.fromisoformat(row["retain_until"]),
        )

    def erase(self, code: str) -> bool:
        """Deletes what was written; False for an unknown code."""
        key, moment = codes.code_hash(code), _utc(clock.now())
        done = self._written(lambda connection: submissions.erase(connection, key, moment))
        if done:
            clear_log(self._engine)
        return done

    def free_seats(self, event: str, published: int) -> int:
        """How many of an event's published seats are free just now."""
        with self._engine.connect() as connection:
            return seats.free(connection, event, published)

    def is_waiting(self, code: str) -> bool | None:
        """Whether the holder of the code still waits for seats; None without any."""
        with self._engine.connect() as connection:
            return seats.is_waiting(connection, codes.code_hash(code))

    def under_way(self) -> int:
        """How many requests of this process wait for their receipt."""
        with self._lock:
            return self._in_flight.total()

    def _written(self, work: Callable[[Connection], _T]) -> _T:
        done: Future[_T] = self._writer.submit(work)
        try:
            return done.result(self._wait)
        except TimeoutError:
            if done.done():  # the work itself timed out
                raise
            raise TooSlow from None

    @contextmanager
    def _marked(self, key_hash: bytes) -> Iterator[bool]:
        """Whether another request with the same key is under way in this process."""
        with self._lock:
            duplicate = self._in_flight[key_hash] > 0
            self._in_flight[key_hash] += 1
        try:
            yield duplicate
        finally:
            with self._lock:
                self._in_flight[key_hash] -= 1
                if not self._in_flight[key_hash]:
                    del self._in_flight[key_hash]

    def _new(self, form: Form, draft: Draft, seconds: int, wish: Wish | None) -> NewSubmission:
        now = clock.now()
        lang = cast(Folder, draft.lang)
        code = codes.new_access_code()
        locks = codes.locks(code)
        branch = form.branch(draft.values)
        days = form.days_to_answer(draft.values)
        event = {"event": wish.on if wish else None}
        last = retention.last_day(form.retention, now.date(), event)
        score, reason = _spam(draft, seconds)
        columns = {
            "reference": codes.new_reference(self._prefix()),
            "form": form.id,
            "version": draft.version,
            "lang": draft.lang,
            "status": "received",
            "desk": form.desk if branch else form.desk_without_branch or form.desk,
            "branch": branch,
            "received_at": _utc(now),
            "due_on": (workdays.after(now.date(), days) if days else last).isoformat(),
            "retain_until": last.isoformat(),
            "spam_score": score,
            "spam_reason": reason,
            "ciphertext": self._sealer.seal(self._payload(form, draft)),
            "key_ids": json.dumps(self._sealer.key_ids),
            "code_hash": locks.code_hash,
            "public_key": locks.public_key,
        }
        return NewSubmission(
            columns=columns,
            consents=[_consented(one, lang) for one in form.consents],
            tallies=list(form.tallies(draft.values)) if not score else [],
            day=now.date().isoformat(),
            key_hash=tokens.key_hash(draft.key),
            body_hash=tokens.body_hash(draft.key, draft),
            wrapped_code=tokens.wrap_code(draft.key, code),
            wish=wish,
            notice=None if score or not days else _notice(columns),
        )

    def _payload(self, form: Form, draft: Draft) -> Mapping[str, object]:
        """What is sealed: the answers by field name, without the consents, which have their table.

        An access code opens and erases, so its place is taken by the reference it belongs to.
        """
        ticks = {one.name for one in form.consents}
        answers: dict[str, Value] = {
            name: value for name, value in draft.values.items() if name not in ticks
        }
        for name, code in form.access_codes(answers).items():
            found = self.status(code)
            answers[name] = found.reference if found else ""
        return {"form": form.id, "version": draft.version, "lang": draft.lang, "answers": answers}

    def _receipt(self, kept: Kept, draft: Draft) -> Receipt:
        if kept.body_hash != tokens.body_hash(draft.key, draft):
            raise KeyMismatch
        received = _local(kept.received_at)
        if kept.wrapped_code is None or clock.now() - received > REPLAY:
            raise AlreadySent
        return Receipt(
            reference=kept.reference,
            access_code=codes.grouped(tokens.unwrap_code(draft.key, kept.wrapped_code)),
            received_at=received,
            due_on=date.fromisoformat(kept.due_on),
            place=_PLACE[kept.waiting],
        )


def _notice(columns: Mapping[str, object]) -> dict[str, str]:
    """What the desk's mail may say: never an answer."""
    return {name: str(columns[name]) for name in ("reference", "form", "desk", "due_on")}


def _consented(field: Consent, lang: Folder) -> Consented:
    digest = hashlib.sha256(field.wording(lang).encode()).digest()
    return Consented(field.purpose, field.version, digest, field.separate)


def _spam(draft: Draft, seconds: int) -> tuple[int, str]:
    """Points and reasons; such submissions are stored and flagged, never dropped."""
    signs = [(100, "honeypot")] if draft.trapped else []
    if seconds < tokens.FASTEST:
        signs.append((50, "too-fast"))
    return sum(points for points, _ in signs), ",".join(reason for _, reason in signs)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _local(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(clock.ZONE)


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
