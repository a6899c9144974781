"""Rate limits by a hash of the address whose key changes every day; no address is kept."""

import hashlib
import hmac
import ipaddress
from collections.abc import Sequence

from flask import Blueprint, Flask, request
from flask_limiter import Limiter

from forms_api import clock
from forms_api.settings import Settings


def visitor(secret: str) -> str:
    """Stands for the request's address until midnight; of IPv6 for its network of 64 bits."""
    today = hmac.digest(secret.encode(), clock.today().isoformat().encode(), "sha256")
    address = _network(request.remote_addr or "").encode()
    return hashlib.blake2b(address, key=today, digest_size=16).hexdigest()


def _network(address: str) -> str:
    """One connection has 2^64 addresses of IPv6 to choose from, and one of IPv4."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), 64), strict=False))


def limit_posts(app: Flask, blueprints: Sequence[Blueprint], settings: Settings) -> None:
    """Counts POSTs in memory, a process of its own; "" in the settings switches it off."""
    if not settings.rate_limit:
        return
    limiter = Limiter(lambda: visitor(settings.secret), app=app, storage_uri="memory://")
    for blueprint in blueprints:
        limiter.limit(settings.rate_limit, methods=["POST"])(blueprint)
