"""The Traditional edition of a release: its pages, its frames, what the service says in it.

Guide pages are converted as they lie in the finished tree; pages of the directory are made like the
others of it, from converted entries in a converted frame.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from forms_api.languages import DEFAULT, TRADITIONAL, offered, prefix, public
from forms_api.shell import Shell
from scripts.laying import lay
from scripts.sources import Sources
from scripts.traditional import converter, strings, terms
from scripts.traditional.converter import Converter
from scripts.traditional.directory import Converted
from scripts.traditional.pages import Pages
from scripts.walk import files_below

BASE = prefix(TRADITIONAL)
#: Frames: of the directory's pages and of the service's.
_SHELLS = ("entry", "shell")
_HERE = re.compile(
    rf'<span lang="{public(DEFAULT)}" aria-current="true">(.*?)</span>(?=</li>)', re.DOTALL
)
_THERE = re.compile(
    rf'<a href="[^"]*" hreflang="{public(TRADITIONAL)}" lang="[^"]*">(.*?)</a>(?=</li>)', re.DOTALL
)
_END = "</main>"
#: Beside a term stands its name in other characters: there the Traditional, here the Simplified.
_OTHER_NAME = re.compile(r'<span lang="zh-Hant" data-jq-hans="([^"]*)">[^<]*</span>')
_OWN_NAME = r'<span lang="zh-Hans">\1</span>'


@dataclass(frozen=True)
class Edition:
    """What makes one office's Traditional edition."""

    convert: Converter
    directory: Converted

    def write_frames(self, private: Path, sources: Sources) -> Shell:
        """Returns the directory's."""
        pages = self._pages(sources)
        for name in _SHELLS:
            frame = (private / f"{name}.{DEFAULT}.html").read_text(encoding="utf-8")
            made = pages.page(frame, "")
            (private / f"{name}.{TRADITIONAL}.html").write_text(made, encoding="utf-8")
        return Shell.parse((private / f"entry.{TRADITIONAL}.html").read_text(encoding="utf-8"))

    def writer(self, public_: Path, sources: Sources) -> Callable[[], None]:
        """Call when all pages but the directory's are in place. What is returned makes their twins,
        and may be called while the directory's are being written."""
        pages = self._pages(sources)
        names = [
            name
            for name in files_below(public_)
            if name.endswith(".html") and not name.startswith((BASE, prefix("en")))
        ]

        def write() -> None:
            for name in names:
                page = (public_ / name).read_text(encoding="utf-8")
                target = public_ / BASE / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(pages.page(page, name), encoding="utf-8")
            self._write_manifest(public_)

        return write

    def _pages(self, sources: Sources) -> _Pages:
        return _Pages(Pages(self.convert.many, sources.site_url), _note(sources))

    def write_strings(
        self, root: Path, private: Path, catalogue: Mapping[str, Any], identity: Mapping[str, Any]
    ) -> None:
        strings.write(root, private, catalogue, identity, self.directory.texts)

    def _write_manifest(self, public_: Path) -> None:
        manifest = json.loads((public_ / "manifest.webmanifest").read_text(encoding="utf-8"))
        said = {key: self.convert(manifest[key]) for key in ("name", "short_name")}
        manifest |= {**said, "lang": public(TRADITIONAL), "start_url": f"/{BASE}"}
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        lay(public_ / BASE / "manifest.webmanifest", f"{text}\n".encode())


def of(root: Path, identity: Mapping[str, Any]) -> Edition | None:
    """None where the office offers no such edition. What was converted once is kept as long as
    the wordings are the same."""
    if TRADITIONAL not in offered(identity):
        return None
    files = (root / name for name in (terms.GLOSSARY, terms.EXCEPTIONS))
    return _edition(root, *(file.read_bytes() if file.is_file() else b"" for file in files))


@lru_cache(2)
def _edition(root: Path, *_: bytes) -> Edition:
    convert = converter.load(root)
    return Edition(convert, Converted(convert.many))


def _note(sources: Sources) -> str:
    """HTML for the end of every page: how it came about, and where to say that a word is wrong."""
    words = sources.site.words[DEFAULT]
    ask = sources.site.address("help/ask", DEFAULT)
    report = f'<a href="{ask}">{escape(words["traditional_report"])}</a>' if ask else ""
    return (
        f'<p class="jq-made jq-small jq-screen">{escape(words["traditional_note"])}{report}</p>\n'
    )


@dataclass(frozen=True)
class _Pages:
    pages: Pages
    note: str

    def page(self, html: str, name: str) -> str:
        """The page whose file is `name` below the web root; "" is a frame."""
        here = name.removesuffix("index.html")
        html = _OTHER_NAME.sub(_OWN_NAME, html)
        made = self.pages.page(html.replace(_END, f"{self.note}{_END}", 1), here)
        # 404.html stands for any address.
        path = "" if here.endswith(".html") else here
        return _switched(made, f"/{path}")


def _switched(page: str, simplified: str) -> str:
    """With a link to the Simplified page where the switch has one to this."""
    code, hant = public(DEFAULT), public(TRADITIONAL)
    page = _HERE.sub(rf'<a href="{simplified}" hreflang="{code}" lang="{code}">\1</a>', page)
    return _THERE.sub(rf'<span lang="{hant}" aria-current="true">\1</span>', page)
