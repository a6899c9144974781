"""From a confirmed draft to a receipt: to the writer, and wait; then what its code opens."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final, TypeVar

from nacl.exceptions import CryptoError
from sqlalchemy import Connection, Engine

from forms_api import alerts, clock, codes, tokens
from forms_api.composing import Composer
from forms_api.form import Form
from forms_api.payloads import Unreadable, parsed
from forms_api.render import Receipt
from forms_api.sealing import Sealer
from forms_api.signatures import NotGenuine, Trust
from forms_api.store import answers, arriving, letters, seats, submissions
from forms_api.store.arriving import NewSubmission
from forms_api.store.engine import clear_log
from forms_api.store.seats import Wish
from forms_api.store.submissions import Kept
from forms_api.store.writer import Writer
from forms_api.tokens import Draft

_T = TypeVar("_T")
REPLAY: Final = timedelta(1)  # shown again on the day of receipt and the next: 24 hours at least
STATUSES: Final = ("received", "handling", "answered", "closed", "withdrawn")
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
    received_on: date | None
    due_on: date | None
    answered_on: date | None
    closed_on: date | None
    retain_until: date | None


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a desk; `way` is email, phone or status. `mail`: of an answer by e-mail, where
    its letter is: waiting, sent or dead.
    """

    on: date
    way: str
    text: str
    mail: str = ""


