"""Pages of the sample directory as tests fill and read them."""

from __future__ import annotations

from pathlib import Path

from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode as Node

from scripts.directory import pages
from scripts.directory.importer import load_directory
from scripts.directory.schema import Directory
from tests.site.directory_data import IDENTITY, ROOT, SHELLS, SITE_URL, TODAY

LANGUAGES = ("zh", "en")
PREFIX = {"zh": "", "en": "en/"}
DIRECTORY = load_directory(ROOT)[0]
BY_ID = DIRECTORY.by_id


def fill(directory: Directory, out: Path, forms: tuple[str, ...] = ()) -> pages.Counts:
    return pages.fill(
        directory, SHELLS, out, today=TODAY, identity=IDENTITY, site_url=SITE_URL, forms=forms
    )


def read(out: Path, path: str) -> HTMLParser:
    return HTMLParser((out / path / "index.html").read_text("utf-8"))


def entry(out: Path, id_: str, lang: str = "zh") -> HTMLParser:
    return read(out, f"{PREFIX[lang]}find/directory/{id_}")


def words(node: Node | None) -> str:
    assert node is not None
    return " ".join(node.text(separator=" ").split())


def listed(page: HTMLParser) -> list[str]:
    """Ids of the entries shown as cards."""
    links = [node.attributes["href"] or "" for node in page.css(".jq-card h3 a")]
    return [link.strip("/").split("/")[-1] for link in links]
