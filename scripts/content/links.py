"""Links and embeds of source pages, found wrong before anything is built."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from scripts.content import embeds
from scripts.content.pages import CatalogueRow, SourcePage
from scripts.problems import Problem

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]*)\)")
_EMBED = re.compile(r"^\s*\[\[([\w-]+)(?::\s*([\w-]+))?\]\]\s*$")
_EMBED_ANYWHERE = re.compile(r"\[\[[^\]]*\]\]")
#: Where a page may lead outside the site: telephone, mail, the official publishers, our own data.
_OUTSIDE = re.compile(r"^(tel:|mailto:|https://([\w-]+\.)*(12371\.cn|gov\.cn)(/|$))")
_OWN = re.compile(r"^/(en/)?(data|forms|find/directory)/")


class Links:
    """Checks every page against all pages; counts links to pages that are only planned."""

    def __init__(
        self, pages: list[SourcePage], rows: dict[str, CatalogueRow], forms: set[str]
    ) -> None:
        self._pages = {(page.slug, page.lang): page for page in pages}
        self._rows = rows
        self._forms = forms
        self._planned_forms = {slug.replace("/", "-") for slug, row in rows.items()}
        self.planned: set[str] = set()

    def check(self, page: SourcePage) -> Iterator[Problem]:
        for line, text in page.lines():
            for target in _LINK.findall(text):
                if message := self._fault(page, target):
                    yield Problem(page.file, line, "broken-link", message)
            called = _EMBED_ANYWHERE.findall(text)
            if called and (message := self._embed_fault(text, called[0])):
                yield Problem(page.file, line, "embed", message)
        form = page.meta.get("form")
        if form and form not in self._forms:
            if form in self._planned_forms:
                self.planned.add(f"form {form}")
            else:
                yield Problem(
                    page.file, page.line_of("form"), "unknown-form", f"there is no form {form}"
                )
        for slug in page.meta.get("related") or ():
            if slug in self._rows and (slug, page.lang) not in self._pages:
                self.planned.add(slug)

    def _embed_fault(self, line: str, embed: str) -> str:
        match = _EMBED.match(line)
        if not match:
            return f"{embed} must stand alone on its line"
        kind, name = match[1], match[2] or ""
        if kind == "directory" and not name:
            return ""
        if kind == "form" and name in self._forms:
            return ""
        if embeds.known(kind, name):
            return ""
        return f"{embed} names nothing that can be embedded"

    def _fault(self, page: SourcePage, target: str) -> str:
        path, _, anchor = target.partition("#")
        if _OUTSIDE.match(target) or _OWN.match(target):
            return ""
        if not path:
            return self._anchor_fault(page, anchor, page.slug)
        if not path.endswith(".md"):
            return f"link to {target}: pages are linked as relative .md files, others not at all"
        joined = posixpath.normpath(posixpath.join(posixpath.dirname(page.slug), path))
        slug = joined.removesuffix(".md")
        there = self._pages.get((slug, page.lang))
        if there is not None:
            return self._anchor_fault(there, anchor, slug)
        if slug in self._rows:
            self.planned.add(slug)
            return ""
        return f"link to {target}: docs/{page.lang}/{slug}.md does not exist"

    def _anchor_fault(self, there: SourcePage, anchor: str, slug: str) -> str:
        if anchor and anchor not in {known for _, _, _, known in there.headings}:
            return f"{slug} has no heading {{#{anchor}}}"
        return ""
