"""Who gets in: one link that works once, then a cookie of this browser; posts carry a token.

Looking at the link changes nothing, so that scanners and previews do not use it up: its page posts
it back.
"""

import hmac
import secrets
from typing import Final

from flask import Request, Response

from forms_api.headers import COMMON

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    **COMMON,
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
}


class Door:
    """Of one process. `port` is where it listens; a new link replaces the one before."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.csrf = secrets.token_urlsafe(32)
        self._session = ""
        self._link = secrets.token_urlsafe(32)

    @property
    def cookie(self) -> str:
        """Cookies know no ports: each process has its own name."""
        return f"jinqiao-inbox-{self.port}"

    def link(self) -> str:
        return f"http://127.0.0.1:{self.port}/open/{self._link}"

    def new_link(self) -> str:
        self._link = secrets.token_urlsafe(32)
        return self.link()

    def knows(self, given: str) -> bool:
        """Whether this link would still let somebody in."""
        return bool(self._link) and _same(given, self._link)

    def enter(self, given: str) -> str | None:
        """The value of the cookie, for who brings the link for the first time."""
        if not self.knows(given):
            return None
        self._link, self._session = "", secrets.token_urlsafe(32)
        return self._session

    def is_inside(self, request: Request) -> bool:
        return bool(self._session) and _same(request.cookies.get(self.cookie, ""), self._session)

    def is_for_us(self, request: Request) -> bool:
        """The Host is ours: a name that somebody else points at this machine does not pass."""
        return request.host in {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}

    def is_our_post(self, request: Request) -> bool:
        """From a page of this process: its token, and no other origin."""
        return self.is_from_here(request) and _same(request.form.get("csrf", ""), self.csrf)

    def is_from_here(self, request: Request) -> bool:
        """As far as the browser says; `null` is what a page without a referrer sends."""
        origin = request.headers.get("Origin", "null")
        if origin not in {"null", f"http://{request.host}"}:
            return False
        return request.headers.get("Sec-Fetch-Site", "same-origin") in {"same-origin", "none"}


def add_headers(reply: Response) -> Response:
    reply.headers.update(HEADERS)
    return reply


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
