"""One host's names, places and limits: everything that differs from server to server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Host:
    """`services` are host:port of every forms service, this host's own first.

    `max_body` and `posts_a_minute` are those of forms_api.settings; `fronts` are the networks of a
    CDN that stands before nginx and says in `front_header` who asks. `reach` are the networks that
    the service may talk to besides this machine, none for any; `subdomains` says that every
    subdomain is on https too.
    """

    domain: str
    root: Path
    services: tuple[str, ...]
    listen: str = "127.0.0.1"
    port: int = 8001
    user: str = "jinqiao"
    http_port: int = 80
    https_port: int = 443
    certificate: str = ""
    certificate_key: str = ""
    challenges: Path = Path("/var/www/html")
    logs: Path = Path("/var/log/nginx")
    fronts: tuple[str, ...] = ()
    front_header: str = "X-Forwarded-For"
    brotli: bool = False
    reach: tuple[str, ...] = ()
    subdomains: bool = False
    max_body: int = 64 * 1024
    posts_a_minute: int = 60
    burst: int = 30
    patience: int = 15  # seconds between two pieces of a request

    @property
    def https_only(self) -> str:
        """Strict-Transport-Security: a year. Subdomains may be somebody else's, and a browser's
        preloaded list is left only after months: neither is said unless asked for.
        """
        return "max-age=31536000" + ("; includeSubDomains" if self.subdomains else "")

    @property
    def authority(self) -> str:
        """Name and, where it is not the usual one, port, as a browser's Origin has them."""
        return self.domain if self.https_port == 443 else f"{self.domain}:{self.https_port}"
