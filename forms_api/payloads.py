"""Ciphertext becomes a checked payload, or "cannot be read" with its reason.

Whoever can write to the database can seal anything to the desks' keys: broken JSON, numbers where
texts belong, a hundred thousand brackets. What is opened is believed only in the shapes below.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

import pyrage  # type: ignore[import-untyped]
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic import Field as Setting

#: Of one piece, sealed. What the service takes is far below (settings.max_body).
LARGEST: Final = 4 * 1024 * 1024
#: Why a piece cannot be read: sealed to other keys; cut or broken; not of a shape that this
#: service makes; of a newer program; too large; the ciphertext of another row.
Reason = Literal["other-key", "damaged", "not-ours", "newer", "too-large", "moved"]
_DEEP: Final = 8  # levels; ours have three


class Unreadable(Exception):
    """A piece that cannot be read; `reason` is a key of the words `unreadable.…`."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


_Name = Annotated[str, StringConstraints(max_length=60)]
_Answer = str | Annotated[list[str], Setting(max_length=1000)]


class Submission(BaseModel):
    """What a person sent. `lang` may be one that only a newer program knows. `holder` is the public
    key that answers are sealed to, in hex: it ties the ciphertext to its row. Older ones lack it.
    """

    model_config = ConfigDict(strict=True, frozen=True)

    form: _Name
    version: int = Setting(ge=0, le=1_000_000)
    lang: Annotated[str, StringConstraints(max_length=20)]
    answers: Annotated[dict[_Name, _Answer], Setting(max_length=1000)]
    holder: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""


def opened(ciphertext: bytes, identities: Sequence[Any]) -> dict[str, Any]:
    """The object that was sealed, whatever is in it. Raises Unreadable."""
    return parsed(unsealed(ciphertext, identities))


def unsealed(ciphertext: bytes, identities: Sequence[Any]) -> bytes:
    """The octets that were sealed. Raises Unreadable."""
    if len(ciphertext) > LARGEST:
        raise Unreadable("too-large")
    try:
        return bytes(pyrage.decrypt(ciphertext, list(identities)))
    except pyrage.DecryptError as error:
        text = str(error)
        if "No matching keys" in text:
            raise Unreadable("other-key") from None
        raise Unreadable("newer" if "Unknown age format" in text else "damaged") from None


def parsed(text: bytes | str) -> dict[str, Any]:
    """JSON without anything that one program reads otherwise than another. Raises Unreadable."""
    try:
        found = json.loads(text, parse_constant=_no_number, object_pairs_hook=_no_name_twice)
        json.dumps(found, ensure_ascii=False).encode()  # no half of a surrogate pair
    except (ValueError, RecursionError):  # of which UnicodeError is one
        raise Unreadable("damaged") from None
    if not isinstance(found, dict) or _depth(found) > _DEEP:
        raise Unreadable("not-ours")
    return found


def submission(payload: Mapping[str, Any]) -> Submission:
    """Raises Unreadable."""
    try:
        return Submission.model_validate(payload)
    except ValidationError:
        raise Unreadable("not-ours") from None


def _no_number(name: str) -> float:
    raise ValueError(name)


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _depth(value: Any) -> int:
    """Of lists and objects within each other, as far as it matters."""
    level, here = 0, [value]
    while here and level <= _DEEP:
        here = [
            inner
            for one in here
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        level += 1
    return level
