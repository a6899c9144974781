"""The templates, filled for a host: path below /etc → text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from forms_api import headers, refusal_pages
from forms_api.languages import EDITIONS, public
from scripts.server.host import Host

TEMPLATES = Path(__file__).parent / "templates"
OLDEST_NGINX = "1.18"
#: For TLS 1.2, by OpenSSL's names; every browser of the baseline has them.
CIPHERS = tuple(
    f"ECDHE-{key}-{cipher}"
    for cipher in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")
    for key in ("ECDSA", "RSA")
)
UNITS = tuple(sorted(path.name for path in (TEMPLATES / "systemd").iterdir()))
NGINX, SETTINGS = "nginx/conf.d/jinqiao.conf", "jinqiao/forms.env.example"

_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    autoescape=False,  # noqa: S701  # neither HTML nor written by visitors
)
_environment.filters["re"] = re.escape


def fill(host: Host) -> dict[str, str]:
    """All files of the host. Values must have been checked: see command.py."""
    live = f"/etc/letsencrypt/live/{host.domain}"
    host = replace(
        host,
        certificate=host.certificate or f"{live}/fullchain.pem",
        certificate_key=host.certificate_key or f"{live}/privkey.pem",
    )
    parts = {
        "hardened": _render("hardened.part", host=host),
        "private": _render("private.part", host=host),
    }
    return {
        NGINX: _render("nginx/jinqiao.conf", host=host, **_told_to_nginx()),
        SETTINGS: _render("forms.env", host=host),
        **{
            f"systemd/system/{name}": _render(f"systemd/{name}", host=host, **parts)
            for name in UNITS
        },
    }


def _told_to_nginx() -> dict[str, Any]:
    """What the development server sends, from the same place."""
    kinds: dict[str, list[str]] = {}
    for ending, kind in headers.TYPES.items():
        kinds.setdefault(kind, []).append(ending.removeprefix("."))
    return {
        "nginx": OLDEST_NGINX,
        "ciphers": CIPHERS,
        "types": kinds,
        "texts": [kind for kind in kinds if kind.startswith("text/") and kind != "text/html"],
        "compressible": [kind for kind in kinds if headers.is_text(kind) and kind != "text/html"],
        "site_headers": _quotable(headers.SITE),
        "forms_headers": _quotable(headers.FORMS),
        "hashed": headers.HASHED,
        "security": headers.SECURITY,
        "forever": headers.FOREVER,
        "ask_again": headers.ASK_AGAIN,
        "languages": {edition: public(edition) for edition in EDITIONS},
        "refused": list(refusal_pages.IN_FRONT),
    }


def _quotable(sent: Mapping[str, str]) -> Mapping[str, str]:
    """Inside nginx's double quotes these would mean something else."""
    assert not re.search(r'["\\$]', "".join(sent.values())), "a header that nginx would misread"
    return sent


def _render(template: str, **values: Any) -> str:
    return _environment.get_template(template).render(**values)
