"""The same entries made by Hugo, the peer that the directory's speed is compared with.

Each language's entries are one data file, turned into pages by a content adapter, Hugo's own way
for pages that come from data; one template gives them the frame and the facts of our pages.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.directory.schema import Branch, Directory
from scripts.directory.words import LANGUAGES, PREFIX
from scripts.outcome import CannotRun

CONFIG = {
    "baseURL": "https://peer.example.org/",
    "defaultContentLanguage": "zh",
    "disableKinds": ["home", "section", "taxonomy", "term", "rss", "sitemap", "robotstxt", "404"],
    "languages": {
        lang: {"weight": weight, "contentDir": f"content/{lang}"}
        for weight, lang in enumerate(("zh", "en"), 1)
    },
}
_ADAPTER = """\
{{ range hugo.Data.branches_LANG }}
{{ $.AddPage (dict "path" .id "title" .name "params" .) }}
{{ end }}
"""
_CONTENT = """\
<h1 id="top">{{ .Title }}</h1>
<p class="jq-meta jq-wrap">{{ .Params.status }} {{ .Params.checked }}</p>
<section class="jq-reach">{{ with .Params.phone }}<p class="jq-big"><a href="tel:{{ . }}">{{ . }}</a></p>{{ end }}
{{ with .Params.hours }}<p>{{ . }}</p>{{ end }}{{ with .Params.email }}<p><a href="mailto:{{ . }}">{{ . }}</a></p>{{ end }}
{{ with .Params.address }}<p>{{ . }}</p>{{ end }}</section>
<dl class="jq-list">{{ range .Params.facts }}<div><dt>{{ .name }}</dt><dd>{{ .value }}</dd></div>{{ end }}</dl>
"""  # noqa: E501


_PLACES = (
    ("<title>.*?</title>", "<title>{{ .Title }}</title>"),
    (
        '<meta name="description"[^>]*>',
        '<meta name="description" content="{{ .Title }} {{ .Params.checked }}">',
    ),
    ('<link rel="canonical"[^>]*>', '<link rel="canonical" href="{{ .Permalink }}">'),
    ('<script type="application/ld.json">.*?</script>', ""),
    ('<h1 id="top">.*?(?=<div class="jq-screen jq-tools">|</article>)', _CONTENT),
)


@dataclass(frozen=True)
class Peer:
    """What answered, and how long it took."""

    seconds: float
    version: str
    pages: int
    way: str = "content adapter"


def find() -> str | None:
    """The program, or None where it is not installed."""
    return shutil.which("hugo")


def measure(directory: Directory, public: Path, folder: Path) -> Peer:
    """Write the peer's sources below `folder` and build them; `public` lends a page's frame."""
    program = find()
    if program is None:
        raise CannotRun(
            "没有找到 Hugo：请先安装，或去掉 --peer hugo。",
            "Hugo is not installed: install it or leave out --peer hugo.",
        )
    _write(directory, public, folder)
    began = time.perf_counter()
    run = subprocess.run(
        [program, "--quiet"], cwd=folder, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - began
    if run.returncode:
        raise CannotRun("Hugo 没有建成。", f"Hugo failed: {run.stdout[-300:]}{run.stderr[-300:]}")
    said = subprocess.run([program, "version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"v\d+(\.\d+)+", said)
    pages = sum(1 for _ in (folder / "public").rglob("index.html"))
    if pages != 2 * len(directory.branches):
        raise CannotRun("Hugo 的页数不对。", f"Hugo made {pages} pages.")
    return Peer(round(seconds, 3), version[0] if version else "", pages)


def _write(directory: Directory, public: Path, folder: Path) -> None:
    (folder / "data").mkdir(parents=True)
    (folder / "hugo.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    layouts = folder / "layouts/_default"
    layouts.mkdir(parents=True)
    sample = directory.branches[0]
    for lang in LANGUAGES:
        entries = [_entry(directory, branch, lang) for branch in directory.branches]
        text = json.dumps(entries, ensure_ascii=False)
        (folder / f"data/branches_{lang}.json").write_text(text, encoding="utf-8")
        content = folder / "content" / lang / "find/directory"
        content.mkdir(parents=True)
        adapter = _ADAPTER.replace("LANG", lang)
        (content / "_content.gotmpl").write_text(adapter, encoding="utf-8")
        page = public / PREFIX[lang] / "find/directory" / sample.id / "index.html"
        frame = page.read_text(encoding="utf-8")
        (layouts / f"single.{lang}.html").write_text(_layout(frame), encoding="utf-8")


def _entry(directory: Directory, branch: Branch, lang: str) -> dict[str, Any]:
    def label(name: str, value: str) -> str:
        return directory.label(name, value, lang) if value else ""

    facts = {
        "services": ", ".join(label("services", value) for value in branch.services),
        **{
            name: label(name, getattr(branch, name))
            for name in ("setup", "anchor", "setting", "trade", "kind")
        },
        "home": branch.township.name[lang],
        "home_office": branch.home_office[lang],
        "founded": branch.founded_year,
    }
    return {
        "id": branch.id,
        "name": branch.name[lang],
        "status": label("status", branch.status),
        "checked": branch.verified_on.isoformat(),
        "phone": branch.phone,
        "hours": branch.hours[lang] if branch.hours else "",
        "email": branch.email,
        "address": branch.address[lang] if branch.address else "",
        "facts": [{"name": name, "value": value} for name, value in facts.items() if value],
    }


def _layout(page: str) -> str:
    """Our page with Hugo's values in its places; what never changes is plain text to both."""
    for pattern, value in _PLACES:
        before, after = re.split(pattern, page, maxsplit=1, flags=re.DOTALL)
        page = f"{before}{value}{after}"
    return page
