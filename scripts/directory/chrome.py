"""All of a page but its article: title, canonical address, breadcrumbs, rail, language switch."""

from __future__ import annotations

import contextlib
import os
from functools import lru_cache
from html import escape
from pathlib import Path

from forms_api.languages import Edition, edition_of, prefix, source
from forms_api.shell import Shell
from scripts.directory.linked_data import open_graph
from scripts.directory.schema import Places
from scripts.directory.views import Parts
from scripts.directory.words import Words
from scripts.laying import lay, remove
from scripts.verify_entries import Watch

_HERE = "{here}"  # stands for the page's path in the links to its other editions
#: What the rail leads on to: path and the key of its words. Only those that are built are shown.
_RAIL = (
    ("away/register", "contact_any"),
    ("find/which-branch", "link_which"),
    ("help/rights", "link_rights"),
    ("find/lost-contact", "link_lost"),
    ("about/open-data", "link_data"),
)


class Chrome:
    """Knows one edition's shell and the web root."""

    def __init__(
        self,
        shell: Shell,
        edition: Edition,
        words: Words,
        parts: Parts,
        places: Places,
        site_name: str,
        site_url: str,
        out: Path,
        watch: Watch,
    ) -> None:
        self.shell, self.words, self.parts = shell, words, parts
        self.lang, self.prefix = source(edition), prefix(edition)
        self._watch = watch
        self.places, self.site_url, self.out = places, site_url, out
        self._base = f"{out}/{self.prefix}"
        self.site_name = escape(site_name)
        self._switches = shell.switches(lambda code: f"/{prefix(edition_of(code))}{_HERE}")
        links = [(url, words[key]) for path, key in _RAIL if (url := self.url_if_built(path))]
        self.rail = str(parts.module.rail(links))
        self.crumbs = lru_cache(None)(self._crumbs)

    def url_if_built(self, path: str) -> str:
        """Root-absolute, or "" when this site has no such page yet."""
        # The Traditional page is made while this is asked; it is there when the Simplified is.
        there = self.out / prefix(self.lang) / path / "index.html"
        return f"/{self.prefix}{path}/" if there.exists() else ""

    def absolute(self, path: str) -> str:
        return f"{self.site_url}{self.prefix}{path}"

    def _crumbs(self, province: str, city: str) -> str:
        """By code; a municipality, being its own city, stands once."""
        base = f"/{self.prefix}find/directory/"
        steps = [(base, self.words["directory"])]
        if find := self.url_if_built("find"):
            steps.insert(0, (find, self.words["find"]))
        if province:
            steps.append(
                (f"{base}province/{province}/", self.places.provinces[province].short[self.lang])
            )
        if city and city != province:
            steps.append((f"{base}city/{city}/", self.places.cities[city].short[self.lang]))
        return str(self.parts.module.crumbs(steps))

    def page(self, path: str, *, title: str, description: str, head: str = "", **parts: str) -> str:
        """`path` is the Chinese page's, without a leading slash: find/directory/<id>/."""
        for name, links in self._switches.items():
            parts[name] = links.replace(_HERE, path)
        parts |= {
            "title": f"<title>{escape(title)} · {self.site_name}</title>",
            "description": f'<meta name="description" content="{escape(description)}">',
            "canonical": f'<link rel="canonical" href="{self.absolute(path)}">',
            "rail": self.rail,
            "head": open_graph(title, description, self.absolute(path)) + head,
        }
        page = self.shell.fill(**parts)
        self._watch.look(f"{self.prefix}{path}index.html", page, parts)
        return page

    def write(self, path: str, page: str) -> int:
        """Bytes written below the web root."""
        folder = f"{self._base}{path}"
        with contextlib.suppress(FileExistsError):
            try:
                os.mkdir(folder)  # noqa: PTH102  # a Path for each of 100,000 takes its time
            except FileNotFoundError:
                os.makedirs(folder)  # noqa: PTH103
        body, name = page.encode(), f"{folder}index.html"
        try:
            file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        except FileExistsError:
            lay(name, body)
            return len(body)
        try:
            return os.write(file, body)
        finally:
            os.close(file)

    def drop(self, path: str) -> None:
        """Let there be no such page."""
        remove(f"{self._base}{path}index.html")
        with contextlib.suppress(OSError):  # not there, or others stand below it
            os.rmdir(f"{self._base}{path}")  # noqa: PTH106
