"""What travels between check and confirm: the answers, encrypted, signed, with their age."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from forms_api.answers import Value

FASTEST: Final = 3  # seconds from the first read-back; sooner is marked, see composing
LONGEST: Final = 12 * 3600  # seconds; later the read-back is shown again


OLDEST: Final = 7 * 86400  # seconds, as a draft in the browser; later nobody opens it


class TokenError(Exception):
    """Forged, altered, or made for another form."""


class Expired(TokenError):
    """So old that it is not opened any more."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Checked answers on their way; `key` is the idempotency key they are bound to.

    `trapped`: the field that people do not see was filled in. `first_at`: seconds since 1970 when
    these answers, or what they were before a change, were read back first; 0: just now.
    """

    form: str
    version: int
    lang: str
    key: str
    values: Mapping[str, Value]
    trapped: bool = False
    first_at: int = 0


def new_key() -> str:
    """A fresh idempotency key of 192 bits."""
    return secrets.token_urlsafe(24)


def _fernet(secret: bytes, purpose: bytes) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret)
    return Fernet(base64.urlsafe_b64encode(derived))


class Tokens:
    def __init__(self, secret: str) -> None:
        self._fernet = _fernet(secret.encode(), b"jinqiao answers")

    def issue(self, draft: Draft, at: float | None = None) -> str:
        """`at` is the time of issue in seconds since 1970, for tests; else now."""
        moment = int(time.time() if at is None else at)
        fields = {**asdict(draft), "first_at": draft.first_at or moment}
        payload = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
        return self._fernet.encrypt_at_time(payload, moment).decode()

    def read(self, token: str, form: str) -> tuple[Draft, int]:
        """The draft and its age in seconds, however old up to OLDEST. Raises TokenError."""
        try:
            raw = token.encode("ascii")
            payload: dict[str, Any] = json.loads(self._fernet.decrypt(raw))
            age = int(time.time()) - self._fernet.extract_timestamp(raw)
        except (InvalidToken, UnicodeEncodeError) as error:
            raise TokenError from error
        if payload["form"] != form:
            raise TokenError
        if age > OLDEST:
            raise Expired
        values = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in payload.pop("values").items()
        }
        return Draft(values=values, **payload), age


def since_first(draft: Draft) -> int:
    """Seconds since the first read-back; below zero where the host that made it is ahead."""
    return int(time.time()) - draft.first_at


def key_hash(key: str) -> bytes:
    """All that is stored of an idempotency key."""
    return hashlib.blake2b(key.encode(), digest_size=32, person=b"jq key").digest()


def body_hash(key: str, draft: Draft) -> bytes:
    """Tells two bodies apart; keyed, so that nobody can guess answers from what is stored."""
    body = [draft.form, draft.version, sorted(draft.values.items())]
    return hmac.digest(key.encode(), json.dumps(body).encode(), "sha256")


def wrap_code(key: str, access_code: str, secret: str) -> bytes:
    """The access code, to be shown again to whoever holds the idempotency key.

    A key that a program chose badly opens nothing without the service's `secret`.
    What Fernet writes begins with a moment in the clear: here always the same.
    """
    return _receipt_fernet(key, secret).encrypt_at_time(access_code.encode(), 0)


def unwrap_code(key: str, wrapped: bytes, secret: str) -> str:
    try:
        return _receipt_fernet(key, secret).decrypt(wrapped).decode()
    except InvalidToken:  # until a day after the upgrade from 1.0: wrapped without the secret
        return _fernet(key.encode(), b"jinqiao receipt").decrypt(wrapped).decode()


def _receipt_fernet(key: str, secret: str) -> Fernet:
    both = len(key.encode()).to_bytes(2, "big") + key.encode() + secret.encode()
    return _fernet(both, b"jinqiao receipt and secret")
