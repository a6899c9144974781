"""QR codes of guide pages: a file each, fetched only by readers who open “Take this page along”."""

from __future__ import annotations

import io
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


def write(public: Path, sources: Sources) -> None:
    """The code of every guide page of both languages, below the web root."""
    for lang, titles in sources.site.titles.items():
        (public / _FOLDER[lang]).mkdir(parents=True, exist_ok=True)
        for slug in titles:
            path = public / address(slug, lang).lstrip("/")
            body = svg(sources.site_url.rstrip("/") + sources.site.address(slug, lang))
            path.write_bytes(body)
            write_twins(path, body)
