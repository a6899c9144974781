"""An answer to a person: signed once, then sealed for them, for the desks, and for the outbox.

What is sent as a letter is that same signed answer. Subject, greeting, foot and address to reply to
are made at the moment of sending from this computer's own settings and words, never from anything
that the host keeps.
"""

import json
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from forms_api import clock, codes, traditional
from forms_api.contacts import check_email
from forms_api.form import Form
from forms_api.inbox.one import contact_of
from forms_api.inbox.shelf import Entry, Shelf
from forms_api.inbox.vault import Vault
from forms_api.inbox.wording import words as words_of
from forms_api.languages import public, source
from forms_api.outbox import Mailer, NotOurs
from forms_api.payloads import Unreadable
from forms_api.sealing import Sealer
from forms_api.settings import Settings
from forms_api.signatures import NotGenuine, Piece
from forms_api.site import Site
from forms_api.smtp import put_address
from forms_api.store import letters
from forms_api.store.letters import Letter
from forms_api.words import Text

WAYS = ("email", "phone", "status")
KIND: Final = "answer"
#: Days after which a letter goes out only when a desk asks for it: who can write to the database
#: may have kept an old one. Nothing is tried by itself for longer (outbox.ATTEMPTS).
FRESH: Final = 7
#: Why a letter is held, besides what payloads.Reason and signatures.Flaw name.
HELD: Final = ("address", "no-case", "sent", "day")
_REMEMBERED: Final = 60  # days that a computer knows what it sent: well more than FRESH


@dataclass(frozen=True, slots=True)
class Sealed:
    """One answer, ready to be stored: nothing in it can be read on the host. `letter` is the name
    under which the outbox has it, "" when it is not mailed.
    """

    way: str
    for_holder: bytes
    for_desks: bytes
    letter: str


class Held(NotOurs):
    """A letter that is not sent; `reason` is a key of the words `held.…`, `text` what it says."""

    def __init__(self, reason: str, text: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.text = text


def seal(sealer: Sealer, holder: bytes, piece: Piece, signed: Mapping[str, str]) -> Sealed:
    """`holder` is the public key of whoever has the access code."""
    return Sealed(
        piece.way,
        codes.seal_to_holder(holder, json.dumps(signed, ensure_ascii=False)),
        sealer.seal(signed),
        letters.of_reply(piece.nonce) if piece.way == "email" else "",
    )


class SentLetters:
    """Which letters left from this computer, by their names, beside the keys: a database that was
    turned back makes none of them go out again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._names: dict[str, str] = {}
        oldest = date.fromordinal(clock.today().toordinal() - _REMEMBERED).isoformat()
        with suppress(OSError, UnicodeError):
            for line in path.read_text("utf-8").splitlines():
                day, _, name = line.partition(" ")
                if day >= oldest:
                    self._names[name] = day

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def add(self, name: str) -> None:
        """A folder that cannot be written to is no reason to send nothing."""
        with self._lock, suppress(OSError):
            self._names[name] = clock.today().isoformat()
            lines = [f"{day} {one}\n" for one, day in self._names.items()]
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = self._path.with_name(f"{self._path.name}.part")
            part.write_text("".join(lines), "utf-8")
            part.replace(self._path)


class Judge:
    """Whether a letter of the outbox may go out: from a desk, for this case, and not sent yet."""

    def __init__(self, vault: Vault, sent: SentLetters) -> None:
        self._vault = vault
        self._sent = sent

    def __call__(self, sealed: bytes | None, name: str, number: int | None) -> tuple[Piece, Entry]:
        """`name` and `number` (of the submission) are as the outbox has them. Raises Held, and
        NotOurs while the inbox is locked.
        """
        if sealed is None:
            raise Held("too-large")
        try:
            shelf = self._vault.shelf
        except LookupError as locked:
            raise NotOurs from locked
        entry = shelf.get(number) if number is not None else None
        if entry is None:
            raise Held("no-case")
        piece = self._piece(shelf, bytes(sealed), entry)
        if piece.way != "email" or name != letters.of_reply(piece.nonce):
            raise Held("moved", piece.text)
        if piece.to != contact_of(entry) or check_email(piece.to)[1]:
            raise Held("address", piece.text)
        if name in self._sent:
            raise Held("sent", piece.text)
        age = (clock.today() - date.fromisoformat(piece.on)).days
        if not -1 <= age <= FRESH:
            raise Held("day", piece.text)
        return piece, entry

    def _piece(self, shelf: Shelf, sealed: bytes, entry: Entry) -> Piece:
        try:
            return shelf.piece(sealed, KIND, entry.reference)
        except Unreadable as error:
            raise Held(error.reason) from error
        except NotGenuine as error:
            raise Held(error.flaw, error.text) from error


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Whose names stand around an answer: all from this computer."""

    settings: Settings
    forms: Mapping[str, Form]
    desks: Mapping[str, Text]
    site: Site

    def message(self, piece: Piece, entry: Entry) -> EmailMessage:
        """In the person's language: what they asked with, the answer, and how to go on from there.

        In Traditional characters, but for what the desk wrote, if the site's release knows them.
        """
        table, settings = self.site.traditional, self.settings
        lang = entry.lang if entry.lang in table.editions else source(entry.lang)
        form, url = self.forms.get(entry.form), settings.public_url
        with traditional.speaking(table):
            words = words_of(lang)
            blanks = {
                "form": form.short_title[lang] if form else entry.reference,
                "reference": entry.reference,
                "desk": self.desks.get(piece.desk, Text(zh=piece.desk, en=piece.desk))[lang],
                "site": self.site.name(lang),
                "url": f"{url}/forms/status",
            }
            foot = words("letter.foot_with_url" if url else "letter.foot", **blanks)
            subject, hello = words("letter.subject", **blanks), words("letter.hello")
        domain = settings.mail_from.rpartition("@")[2] or "localhost"
        message = EmailMessage()
        put_address(message, "From", settings.mail_from)
        put_address(message, "To", piece.to)
        if reply_to := settings.desk_mail.get(piece.desk, ""):
            put_address(message, "Reply-To", reply_to)
        message["Subject"] = subject
        message["Message-ID"] = f"<{letters.of_reply(piece.nonce).replace(':', '.')}@{domain}>"
        message["Date"] = clock.now()
        message.set_content(f"{hello}\n\n{piece.text}\n\n-- \n{foot}\n")
        message["Content-Language"] = public(lang)  # set_content forgets such headers
        return message


class Composer:
    """Makes the message of a letter that may go out, with the key of the unlocked inbox."""

    def __init__(self, judge: Judge, letterhead: Letterhead) -> None:
        self._judge = judge
        self._letterhead = letterhead

    def __call__(self, letter: Letter) -> EmailMessage:
        """Raises NotOurs for what is not to be sent from here."""
        return self._letterhead.message(
            *self._judge(letter.sealed, letter.dedupe, letter.submission)
        )


class NotedMailer:
    """A mailer that leaves a line about each letter once it was taken."""

    def __init__(self, mailer: Mailer, sent: SentLetters) -> None:
        self._mailer = mailer
        self._sent = sent

    def send(self, message: EmailMessage) -> None:
        self._mailer.send(message)
        name, _, _ = str(message["Message-ID"]).strip("<>").partition("@")
        self._sent.add(name.replace(".", ":"))

    def close(self) -> None:
        self._mailer.close()

    def abort(self) -> None:
        self._mailer.abort()
