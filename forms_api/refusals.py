"""The codes of everything the service refuses, with their status."""

from collections.abc import Mapping
from typing import Final

STATUS: Final[Mapping[str, int]] = {
    "bad-request": 400,
    "token": 400,
    "expired": 400,
    "key-missing": 400,
    "foreign": 403,
    "not-found": 404,
    "code-unknown": 404,
    "method": 405,
    "in-progress": 409,
    "already-sent": 409,
    "too-large": 413,
    "media-type": 415,
    "answers": 422,
    "key-mismatch": 422,
    "code-malformed": 422,
    "too-many": 429,
    "server": 500,
    "busy": 503,
    "storage": 503,
    "unpublished": 503,
    "moving": 503,
}
RETRY_SECONDS: Final[Mapping[str, int]] = {
    "in-progress": 2,
    "busy": 2,
    "storage": 15,
    "moving": 120,
    "unpublished": 120,
    "too-many": 60,
}
#: Nothing was wrong with what came: the same may be sent again, and what was typed is kept.
PASSING: Final = frozenset({"busy", "storage", "unpublished", "moving"})
_BY_STATUS: Final = {404: "not-found", 405: "method", 413: "too-large", 415: "media-type",
                     429: "too-many", 503: "busy"}  # fmt: skip


class Refused(Exception):
    """Raised by the reading of a request; answered by problems.py."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def code_of(status: int) -> str:
    """The code for an error that Werkzeug raised."""
    return _BY_STATUS.get(status, "server" if status >= 500 else "bad-request")
