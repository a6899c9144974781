"""/sw.js of a release: the parts in docs/worker behind what the release holds for them.

The file's address stays, its content changes with every release: browsers compare it by its bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

import minify

from forms_api import headers
from forms_api.languages import EDITIONS, Edition, prefix, public
from scripts.content.pages import url_of
from scripts.laying import lay
from scripts.offline import essentials

NAME = "sw.js"
SOURCES = "docs/worker"
#: In the order in which they are read; together they are one script.
PARTS = ("places.js", "keep.js", "cities.js", "answer.js", "life.js")
FAREWELL = "farewell.js"
#: Milliseconds after which a kept page is shown while the network is still at it.
PATIENCE = 4000
#: Visited pages that are kept: how many, how many characters, how many days.
VISITED = (60, 5_000_000, 30)
#: Cities whose branches are kept; for one more the oldest goes.
CITIES = 6

_ASSET = re.compile(rb'"(/assets/[^"]+\.[0-9a-f]{8}\.(?:css|js))"')
_IMPORT = re.compile(rb"""\b(?:from|import)\s*["']\./([\w-]+\.[0-9a-f]{8}\.js)["']""")
_SAYS = re.compile(r'data-jq-keeping.*?<script type="application/json">(.*?)</script>', re.DOTALL)
_SAID = ("kept", "more", "updated", "reload", "close")


def write(root: Path, public_root: Path, identity: Mapping[str, Any], made_from: str) -> None:
    """Write it for the finished pages below `public_root`; one that says farewell if `offline` of
    the identity block is false. `made_from` differs between releases of different sources."""
    folder = root / SOURCES
    if identity["offline"]:
        parts = [(folder / part).read_text("utf-8") for part in PARTS]
        site = manifest(root, public_root)
        program = "\n".join(parts)
        told = json.dumps(site, ensure_ascii=False, sort_keys=True)
        digest = hashlib.sha256("\0".join((program, told, made_from)).encode()).hexdigest()
        told = json.dumps({"release": digest[:12], **site}, ensure_ascii=False)
        text = f"const SITE = {told};\n{program}"
    else:
        text = (folder / FAREWELL).read_text("utf-8")
    lay(public_root / NAME, minify.string("application/javascript", text).encode())


def manifest(root: Path, public_root: Path) -> dict[str, Any]:
    """What the worker is told: limits, and for each edition its essential pages with the first
    16 digits of their SHA-256. Editions are those that have an offline page."""
    slugs = essentials.slugs(root)
    editions = {
        edition: _edition(edition, slugs, public_root)
        for edition in EDITIONS
        if _file(public_root, _address(edition, essentials.PAGE)).is_file()
    }
    return {
        "hashed": headers.HASHED,
        "patience": PATIENCE,
        "visited": VISITED,
        "cities": CITIES,
        "editions": editions,
    }


def files(root: Path, public_root: Path, edition: Edition) -> list[Path]:
    """What a reader's browser fetches once for the essential pages of one edition."""
    told = manifest(root, public_root)["editions"][edition]["pages"]
    pages = [_file(public_root, path) for path in told]
    return [
        *pages,
        *(public_root / name.lstrip("/") for name in sorted(_assets(public_root, pages))),
    ]


def _edition(edition: Edition, slugs: list[str], public_root: Path) -> dict[str, Any]:
    offline = _address(edition, essentials.PAGE)
    paths = [_address(edition, slug) for slug in slugs]
    says = _SAYS.search(_file(public_root, offline).read_text("utf-8"))
    if says is None:
        raise ValueError(f"{offline} does not say what the worker is to say")
    words = json.loads(says[1])
    return {
        "prefix": f"/{prefix(edition)}",
        "lang": public(edition),
        "offline": offline,
        "pages": {path: _mark(_file(public_root, path)) for path in paths},
        "words": {key: escape(words[key]) for key in _SAID},
    }


def _address(edition: Edition, slug: str) -> str:
    return f"/{prefix(edition)}{url_of(slug)}"


def _file(public_root: Path, path: str) -> Path:
    return public_root / path.lstrip("/") / "index.html"


def _mark(page: Path) -> str:
    return hashlib.sha256(page.read_bytes()).hexdigest()[:16]


def _assets(public_root: Path, pages: list[Path]) -> set[str]:
    """Style sheets and scripts that the pages name, and modules that those name at once."""
    found: set[str] = set()

    def add(names: Iterator[str]) -> None:
        for name in names:
            if name not in found:
                found.add(name)
                if name.endswith(".js"):
                    folder = name.rpartition("/")[0]
                    body = (public_root / name.lstrip("/")).read_bytes()
                    add(f"{folder}/{other.decode()}" for other in _IMPORT.findall(body))

    for page in pages:
        add(name.decode() for name in _ASSET.findall(page.read_bytes()))
    return found
