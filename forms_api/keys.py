"""Desks' key pairs: made, listed, renewed, revoked.

A secret key belongs on the desk's own computer, never on the public host; the host gets the
recipients file, which holds public keys only:

    # liaison, since 2026-11-21
    age1…
    # liaison, since 2025-11-21, retired 2026-11-21: age1…
"""

import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyrage  # type: ignore[import-untyped]

from forms_api import clock
from forms_api.sealing import key_id
from forms_api.settings import SettingsError

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,30}")
_ABOUT: Final = re.compile(
    r"# (?P<name>[a-z][a-z0-9-]*), since (?P<since>[\d-]{10})"
    r"(?:, retired (?P<retired>[\d-]{10}): (?P<key>age1\w+))?"
)
_GUESSES: Final = 4
_PAUSE: Final = 0.3  # seconds


@dataclass(frozen=True, slots=True)
class Key:
    """One public key of the recipients file; `retired` is "" while answers are sealed to it."""

    name: str
    recipient: str
    since: str
    retired: str = ""

    @property
    def id(self) -> str:
        return key_id(self.recipient)

    def lines(self) -> str:
        about = f"# {self.name}, since {self.since}"
        if self.retired:
            return f"{about}, retired {self.retired}: {self.recipient}\n"
        return f"{about}\n{self.recipient}\n"


def listed(recipients: Path) -> list[Key]:
    """The keys of a recipients file; a key without a line about it is called "unnamed"."""
    found: list[Key] = []
    about = ("unnamed", "")
    for line in recipients.read_text("utf-8").splitlines() if recipients.exists() else ():
        match = _ABOUT.match(line)
        if match and match["retired"]:
            found.append(Key(match["name"], match["key"], match["since"], match["retired"]))
        elif match:
            about = (match["name"], match["since"])
        elif line.startswith("age1"):
            found.append(Key(about[0], line.strip(), about[1]))
            about = ("unnamed", "")
    return found


def new(name: str, folder: Path, recipients: Path, passphrase: str) -> tuple[Key, Path]:
    """A fresh pair: the secret one in `folder` (0600, under a passphrase unless it is ""), the
    public one added to `recipients`.

    Raises SettingsError for a name that will not do or is in use.
    """
    if not _NAME.fullmatch(name):
        raise SettingsError(f"{name} cannot be a key's name: use small letters, digits and -.")
    if any(key.name == name and not key.retired for key in listed(recipients)):
        raise SettingsError(f"{name} has a key already; rotate gives it a new one.")
    key, path = _pair(name, folder, passphrase)
    _write(recipients, [*listed(recipients), key])
    return key, path


def rotate(name: str, folder: Path, recipients: Path, passphrase: str) -> tuple[Key, Path]:
    """A new key for `name`; the old one is marked, and no new answer is sealed to it.

    What is already stored stays sealed to the old key alone: the desk keeps that key until it has
    sealed those submissions anew or they are purged. Raises SettingsError for an unknown name.
    """
    keys = listed(recipients)
    if not any(key.name == name and not key.retired for key in keys):
        raise SettingsError(f"{name} has no key in {recipients}; new makes one.")
    key, path = _pair(name, folder, passphrase)
    today = clock.today().isoformat()
    marked = [
        Key(one.name, one.recipient, one.since, today)
        if one.name == name and not one.retired
        else one
        for one in keys
    ]
    _write(recipients, [*marked, key])
    return key, path


def revoke(name: str, recipients: Path) -> Key:
    """Marks the key of somebody who left: no new answer is sealed to it. Once more does no harm.

    Raises SettingsError for an unknown name and for the last key.
    """
    keys = listed(recipients)
    mine = [one for one in keys if one.name == name]
    if not mine:
        raise SettingsError(
            f"{recipients} 里没有 {name} 的公钥。 / {name} has no key in {recipients}."
        )
    if not any(one.name != name and not one.retired for one in keys):
        raise SettingsError(
            f"{name} 的是最后一把，请先生成另一把。 / "
            f"{name} has the last key: make another one first."
        )
    today = clock.today().isoformat()
    marked = [
        Key(one.name, one.recipient, one.since, one.retired or today) if one.name == name else one
        for one in keys
    ]
    _write(recipients, marked)
    return mine[-1]


def secret(path: Path, passphrase: str = "") -> str:
    """The AGE-SECRET-KEY-… of an identity file. Raises pyrage.DecryptError."""
    raw = path.read_bytes()
    if raw.startswith(b"age-encryption.org/"):
        raw = _opened(raw, passphrase)
    return raw.decode("utf-8").split()[-1]


def _opened(raw: bytes, passphrase: str) -> bytes:
    """age guesses from one quick try how long it would take, and refuses what seems too long: a
    machine that is busy just then looks too slow, so it is asked again."""
    for _ in range(_GUESSES - 1):
        try:
            return bytes(pyrage.passphrase.decrypt(raw, passphrase))
        except pyrage.DecryptError as refused:
            if "Excessive work" not in str(refused):
                raise
            time.sleep(_PAUSE)
    return bytes(pyrage.passphrase.decrypt(raw, passphrase))


def _pair(name: str, folder: Path, passphrase: str) -> tuple[Key, Path]:
    identity = pyrage.x25519.Identity.generate()
    key = Key(name, str(identity.to_public()), clock.today().isoformat())
    text = f"# {name}, since {key.since}. Public key: {key.recipient}\n{identity}\n".encode()
    if passphrase:
        text = bytes(pyrage.passphrase.encrypt(text, passphrase))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{name}-{key.id}.{'age' if passphrase else 'key'}"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(text)
    return key, path


def _write(recipients: Path, keys: Sequence[Key]) -> None:
    """Whole or not at all: a service that starts meanwhile reads the old or the new list."""
    recipients.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = recipients.with_name(f"{recipients.name}.{os.getpid()}")
    part.write_text("".join(key.lines() for key in keys), "utf-8")
    part.replace(recipients)