class Keeping:
    """`prefix` gives the first letters of references at the moment of use."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        sealer: Sealer,
        prefix: Callable[[], str],
        wait_seconds: float,
        secret: str,
        trust: Trust | None = None,
    ) -> None:
        """`trust` says whose answers are shown as the desks'."""
        self.arrivals = alerts.Arrivals()
        self._engine = engine
        self._writer = writer
        self._secret = secret
        self._composer = Composer(sealer, prefix, self._quoted, secret)
        self._wait = wait_seconds
        self._trust = trust or Trust(())
        self._lock = threading.Lock()
        self._in_flight: Counter[bytes] = Counter()

    def keep(self, form: Form, draft: Draft, seconds: int, wish: Wish | None = None) -> Receipt:
        """Stores the draft once per idempotency key and gives its receipt, again if need be.

        `seconds` passed since the read-back was shown. For a course or activity `wish` says which
        and how many seats; the receipt's `place` says whether they are taken or waited for.
        Raises KeyMismatch, AlreadySent, InProgress, TooSlow, and the writer's QueueFull and
        Closed.
        """
        with self._writer.expecting():
            new, code = self._composer.compose(form, draft, seconds, wish)
        with self._marked(new.key_hash) as duplicate:
            try:
                kept = self._result(self._writer.submit_item(self._keep_all, new))
            except TooSlow:
                if duplicate:
                    raise InProgress from None
                raise
        if kept.wrapped_code != new.wrapped_code:  # stored before
            return self._receipt(kept, draft.key, new.body_hash)
        self.arrivals.note(spam=new.columns["spam_score"] > 0)
        return self._receipt(kept, draft.key, new.body_hash, code)

    def _keep_all(self, connection: Connection, news: Sequence[NewSubmission]) -> list[Kept]:
        return arriving.keep_all(connection, news, self._composer.reference)

    def replay(self, draft: Draft) -> Receipt | None:
        """The receipt of what was stored under this draft's key, if anything was.

        Raises KeyMismatch and AlreadySent.
        """
        with self._engine.connect() as connection:
            kept = submissions.find_kept(connection, tokens.key_hash(draft.key))
        return self._receipt(kept, draft.key, tokens.body_hash(draft.key, draft)) if kept else None

    def _quoted(self, code: str) -> str:
        found = self.status(code)
        return found.reference if found else ""

    def status(self, code: str) -> Status | None:
        with self._engine.connect() as connection:
            row = submissions.find_by_code(connection, codes.code_hash(code))
        if row is None:
            return None
        return Status(
            form=row["form"],
            reference=row["reference"],
            status=row["status"] if row["status"] in STATUSES else "received",
            received_on=_date(row["received_on"]),
            due_on=_date(row["due_on"]),
            answered_on=_date(row["answered_on"]),
            closed_on=_date(row["closed_on"]),
            retain_until=_date(row["retain_until"]),
        )

    def erase(self, code: str) -> bool:
        """Deletes what was written, and takes back what was published of it.

        False for a code that opens neither; an answer outlives the purge of its question.
        """
        key, today = codes.code_hash(code), clock.today().isoformat()

        def work(connection: Connection) -> bool:
            erased = submissions.erase(connection, key, today)
            if taken := answers.held(connection, key):
                alerts.take_back(connection, taken, "public")
            return taken is not None or erased

        done = self._written(work)
        if done:
            clear_log(self._engine)
        return done

    def published(self, code: str) -> bool:
        """Whether an answer stands on the site, or will, that the holder may take back."""
        with self._engine.connect() as connection:
            return answers.held(connection, codes.code_hash(code)) is not None

    def proposed(self, code: str) -> bool:
        """Whether a desk has proposed to publish it and none has released it yet."""
        with self._engine.connect() as connection:
            return answers.is_proposed(connection, codes.code_hash(code))

    def replies(self, code: str) -> list[Reply]:
        """What the desks answered, for the holder of the code; the earliest first."""
        return self.checked_replies(code)[0]

    def checked_replies(self, code: str) -> tuple[list[Reply], int]:
        """The answers that are a desk's, and how many others stand there: forged, moved, or from
        before there were signatures.

        While no desk's signature is known here, what has none is taken for an answer, as it always
        was: `doctor` says that the recipients file lacks them.
        """
        with self._engine.connect() as connection:
            reference, sealed = submissions.sealed_replies(connection, codes.code_hash(code))
        found: dict[str, Reply] = {}
        others = 0
        for one in sealed:
            try:
                payload = parsed(codes.open_as_holder(code, one))
                if not self._trust and "signed" not in payload:
                    found[f"row {len(found)}"] = _earlier_reply(payload)
                    continue
                piece = self._trust.read(payload, "answer", reference)
            except (CryptoError, ValueError, Unreadable, NotGenuine):
                others += 1
                continue
            found.setdefault(
                piece.nonce, Reply(date.fromisoformat(piece.on), piece.way, piece.text)
            )
        names = {nonce: letters.of_reply(nonce) for nonce in found}
        with self._engine.connect() as connection:
            states = letters.states(connection, list(names.values()))
        mail = {nonce: states.get(name, "") for nonce, name in names.items()}
        return [replace(one, mail=mail[nonce]) for nonce, one in found.items()], others

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
        return self._result(self._writer.submit(work))

    def _result(self, done: "Future[_T]") -> _T:
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

    def _receipt(self, kept: Kept, key: str, body_hash: bytes, code: str = "") -> Receipt:
        """For whoever sends this body with this idempotency key.

        `code` is the access code where it is known without unwrapping it.
        """
        if kept.body_hash != body_hash:
            raise KeyMismatch
        secret = self._secret
        received, due = date.fromisoformat(kept.received_on), _date(kept.due_on)
        if kept.wrapped_code is None or due is None or clock.today() - received > REPLAY:
            raise AlreadySent
        return Receipt(
            reference=kept.reference,
            access_code=codes.grouped(code or tokens.unwrap_code(key, kept.wrapped_code, secret)),
            received_on=received,
            due_on=due,
            place=_PLACE[kept.waiting],
        )


def _earlier_reply(payload: Mapping[str, Any]) -> Reply:
    """Of before there were signatures. Raises ValueError."""
    on, way, text = (str(payload.get(name)) for name in ("on", "way", "text"))
    if way not in ("email", "phone", "status"):
        raise ValueError(way)
    return Reply(date.fromisoformat(on), way, text)


def _date(text: object) -> date | None:
    """Of a column; None also where somebody wrote nonsense into it."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None
