"""From the old addresses of renamed pages to the new: a page at each, and lists for servers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from forms_api.languages import FOLDERS, Edition, Folder, edition_of, offered, prefix
from forms_api.shell import Shell
from scripts.content import moved
from scripts.content.pages import url_of
from scripts.sources import Sources

LIST = "moved.json"  # below _private: {old path: new path}, root-absolute, all editions
FOR_NGINX = "moved.map"


def paths(root: Path, editions: Sequence[Edition]) -> dict[str, str]:
    """`/help/old/` → `/help/new/`, and the same in other editions; also without the last slash."""
    found: dict[str, str] = {}
    for row in moved.load(root):
        for edition in editions:
            new = f"/{prefix(edition)}{url_of(row.new)}"
            old = f"/{prefix(edition)}{url_of(row.old)}"
            found |= {old: new, old.removesuffix("/"): new}
    return found


def write(
    root: Path, public: Path, private: Path, shells: Mapping[str, Shell], sources: Sources
) -> None:
    """A page at each old address, for hosts that only hand out files; the lists for others."""
    for row in moved.load(root):
        for lang in FOLDERS:
            page = public / prefix(lang) / url_of(row.old) / "index.html"
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(_page(row.new, lang, shells[lang], sources), encoding="utf-8")
    known = paths(root, offered(sources.site.identity))
    (private / LIST).write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    rows = "".join(f"{old} {new};\n" for old, new in known.items())
    (private / FOR_NGINX).write_text(rows, encoding="utf-8")


def _page(slug: str, lang: Folder, shell: Shell, sources: Sources) -> str:
    w = sources.site.words[lang]
    title = sources.site.titles[lang][slug]
    here = f"/{prefix(lang)}{url_of(slug)}"
    return shell.fill(
        title=f"<title>{escape(w['moved_title'])} · {escape(w['name'])}</title>",
        description="",
        canonical=f'<link rel="canonical" href="{sources.site_url.rstrip("/")}{here}">',
        crumbs="",
        content=f'<h1 id="top">{escape(w["moved_title"])}</h1>'
        f'<p class="jq-lead">{escape(w["moved_text"])}</p>'
        f'<p class="jq-next"><a href="{here}">{escape(title)}</a></p>',
        rail="",
        head=f'<meta http-equiv="refresh" content="0; url={here}">',
        **shell.switches(lambda code: f"/{prefix(edition_of(code))}{url_of(slug)}"),
    )
