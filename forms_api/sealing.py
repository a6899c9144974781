"""Answers -> age ciphertext for every desk's key. The public host can write but not read."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyrage  # type: ignore[import-untyped]

from forms_api.padding import padded
from forms_api.recipients import key_id

_KEY: Final = "desk.key"


class Sealer:
    """Seals to all recipients at once; `key_ids` say which keys open what was sealed."""

    def __init__(self, recipients: Sequence[str]) -> None:
        """Raises ValueError for a recipient that is no age public key."""
        if not recipients:
            raise ValueError("no recipients")
        try:
            self._recipients = [pyrage.x25519.Recipient.from_str(text) for text in recipients]
        except pyrage.RecipientError as error:
            raise ValueError(f"not an age recipient: {error}") from error
        self.key_ids = tuple(key_id(text) for text in recipients)

    def seal(self, payload: Mapping[str, Any]) -> bytes:
        """The payload as UTF-8 JSON, padded and sealed."""
        return self.seal_document(
            json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        )

    def seal_document(self, document: bytes) -> bytes:
        """JSON that is there already, whatever it says: not a sign of it changes."""
        return bytes(pyrage.encrypt(padded(document), self._recipients))


def open_sealed(ciphertext: bytes, identity: str) -> dict[str, Any]:
    """The payload, with a desk's secret key (AGE-SECRET-KEY-…). Raises pyrage.DecryptError."""
    plain = pyrage.decrypt(ciphertext, [pyrage.x25519.Identity.from_str(identity)])
    payload: dict[str, Any] = json.loads(plain)
    return payload


def has_development_key(folder: Path) -> bool:
    return (folder / _KEY).exists()


def development_recipients(folder: Path) -> tuple[str, ...]:
    """The public key of this instance's own pair."""
    return (str(pyrage.x25519.Identity.from_str(development_identity(folder)).to_public()),)


def development_identity(folder: Path) -> str:
    """The secret key of this instance's own pair, made on the first call (mode 0600)."""
    path = folder / _KEY
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        _write_new_key(path)
    return path.read_text("utf-8").split()[-1]


def _write_new_key(path: Path) -> None:
    """Whole or not at all, and never over another process's key."""
    identity = pyrage.x25519.Identity.generate()
    part = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"# For development only. Public key: {identity.to_public()}\n{identity}\n")
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()
