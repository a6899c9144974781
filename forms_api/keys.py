"""Desks' key pairs: made, listed, renewed, revoked.

A secret key belongs on the desk's own computer, never on the public host; the host gets the
recipients file, which holds public keys only (recipients.py).
"""

import os
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import pyrage  # type: ignore[import-untyped]

from forms_api import clock, signatures
from forms_api.recipients import End, Key, dump, parse
from forms_api.settings import SettingsError

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,30}")
_GUESSES: Final = 4
_PAUSE: Final = 0.3  # seconds


def listed(recipients: Path) -> list[Key]:
    """The keys of a recipients file, none where there is no such file."""
    return parse(recipients.read_text("utf-8")) if recipients.exists() else []


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
        replace(one, retired=today, end="retired") if one.name == name and not one.retired else one
        for one in keys
    ]
    _write(recipients, [*marked, key])
    return key, path


def revoke(name: str, recipients: Path, *, stolen: bool = False) -> Key:
    """Marks the key of somebody who left: no new answer is sealed to it, and what it signs from
    tomorrow on does not count; of a stolen one, nothing that it ever signed.

    Once more does no harm. Raises SettingsError for an unknown name and for the last key.
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
    end: End = "stolen" if stolen else "revoked"
    marked = [
        replace(one, retired=one.retired or today, end="stolen" if one.end == "stolen" else end)
        if one.name == name
        else one
        for one in keys
    ]
    _write(recipients, marked)
    return mine[-1]


def add_signing(identity: str, recipients: Path) -> Key:
    """Writes the verifying key of this secret key into its line: what `new` and `rotate` do since
    there are signatures. Raises SettingsError when the list does not have the key.
    """
    own = pyrage.x25519.Identity.from_str(identity)
    recipient, keys = str(own.to_public()), listed(recipients)
    signs = signatures.public_text(signatures.signing_key(str(own)))
    mine = next((one for one in keys if one.recipient == recipient), None)
    if mine is None:
        raise SettingsError(f"{recipients} 里没有这把钥匙。 / {recipients} does not list this key.")
    since = mine.since or clock.today().isoformat()
    signing = replace(mine, since=since, signs=signs)
    _write(recipients, [signing if one is mine else one for one in keys])
    return signing


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
    signs = signatures.public_text(signatures.signing_key(str(identity)))
    key = Key(name, str(identity.to_public()), clock.today().isoformat(), signs=signs)
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
    part.write_text(dump(keys), "utf-8")
    part.replace(recipients)
