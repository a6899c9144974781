"""The reference to quote and the access code that opens; neither holds look-alikes."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Final

from nacl.bindings import crypto_box_seed_keypair
from nacl.public import PrivateKey, PublicKey, SealedBox

from forms_api.guards import fold
from forms_api.padding import padded

_REFERENCE: Final = "34679ACDEFGHJKMNPQRTWXY"
_CODE: Final = "23456789abcdefghjkmnpqrstuvwxyz"
_RANDOM: Final = 26  # 31 ** 26 is more than 2 ** 128
_LENGTH: Final = _RANDOM + 2
#: Characters that are looked at when a reference or a code is read: spaces, dashes and a label in.
LONGEST: Final = 200


def new_reference(prefix: str) -> str:
    """TY-7QK4-M9XD: for quoting; opens nothing."""
    text = _random(_REFERENCE, 8)
    return f"{prefix}-{text[:4]}-{text[4:]}"


def parse_reference(typed: str) -> str | None:
    """The reference as it is printed, from capitals or not, with or without dashes and spaces."""
    if len(typed) > LONGEST:
        return None
    text = re.sub(r"[\s\-‐‑–—−]", "", fold(typed)).upper()
    found = re.fullmatch(rf"([A-Z]{{1,4}})([{_REFERENCE}]{{4}})([{_REFERENCE}]{{4}})", text)
    return "-".join(found.groups()) if found else None


def new_access_code() -> str:
    """28 characters without spaces: 26 random ones and two that catch a slip of the pen."""
    random = _random(_CODE, _RANDOM)
    return random + _checksum(random)


def new_slug() -> str:
    """a-7f3kq9mx2p: the name of a published answer; says nothing."""
    return f"a-{_random(_CODE, 10)}"


def is_slug(text: object) -> bool:
    """Of a published answer. It names a file: what the database hands over may be anything."""
    return isinstance(text, str) and re.fullmatch(rf"a-[{_CODE}]{{10}}", text) is not None


def _random(alphabet: str, length: int) -> str:
    """Each text of that length as likely as any other; one draw of chance instead of many."""
    number, text = secrets.randbelow(len(alphabet) ** length), ""
    for _ in range(length):
        number, position = divmod(number, len(alphabet))
        text += alphabet[position]
    return text


def grouped(code: str) -> str:
    """wq3f 8ktz …: as it stands on the receipt."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def parse_access_code(typed: str) -> str | None:
    """The code without spaces, dashes, capitals or full-width letters; None if it cannot be one."""
    if len(typed) > LONGEST:
        return None
    code = re.sub(r"[\s\-]", "", fold(typed)).lower()
    if len(code) != _LENGTH or set(code) - set(_CODE):
        return None
    return code if code[_RANDOM:] == _checksum(code[:_RANDOM]) else None


def _checksum(random: str) -> str:
    """Two sums modulo 31, a prime: one wrong character or two that changed places never pass."""
    values = [_CODE.index(character) for character in random]
    weighted = sum(weight * value for weight, value in enumerate(values, 1))
    return _CODE[weighted % 31] + _CODE[sum(values) % 31]


@dataclass(frozen=True, slots=True)
class Locks:
    """What is stored of an access code: neither leads back to it."""

    code_hash: bytes
    public_key: bytes


def locks(code: str) -> Locks:
    """The hash finds the record; to the public key a reply can be sealed for the holder alone."""
    public_key, _ = crypto_box_seed_keypair(_reply_seed(code))
    return Locks(code_hash(code), public_key)


def code_hash(code: str) -> bytes:
    return hashlib.blake2b(code.encode(), digest_size=32, person=b"jq find").digest()


def reply_key(code: str) -> PrivateKey:
    """Opens what was sealed to the holder of the code."""
    return PrivateKey.from_seed(_reply_seed(code))


def _reply_seed(code: str) -> bytes:
    return hashlib.blake2b(code.encode(), digest_size=32, person=b"jq reply").digest()


def seal_to_holder(public_key: bytes, document: str) -> bytes:
    """JSON, padded, for the holder of the code whose public key this is, and for nobody else."""
    return bytes(SealedBox(PublicKey(public_key)).encrypt(padded(document.encode())))


def open_as_holder(code: str, sealed: bytes) -> str:
    """Raises nacl.exceptions.CryptoError for what was not sealed to this code."""
    return bytes(SealedBox(reply_key(code)).decrypt(sealed)).decode()
