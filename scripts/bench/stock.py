"""The same pages under stock Material: the peer that weight and speed are compared with."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.content.pages import LANGUAGES, is_outside, source_pages
from scripts.outcome import CannotRun
from scripts.twins import write_twins

_OURS = re.compile(r"</?fact[^>]*>|^\[\[[^\]]*\]\]$", re.MULTILINE)
_CONFIG = """\
site_name: Stock
site_url: https://stock.example.org/
theme:
  name: material
  language: zh
  palette:
    - {media: "(prefers-color-scheme: light)", scheme: default}
    - {media: "(prefers-color-scheme: dark)", scheme: slate}
  features: [navigation.tabs, navigation.top, search.suggest]
markdown_extensions: [attr_list, tables, toc]
plugins:
  - search
  - i18n:
      docs_structure: folder
      languages:
        - {locale: zh, name: zh, default: true, build: true}
        - {locale: en, name: en, build: true}
"""


def build_stock(root: Path, folder: Path) -> Path:
    """Write and build the peer below `folder`; returns its web root with compressed twins."""
    for page in source_pages(root):
        target = folder / "docs" / page.lang / f"{page.slug}.md"
        target.parent.mkdir(parents=True, exist_ok=True)
        title = str(page.meta.get("title", page.slug))
        body = _OURS.sub("", page.body)
        if is_outside(page.slug):
            body = f"# {title}\n\n{page.meta.get('description', '')}\n"
        target.write_text(f"---\ntitle: {title!r}\n---\n{body}", encoding="utf-8")
    (folder / "mkdocs.yml").write_text(_CONFIG, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", "public"],
        cwd=folder,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise CannotRun("对照站点没有建成。", f"the peer did not build: {run.stderr[-300:]}")
    public = folder / "public"
    for path in public.rglob("*"):
        if path.suffix in (".html", ".css", ".js", ".json", ".svg", ".xml"):
            write_twins(path, path.read_bytes())
    shutil.rmtree(folder / "docs")
    assert all((public / ("" if lang == "zh" else lang)).is_dir() for lang in LANGUAGES)
    return public
