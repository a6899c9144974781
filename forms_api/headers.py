"""The headers of every answer: the service's own, and those of the site's files.

The development server sends the latter itself; for nginx and file hosts they are written into
their files by scripts/server and scripts/handing.py.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
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

#: By ending; text in UTF-8.
TYPES: Final[Mapping[str, str]] = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".webmanifest": "application/manifest+json",
    ".wasm": "application/wasm",
    ".xml": "application/xml",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".csv": "text/csv",
    ".ics": "text/calendar",
    ".vcf": "text/vcard",
    ".woff2": "font/woff2",
    ".png": "image/png",
    ".webp": "image/webp",
    ".ico": "image/vnd.microsoft.icon",
}
#: Paths that name their content, which may be kept for good; a pattern that nginx reads as well.
HASHED: Final = r"^(?:/assets/.*[.-][0-9a-f]{8,}\.[a-z0-9]+$|/data/finder/[0-9a-f]{12}/)"
#: The one hidden file that is sent (RFC 9116).
SECURITY: Final = "/.well-known/security.txt"
FOREVER: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "no-cache"
_HASHED: Final = re.compile(HASHED)


def cache_of(url: str) -> str:
    """Cache-Control of a file that is there, by its path from the site's root."""
    return FOREVER if _HASHED.match(url) else ASK_AGAIN


def is_text(kind: str) -> bool:
    """Whether files of this type are worth compressing."""
    return kind.startswith("text/") or kind.endswith(("json", "xml"))


def add(reply: "Response") -> "Response":
    reply.headers.update(FORMS)
    return reply
