"""The recipients file: the desks' public keys, to seal to and to verify with.

    # liaison, since 2026-11-21, signs MCowBQYDK2VwAyEA…
    age1…
    # liaison, since 2025-11-21, signs …, retired 2026-11-21: age1…
    # guide, since 2025-11-21, signs …, revoked 2026-11-21: age1…

A retired key was followed by the next one: what it signed stays valid. A revoked one belongs to
somebody who left: what it signed later does not count. Of a stolen one nothing counts, since a
thief writes any day. Lines of older versions have no `signs`.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, cast

End = Literal["", "retired", "revoked", "stolen"]
#: age recipient, then how it ended, when a line is about one that did.
_ABOUT: Final = re.compile(
    r"# (?P<name>[a-z][a-z0-9-]*), since (?P<since>[\d-]{10})"
    r"(?:, signs (?P<signs>[A-Za-z0-9+/]{43}=))?"
    r"(?:, (?P<end>retired|revoked|stolen) (?P<ended>[\d-]{10}): (?P<key>age1\w+))?\s*"
)


@dataclass(frozen=True, slots=True)
class Key:
    """One desk's public keys; `retired` is the day of its end, "" while answers are sealed to it.

    `signs` is the Ed25519 key that verifies what the desk makes, in base64, "" where none is known.
    """

    name: str
    recipient: str
    since: str
    retired: str = ""
    signs: str = ""
    end: End = ""

    @property
    def id(self) -> str:
        return key_id(self.recipient)

    @property
    def verifying(self) -> bytes:
        """Raises ValueError where there is none."""
        raw = base64.b64decode(self.signs, validate=True)
        if len(raw) != 32:
            raise ValueError("no Ed25519 key")
        return raw

    def counts(self, on: str) -> bool:
        """Whether what it signed on that day does."""
        if self.end == "revoked":
            return on <= self.retired
        return self.end != "stolen"

    def lines(self) -> str:
        about = f"# {self.name}, since {self.since}"
        about += f", signs {self.signs}" if self.signs else ""
        if self.retired:
            return f"{about}, {self.end or 'retired'} {self.retired}: {self.recipient}\n"
        return f"{about}\n{self.recipient}\n"


def key_id(recipient: str) -> str:
    """Eight hex digits that name a public key."""
    return hashlib.sha256(recipient.encode()).hexdigest()[:8]


def parse(text: str) -> list[Key]:
    """The keys of a recipients file; a key without a line about it is called "unnamed"."""
    found: list[Key] = []
    about: re.Match[str] | None = None
    for line in text.splitlines():
        match = _ABOUT.fullmatch(line)
        if match and match["end"]:
            found.append(_key(match, match["key"], match["ended"], cast(End, match["end"])))
        elif match:
            about = match
        elif line.startswith("age1"):
            found.append(_key(about, line.strip()))
            about = None
    return found


def _key(about: re.Match[str] | None, recipient: str, ended: str = "", end: End = "") -> Key:
    if about is None:
        return Key("unnamed", recipient, "")
    key = Key(about["name"], recipient, about["since"], ended, about["signs"] or "", end)
    return key if not key.signs or _is_key(key) else Key(key.name, recipient, key.since, ended)


def _is_key(key: Key) -> bool:
    try:
        return bool(key.verifying)
    except (ValueError, binascii.Error):
        return False


def dump(keys: Sequence[Key]) -> str:
    return "".join(key.lines() for key in keys)


def is_day(text: str) -> bool:
    """An ISO day, as lines and signatures have it."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
