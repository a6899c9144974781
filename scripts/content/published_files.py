"""Which files below docs/ MkDocs would publish, and that each of them is meant to be public.

MkDocs copies whatever lies in its folder: a list of members saved beside a page would be on the
site. Pages, the site's own style sheets and scripts, and pictures that a page shows may be there;
any other file is named and keeps the site from being built.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

from scripts.content.pages import LANGUAGES, SourcePage
from scripts.outcome import both
from scripts.problems import Problem

CODE = "published-file"
#: Folders of docs/ that MkDocs leaves out (`exclude_docs` in mkdocs.yml).
UNPUBLISHED = ("theme", "data", "pictures", "worker")
ASSETS = {"css": ".css", "js": ".js"}
PICTURES = (".webp", ".png", ".jpg", ".jpeg", ".svg")


def check(root: Path, pages: Iterable[SourcePage]) -> Iterator[Problem]:
    """`pages` may show pictures that lie beside them or elsewhere in their language's folder."""
    texts = {
        lang: "\n".join(page.text for page in pages if page.lang == lang) for lang in LANGUAGES
    }
    docs = root / "docs"
    for folder, inner, files in os.walk(docs):
        here = Path(folder)
        if here == docs:
            inner[:] = [name for name in inner if name not in UNPUBLISHED]
        # MkDocs follows links and leaves out what begins with a dot.
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in sorted(files) + [name for name in inner if (here / name).is_symlink()]:
            path = here / name
            if not name.startswith(".") and (
                message := _fault(path.relative_to(docs), texts, path)
            ):
                yield Problem(path.relative_to(root).as_posix(), 0, CODE, message)


def _fault(place: Path, texts: dict[str, str], path: Path) -> str:
    top, ending = place.parts[0], place.suffix
    if path.is_symlink():
        return _LINK
    if top in LANGUAGES and len(place.parts) > 1:
        if ending == ".md":
            return ""
        if ending.lower() in PICTURES:
            return "" if place.name in unquote(texts[top]) else _UNUSED
    elif top == "assets" and len(place.parts) == 3 and ASSETS.get(place.parts[1]) == ending:
        return ""
    return _FOREIGN


_FOREIGN = both(
    "放在这里的文件会原样公开到网站上。不是网页，也不是网页里的图片：请移到 docs 以外",
    "a file here is published as it is. It is neither a page nor a picture: move it out of docs",
)
_UNUSED = both(
    "没有网页用到这张图片，放在这里却会公开：请在网页里引用，或者移走",
    "no page shows this picture, yet it would be published: use it in a page or move it away",
)
_LINK = both(
    "这是一个链接，它指向的文件会公开：请放文件本身，或者删掉",
    "a link here publishes what it leads to: put the file itself here or remove it",
)
