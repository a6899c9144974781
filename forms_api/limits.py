"""Rate limits by visitor: an address of IPv4, a network of 56 bits of IPv6; no address is kept."""

import hashlib
import ipaddress
import secrets
import threading
from collections.abc import Sequence
from datetime import date

from flask import Blueprint, Flask, request
from flask_limiter import Limiter

from forms_api import clock
from forms_api.settings import Settings


class Visitors:
    """Names for addresses, good until midnight.

    The key is random and in this process's memory alone: nobody can work an address out of a name,
    not even with all that the host keeps.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._day: date | None = None
        self._key = b""

    def name(self) -> str:
        """Of the request's address."""
        address = _network(request.remote_addr or "").encode()
        return hashlib.blake2b(address, key=self._todays(), digest_size=16).hexdigest()

    def _todays(self) -> bytes:
        today = clock.today()
        with self._lock:
            if self._day != today:
                self._day, self._key = today, secrets.token_bytes(32)
            return self._key


def _network(address: str) -> str:
    """One connection has up to 2^72 addresses of IPv6 to choose from, and one of IPv4."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), 56), strict=False))


def limit_posts(
    app: Flask, blueprints: Sequence[Blueprint], settings: Settings, visitors: Visitors
) -> None:
    """Counts a visitor's POSTs to all addresses together, in memory, in each process.

    "" in the settings switches it off.
    """
    if not settings.rate_limit:
        return
    limiter = Limiter(visitors.name, app=app, storage_uri="memory://")
    posts = limiter.shared_limit(settings.rate_limit, scope="posts", methods=["POST"])
    for blueprint in blueprints:
        posts(blueprint)
