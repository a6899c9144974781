"""An answer to a person: sealed for them and for the desks, and their letter for the outbox."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage

from forms_api import clock, codes
from forms_api.form import Form
from forms_api.inbox.vault import Vault
from forms_api.languages import Edition, public
from forms_api.outbox import NotOurs
from forms_api.sealing import Sealer
from forms_api.settings import Settings
from forms_api.smtp import put_address
from forms_api.store.letters import Letter
from forms_api.words import Text, Words

WAYS = ("email", "phone", "status")


@dataclass(frozen=True, slots=True)
class Sealed:
    """One answer, ready to be stored: nothing in it can be read on the host."""

    way: str
    for_holder: bytes
    for_desks: bytes
    letter: bytes | None


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes, to be named in the letter."""

    desk: Text
    site: str
    form: Form | None
    status_url: str
    reply_to: str


def seal(
    sealer: Sealer,
    public_key: bytes,
    way: str,
    text: str,
    on: str,
    letter: Mapping[str, str] | None,
) -> Sealed:
    """`on` is the day of the answer; the letter is what `letter` below makes, for mail alone."""
    holder = json.dumps({"text": text, "on": on, "way": way}, ensure_ascii=False)
    return Sealed(
        way,
        codes.seal_to_holder(public_key, holder),
        sealer.seal({"text": text}),
        sealer.seal(letter) if letter else None,
    )


def letter(
    words: Words, lang: Edition, reference: str, to: str, text: str, sender: Sender
) -> dict[str, str]:
    """In the person's language: what they asked with, the answer, and how to go on from there."""
    name = sender.form.short_title[lang] if sender.form else reference
    blanks = {
        "form": name,
        "reference": reference,
        "desk": sender.desk[lang],
        "site": sender.site,
        "url": sender.status_url,
    }
    foot = words("letter.foot_with_url" if sender.status_url else "letter.foot", **blanks)
    return {
        "to": to,
        "lang": public(lang),
        "reply_to": sender.reply_to,
        "subject": words("letter.subject", **blanks),
        "text": f"{words('letter.hello')}\n\n{text}\n\n-- \n{foot}\n",
    }


class Composer:
    """Opens a sealed letter with the key of the unlocked inbox and makes the message."""

    def __init__(self, vault: Vault, settings: Settings) -> None:
        self._vault = vault
        self._settings = settings

    def __call__(self, sealed: Letter) -> EmailMessage:
        """Raises NotOurs while the inbox is locked, and for what its key does not open."""
        if sealed.sealed is None:
            raise NotOurs
        try:
            what = self._vault.shelf.unsealed(bytes(sealed.sealed))
        except LookupError as locked:
            raise NotOurs from locked
        if what is None:
            raise NotOurs
        domain = self._settings.mail_from.rpartition("@")[2] or "localhost"
        message = EmailMessage()
        put_address(message, "From", self._settings.mail_from)
        put_address(message, "To", what["to"])
        if what["reply_to"]:
            put_address(message, "Reply-To", what["reply_to"])
        message["Subject"] = what["subject"]
        message["Message-ID"] = f"<{sealed.dedupe.replace(':', '.')}@{domain}>"
        message["Date"] = clock.now()
        message.set_content(what["text"])
        message["Content-Language"] = what["lang"]  # set_content forgets such headers
        return message
