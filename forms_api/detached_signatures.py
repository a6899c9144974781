"""Ed25519 signatures beside what desks put in the clear: answers for the site, published totals.

The host keeps these in its own columns, so that whoever writes to the database could write more of
them; it cannot sign. What is signed is written anew from the columns when it is verified: what is
not word for word what the desk saw has no signature. Nothing in one leads to a submission, and of
the day it has the year alone.
"""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Annotated, Final

from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from forms_api.signatures import NotGenuine, Trust, public_text

#: As Vault.sign_public: kind and columns to what stands in the column `signature`.
Sign = Callable[[str, Mapping[str, object]], str]
_PURPOSE: Final = b"jinqiao public text 1\n"
_LONGEST: Final = 400  # characters of a signature with its key and year


class _Detached(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)

    key: Annotated[str, StringConstraints(max_length=44)]
    year: Annotated[int, Field(ge=2000, le=9999)]
    signature: Annotated[str, StringConstraints(max_length=88)]


def sign(secret: SigningKey, kind: str, year: int, said: Mapping[str, object]) -> str:
    signature = secret.sign(_octets(kind, year, said)).signature
    made = _Detached(
        key=public_text(secret), year=year, signature=base64.b64encode(signature).decode()
    )
    return made.model_dump_json()


def verify(trust: Trust, text: object, kind: str, said: Mapping[str, object]) -> None:
    """Raises NotGenuine unless a desk signed these very words as this.

    `text` and what is `said` come from the database and may be anything.
    """
    if text is None:
        raise NotGenuine("unsigned")
    try:
        if not isinstance(text, str) or len(text) > _LONGEST:
            raise NotGenuine("signature")
        detached = _Detached.model_validate_json(text)
        keys = trust.keys(detached.key)
        if not keys:
            raise NotGenuine("unknown-key")
        signature = base64.b64decode(detached.signature, validate=True)
        octets = _octets(kind, detached.year, said)
        VerifyKey(keys[0].verifying).verify(octets, signature)
    except (ValidationError, ValueError, TypeError, CryptoError):
        raise NotGenuine("signature") from None
    # The day is not known: of the year in which its desk left, nothing counts.
    if not all(key.counts(f"{detached.year}-12-31") for key in keys):
        raise NotGenuine("revoked")


def _octets(kind: str, year: int, said: Mapping[str, object]) -> bytes:
    """One way to write it; raises TypeError and ValueError for what desks never sign."""
    whole = {"kind": kind, "year": year, "said": said}
    text = json.dumps(
        whole, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )
    return _PURPOSE + text.encode()
