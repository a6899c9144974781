"""QR codes of guide pages: a file each, fetched only by readers who open “Take this page along”."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import segno

from forms_api.languages import Edition, offered, prefix, source
from scripts.content.pages import url_of
from scripts.sources import Sources
from scripts.twins import write_twins

FOLDER = "assets/qr"


def address(slug: str, edition: Edition) -> str:
    """The root-absolute address of a page's code."""
    return f"/{FOLDER}/{prefix(edition)}{slug.replace('/', '-')}.svg"


def svg(url: str) -> bytes:
    """Black on white in any scheme, with the quiet margin that readers of codes need."""
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(
        out,
        kind="svg",
        xmldecl=False,
        svgclass=None,
        lineclass=None,
        omitsize=True,
        border=4,
        dark="#000",
        light="#fff",
    )
    return out.getvalue()


def codes(sources: Sources) -> dict[str, bytes]:
    """The code of every guide page of all editions, by its path below the web root."""
    return {
        address(slug, edition).lstrip("/"): svg(
            f"{sources.site_url}{prefix(edition)}{url_of(slug)}"
        )
        for edition in offered(sources.site.identity)
        for slug in sources.site.titles[source(edition)]
    }


def write(public: Path, made: Mapping[str, bytes]) -> None:
    """What `codes` made, below the web root."""
    for name, body in made.items():
        path = public / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        write_twins(path, body)
