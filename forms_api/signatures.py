"""Ed25519 signatures of what desks make: notes, answers, letters, records.

The host can seal to the desks, since their public keys are public, so sealing proves nothing of who
wrote. A desk's signing key follows from its age secret by a keyed hash: nothing new has to be kept,
and only the public half stands in the recipients file. That file on the desk's own computer is what
is trusted, never one that the host or the database hands over.

What is signed is a text, and that same text is sealed, verified and then parsed: there is no
second way to write it. It names the kind, the submission, the desk, the day and a number used once,
so that no piece can be passed off as another, moved to another case, or come twice.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from forms_api.payloads import Unreadable, parsed
from forms_api.recipients import Key, is_day

_PURPOSE: Final = b"jinqiao desk piece 1\n"
#: Why a piece is not taken for a desk's: nothing signed it; the signature is another text's; the
#: key is on no list here, or was revoked before that day; it was made for another case, or as
#: something else; it stands here once already.
Flaw = Literal["unsigned", "signature", "unknown-key", "revoked", "moved", "repeated"]


class NotGenuine(Exception):
    """Not from a desk; `flaw` is a key of the words `flaw.…`, `text` what it says all the same."""

    def __init__(self, flaw: Flaw, text: str = "") -> None:
        super().__init__(flaw)
        self.flaw: Flaw = flaw
        self.text = text


def _day(text: str) -> str:
    if not is_day(text):
        raise ValueError("no day")
    return text


class Piece(BaseModel):
    """What a desk says about one submission; `way` and `to` are an answer's (inbox/replies.py)."""

    model_config = ConfigDict(strict=True, frozen=True)

    kind: Annotated[str, StringConstraints(max_length=20)]
    reference: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    desk: Annotated[str, StringConstraints(max_length=60)]
    on: Annotated[str, AfterValidator(_day)]
    nonce: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    text: Annotated[str, StringConstraints(max_length=100_000)] = ""
    way: Literal["", "email", "phone", "status"] = ""
    to: Annotated[str, StringConstraints(max_length=320)] = ""


class _Envelope(BaseModel):
    """As it is sealed; other names, such as padding, may stand beside."""

    model_config = ConfigDict(strict=True, frozen=True)

    signed: str
    key: Annotated[str, StringConstraints(max_length=44)]
    signature: Annotated[str, StringConstraints(max_length=88)]


def signing_key(identity: str) -> SigningKey:
    """Of a desk's secret key (AGE-SECRET-KEY-…)."""
    digest = hashlib.blake2b(identity.encode(), digest_size=32, person=b"jq desk signs")
    return SigningKey(digest.digest())


def public_text(secret: SigningKey) -> str:
    """As the recipients file has it."""
    return base64.b64encode(secret.verify_key.encode()).decode()


def new_nonce() -> str:
    return secrets.token_hex(16)


def sign(secret: SigningKey, piece: Piece) -> dict[str, str]:
    """What is to be sealed."""
    said = piece.model_dump(exclude_defaults=True)
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    signature = secret.sign(_PURPOSE + text.encode()).signature
    return {
        "signed": text,
        "key": public_text(secret),
        "signature": base64.b64encode(signature).decode(),
    }


class Trust:
    """Whose signatures count: those of the keys listed, and of `own` if no line is about it."""

    def __init__(self, listed: Sequence[Key], own: str = "") -> None:
        self._keys: dict[str, list[Key]] = {}
        for key in listed:
            if key.signs:
                self._keys.setdefault(key.signs, []).append(key)
        if own and own not in self._keys:
            self._keys[own] = [Key("own", "", "", signs=own)]

    def __bool__(self) -> bool:
        return bool(self._keys)

    def knows(self, signs: str) -> bool:
        return signs in self._keys

    def keys(self, signs: str) -> Sequence[Key]:
        """What is known of it; a key may stand in several lines, and each must let it count."""
        return self._keys.get(signs, ())

    def read(self, payload: Mapping[str, Any], kind: str, reference: str) -> Piece:
        """A piece of this kind about this submission. Raises NotGenuine, and Unreadable for what is
        signed well and yet of no shape that is known here.
        """
        if "signed" not in payload:
            raise NotGenuine("unsigned", _text_of(payload))
        try:
            envelope = _Envelope.model_validate(payload)
        except ValidationError:
            raise NotGenuine("signature") from None
        piece, flaw = self._verified(envelope)
        if flaw:
            raise NotGenuine(flaw, piece.text if piece else "")
        if piece is None:
            raise Unreadable("newer")
        if (piece.kind, piece.reference) != (kind, reference):
            raise NotGenuine("moved", piece.text)
        return piece

    def _verified(self, envelope: _Envelope) -> tuple[Piece | None, Flaw | None]:
        try:
            piece = Piece.model_validate(parsed(envelope.signed))
        except (Unreadable, ValidationError):
            piece = None
        keys = self._keys.get(envelope.key)
        if keys is None:
            return piece, "unknown-key"
        try:
            signature = base64.b64decode(envelope.signature, validate=True)
            VerifyKey(keys[0].verifying).verify(_PURPOSE + envelope.signed.encode(), signature)
        except (ValueError, CryptoError):
            return piece, "signature"
        if piece and not all(key.counts(piece.on) for key in keys):
            return piece, "revoked"
        return piece, None


def _text_of(payload: Mapping[str, Any]) -> str:
    """What a piece of before signatures says, to be shown as that."""
    text = payload.get("text")
    return text if isinstance(text, str) else ""
