"""QR codes of guide pages: a file each, fetched only by readers who open “Take this page along”."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import segno

from scripts.sources import Sources
from scripts.twins import write_twins

_FOLDER = {"zh": "assets/qr", "en": "assets/qr/en"}


def address(slug: str, lang: str) -> str:
    """The root-absolute address of a page's code."""
    return f"/{_FOLDER[lang]}/{slug.replace('/', '-')}.svg"


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
    """The code of every guide page of both languages, by its path below the web root."""
    return {
        address(slug, lang).lstrip("/"): svg(
            sources.site_url.rstrip("/") + sources.site.address(slug, lang)
        )
        for lang, titles in sources.site.titles.items()
        for slug in titles
    }


def write(public: Path, made: Mapping[str, bytes]) -> None:
    """What `codes` made, below the web root."""
    for folder in _FOLDER.values():
        (public / folder).mkdir(parents=True, exist_ok=True)
    for name, body in made.items():
        path = public / name
        path.write_bytes(body)
        write_twins(path, body)
