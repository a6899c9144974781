"""The desk's key: under its passphrase on disk, in memory while the inbox is open, then forgotten.

Python cannot overwrite what it held; forgetting means that nothing here refers to it any more.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import pyrage  # type: ignore[import-untyped]
import structlog
from nacl.signing import SigningKey
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from forms_api import clock, detached_signatures, keys, signatures
from forms_api.inbox.labels import Labels
from forms_api.inbox.shelf import Shelf
from forms_api.recipients import Key, key_id
from forms_api.signatures import Piece, Trust

State = Literal["locked", "opening", "open"]
#: Why it did not open: no desk chosen, no such file, no key in it, not its passphrase, or a key
#: that opens nothing here; a database that cannot be read, or a fault of this program.
Refusal = Literal["desk", "no-file", "no-key", "passphrase", "foreign", "database", "failed"]
_SEALED: Final = b"age-encryption.org/"
_log = structlog.get_logger()


def awake_or_not() -> float:
    """Seconds that also pass while the computer sleeps, as those of time.monotonic may not."""
    for name in ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC"):  # Linux, macOS
        if hasattr(time, name):
            return time.clock_gettime(getattr(time, name))
    return time.monotonic()


class Vault:
    """`seconds` of idleness lock it; `now` is a clock that never goes back."""

    def __init__(
        self,
        engine: Engine,
        labels: Labels,
        identity: Path | None,
        seconds: float,
        now: Callable[[], float] = awake_or_not,
        desk_keys: Sequence[Key] = (),
    ) -> None:
        """`desk_keys` are whose signatures count, from this computer's own recipients file."""
        self.identity = identity
        self.seconds = seconds
        self.desk = ""
        self.refusal: Refusal | None = None
        self.recipient = ""
        self._engine = engine
        self._desk_keys = desk_keys
        self._labels = labels
        self._now = now
        self._lock = threading.Lock()
        self._shelf: Shelf | None = None
        self._ready = threading.Event()
        self._used = 0.0
        self._signing: SigningKey | None = None
        self.listed = False  # whether others can verify what this key signs
        self.idle = False
        self.forgets: list[Callable[[], None]] = []  # what else goes with the key
        self.follows: list[Callable[[Shelf], None]] = []  # what is done once all is opened

    @property
    def state(self) -> State:
        """Forgets the key first when nobody used it for too long."""
        if self._shelf is not None and self._now() - self._used > self.seconds:
            self.lock()
            self.idle = True
        if self._shelf is None:
            return "locked"
        return "open" if self._ready.is_set() else "opening"

    @property
    def shelf(self) -> Shelf:
        """Raises LookupError when it is locked, or not yet all opened."""
        shelf = self._shelf
        if shelf is None or self.state != "open":
            raise LookupError("locked")
        return shelf

    @property
    def key_id(self) -> str:
        return key_id(self.recipient)

    def progress(self) -> tuple[int, int]:
        """How many submissions are opened, of how many."""
        shelf = self._shelf
        return (shelf.done, shelf.total) if shelf else (0, 0)

    def needs_passphrase(self) -> bool:
        try:
            return self.identity is not None and self.identity.read_bytes().startswith(_SEALED)
        except OSError:
            return False

    def left(self) -> float:
        """Seconds until it locks itself; 0 when it is locked."""
        if self.state == "locked":
            return 0.0
        return max(0.01, self.seconds - (self._now() - self._used))

    def touch(self) -> None:
        """Somebody is at work."""
        self._used = self._now()

    def touch_if_open(self) -> None:
        if self.state != "locked":
            self.touch()

    def unlock(self, passphrase: str, desk: str) -> Refusal | None:
        """Reads the key and begins to open everything; why not, if not."""
        self.lock()
        identity, refusal = self._read(passphrase)
        if refusal:
            self.refusal = refusal
            return refusal
        with self._lock:
            self.refusal, self.desk, self.idle = None, desk, False
            self.recipient = str(identity.to_public())
            self.touch()
            self._signing = signatures.signing_key(str(identity))
            own = signatures.public_text(self._signing)
            self.listed = any(own == key.signs for key in self._desk_keys)
            shelf = Shelf(self._engine, identity, self._labels, Trust(self._desk_keys, own))
            self._shelf, self._ready = shelf, threading.Event()
            worker = threading.Thread(
                target=self._fill, args=(shelf, self._ready), name="opening", daemon=True
            )
        worker.start()
        return None

    def sign(self, kind: str, reference: str, **said: str) -> tuple[Piece, dict[str, str]]:
        """What this desk says today about a submission, and its signed form, which is to be sealed.

        Raises LookupError when the inbox is locked.
        """
        secret = self._signing
        if secret is None:
            raise LookupError("locked")
        piece = Piece(
            kind=kind,
            reference=reference,
            desk=self.desk,
            on=clock.today().isoformat(),
            nonce=signatures.new_nonce(),
            **said,  # type: ignore[arg-type]
        )
        return piece, signatures.sign(secret, piece)

    def sign_public(self, kind: str, said: Mapping[str, object]) -> str:
        """This desk's signature of what will stand in the clear. Raises LookupError when the inbox
        is locked.
        """
        secret = self._signing
        if secret is None:
            raise LookupError("locked")
        return detached_signatures.sign(secret, kind, clock.today().year, said)

    def wait(self, seconds: float) -> None:
        """Until all is opened, or no longer than that."""
        deadline = time.monotonic() + seconds
        while self.state == "opening" and time.monotonic() < deadline:
            self._ready.wait(0.05)

    def lock(self) -> None:
        with self._lock:
            if self._shelf is not None:
                self._shelf.stopped = True
            self._shelf = self._signing = None
            self.idle = False
        for forget in self.forgets:
            forget()

    def _read(self, passphrase: str) -> tuple[Any, Refusal | None]:
        """An identity, or the reason why there is none."""
        if self.identity is None or not self.identity.is_file():
            return None, "no-file"
        try:
            text = keys.secret(self.identity, passphrase)
            return pyrage.x25519.Identity.from_str(text), None
        except pyrage.DecryptError:
            return None, "passphrase"
        except (OSError, ValueError, IndexError, pyrage.IdentityError):
            return None, "no-key"

    def _fill(self, shelf: Shelf, ready: threading.Event) -> None:
        try:
            shelf.fill()
            refusal: Refusal | None = None
            sealed = [one for one in shelf.entries() if one.status != "withdrawn"]
            # What the host claims of keys is not asked: it could lock every desk out.
            if sealed and all(one.fault == "other-key" for one in sealed):
                refusal = "foreign"
        except SQLAlchemyError:
            refusal = "database"
        except Exception as error:  # a page that says so, instead of one that opens for ever
            _log.error("opening failed", kind=type(error).__name__)
            refusal = "failed"
        if refusal and self._shelf is shelf:
            self.lock()
            self.refusal = refusal
        for follow in self.follows if not refusal else ():
            follow(shelf)
        self.touch()
        ready.set()
