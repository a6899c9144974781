"""Pages without MkDocs: the same Markdown, templates and directory with Markdown and Jinja alone.

No build needs this. It shows, and a test holds, that pages come out the same to the byte, so that
only what CONTRIBUTING lists under “What is tied to MkDocs” keeps us with it. `python -m
scripts.without_mkdocs OUT [about/ …]` writes the pages whose names begin so, or all, and the
directory's.
"""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from xml.etree.ElementTree import Element

import jinja2
import markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from forms_api.languages import Folder, prefix
from forms_api.shell import Shell
from scripts import qr
from scripts.content import dress, phones
from scripts.content.context import page_context
from scripts.content.pages import LANGUAGES, SourcePage, read_page, url_of
from scripts.content.words import fill_all, identity_for
from scripts.directory import feeds as directory_feeds
from scripts.directory import pages as directory_pages
from scripts.sources import Sources, read_sources

ROOT = Path(__file__).resolve().parent.parent
EXTENSIONS = ("toc", "tables", "fenced_code", "attr_list", "scripts.content.sections")
_SHELL = "docs/{}/_shell/entry.md"


class _Links(Treeprocessor):
    """Links to `.md` files become the addresses of their pages."""

    def __init__(self, slug: str, md: markdown.Markdown) -> None:
        super().__init__(md)
        self._slug = slug

    def run(self, root: Element) -> None:
        for link in root.iter("a"):
            path, mark, anchor = (link.get("href") or "").partition("#")
            if path.endswith(".md") and "//" not in path:
                here = posixpath.dirname(self._slug)
                target = posixpath.normpath(posixpath.join(here, path)).removesuffix(".md")
                link.set("href", _relative(url_of(target), url_of(self._slug)) + mark + anchor)


class _LinksExtension(Extension):
    def __init__(self, slug: str) -> None:
        super().__init__()
        self._slug = slug

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # the name is Python-Markdown's
        md.treeprocessors.register(_Links(self._slug, md), "jq-links", 0)


def render(sources: Sources, source: SourcePage) -> str:
    """The whole page."""
    slug, lang = source.slug, cast(Folder, source.lang)
    blanks = identity_for(sources.site.identity, lang)
    meta = fill_all(source.meta, blanks)
    built = set(sources.site.titles[lang])
    text, _ = dress.markdown(source.body, slug, built, sources.site.rows, blanks)
    md = markdown.Markdown(
        extensions=[*EXTENSIONS, _LinksExtension(slug)],
        extension_configs={"toc": {"permalink": False}},
    )
    html = sources.link_terms(phones.link(md.convert(text)), slug, lang)
    content = dress.article(
        html,
        meta,
        lang,
        sources.site.words[lang],
        lambda kind, name: sources.embed(kind, name, lang),
    )
    page = SimpleNamespace(
        meta=meta,
        title=meta["title"],
        content=content,
        is_homepage=False,  # for MkDocs neither language is the home page
        canonical_url=sources.site_url + prefix(lang) + url_of(slug),
    )
    contents = list(_contents(md.toc_tokens))  # type: ignore[attr-defined]  # set by toc
    first = contents[0] if contents else None
    template = environment().get_template(str(meta.get("template", "main.html")))
    return template.render(
        page=page,
        **page_context(sources.site, slug, lang, meta, sources.popular[lang]),
        asset=sources.assets.url,
        site_url=sources.site_url,
        palettes=sources.palettes,
        qr=qr.address(slug, lang),
        never=sources.never(meta.get("form"), lang),
        feedback=sources.feedback(slug, lang),
        sources=sources.foot(slug, lang, meta),
        outdated=sources.outdated(slug, lang),
        stale=sources.stale(meta),
        coming=sources.embeds.coming(lang) if slug == "index" else [],
        toc=first.children if first and first.level == 1 else contents,
    )


@cache
def environment() -> jinja2.Environment:
    return jinja2.Environment(loader=jinja2.FileSystemLoader(ROOT / "docs/theme"))  # noqa: S701


def write(root: Path, out: Path, beginnings: tuple[str, ...] = ("",)) -> int:
    """The guide pages whose slugs begin so, and all of the directory, in both languages.

    How many guide pages. The directory leads to no guide page that is not there.
    """
    sources, count = read_sources(root), 0
    for (slug, lang), page in sources.pages.items():
        if slug.startswith(beginnings):
            place = out / prefix(cast(Folder, lang)) / url_of(slug)
            place.mkdir(parents=True, exist_ok=True)
            (place / "index.html").write_text(render(sources, page), "utf-8")
            count += 1
    shells = {
        lang: Shell.parse(render(sources, read_page(root, root / _SHELL.format(lang), lang)))
        for lang in LANGUAGES
    }
    directory_pages.fill(
        sources.branches,
        shells,
        out,
        today=sources.today,
        identity=sources.site.identity,
        site_url=sources.site_url,
        forms=set(sources.forms),
        meets=directory_feeds.meeting(root, sources.branches, sources.today),
    )
    return count


def _relative(to: str, here: str) -> str:
    return posixpath.relpath(f"/{to}", f"/{here}") + "/"


def _contents(tokens: list[dict[str, Any]]) -> Iterator[SimpleNamespace]:
    for one in tokens:
        yield SimpleNamespace(
            title=one["name"],
            url=f"#{one['id']}",
            level=one["level"],
            children=list(_contents(one["children"])),
        )


if __name__ == "__main__":
    print(write(ROOT, Path(sys.argv[1]), tuple(sys.argv[2:]) or ("",)))
