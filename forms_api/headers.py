"""The headers of every answer, and the ones the development server adds to the site's files."""

from collections.abc import Mapping
from typing import Final

from flask import Response

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
COMMON: Final[Mapping[str, str]] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FORMS: Final[Mapping[str, str]] = {
    **COMMON,
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "Vary": "Accept, Accept-Language",
}
SITE: Final[Mapping[str, str]] = {**COMMON, "Referrer-Policy": "same-origin"}


def add(reply: Response) -> Response:
    reply.headers.update(FORMS)
    return reply
