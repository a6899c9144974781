"""What every template is given: words, addresses, menus, related pages. No MkDocs import."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from forms_api.languages import Folder, called, offered, prefix, public, source
from forms_api.languages import other as other_folder
from scripts.content.pages import CatalogueRow, is_outside, url_of
from scripts.content.words import identity_for
from scripts.directory.words import PREFIX
from scripts.inline_json import inline_json

SECTIONS = ("find", "away", "help", "join", "branch", "bridge", "about")
#: The sections a reader needs first stand on the left; the others are for those who go deeper.
DEEP = ("branch", "bridge", "about")
_FOOT = ("about", "privacy", "forms", "then-now", "glossary", "maintain")


@dataclass(frozen=True)
class Site:
    """What is the same for all pages of one build."""

    identity: dict[str, Any]
    words: dict[str, dict[str, str]]
    rows: dict[str, CatalogueRow]
    titles: dict[str, dict[str, str]]  # language → slug → title, of pages that are written
    directory: dict[str, dict[str, Any]]  # language → the home page's lists of places
    #: language → slug → what the page says of itself in one line
    descriptions: dict[str, dict[str, str]] = field(default_factory=dict)

    def address(self, slug: str, lang: str) -> str:
        """The root-absolute address of a page, or "" while it is only planned."""
        built = slug in self.titles[lang] or is_outside(slug)
        return f"/{PREFIX[lang]}{url_of(slug)}" if built else ""

    def here(self, url: str, lang: str) -> str:
        """The address for a path such as `find/which-branch/`, or "" while it is only planned."""
        path = url.strip("/")
        slug = f"{path}/index" if f"{path}/index" in self.rows else path
        return self.address(slug, lang)


def _links(site: Site, slugs: Iterable[str], lang: str) -> list[tuple[str, str]]:
    return [
        (address, site.titles[lang][slug])
        for slug in slugs
        if (address := site.address(slug, lang))
    ]


def _sections(site: Site, slug: str, lang: str) -> list[tuple[str, str, bool, bool]]:
    """(address, word, current, deep) of each section whose first page is written."""
    return [
        (
            address,
            site.words[lang][f"section_{name}"],
            slug.startswith(f"{name}/"),
            name in DEEP,
        )
        for name in SECTIONS
        if (address := site.address(f"{name}/index", lang))
        or (address := _first_of(site, name, lang))
    ]


def _first_of(site: Site, name: str, lang: str) -> str:
    """A section without its overview opens at its first written page."""
    for slug in site.rows:
        if slug.startswith(f"{name}/") and slug in site.titles[lang]:
            return site.address(slug, lang)
    return ""


def _crumbs(site: Site, slug: str, lang: str) -> list[tuple[str, str]]:
    section = slug.partition("/")[0]
    index = f"{section}/index"
    if slug == index or section not in SECTIONS or not site.address(index, lang):
        return []
    return [(site.address(index, lang), site.words[lang][f"section_{section}"])]


def _foot(site: Site, lang: str) -> list[tuple[str, str]]:
    found = []
    for name in _FOOT:
        slug = "about/index" if name == "about" else f"about/{name}"
        if address := site.address(slug, lang):
            found.append((address, site.words[lang][f"foot_{name.replace('-', '_')}"]))
    if site.identity["offline"]:
        found.append((site.address("offline", lang), site.words[lang]["foot_offline"]))
    return found


def _section_pages(site: Site, slug: str, lang: str) -> list[tuple[str, str, str, str]]:
    """(address, title, description, label) of a section's pages, for its first page."""
    if not slug.endswith("/index"):
        return []
    section = slug.removesuffix("index")
    return [
        (address, site.titles[lang][one], site.descriptions[lang][one], row.label)
        for one, row in site.rows.items()
        if one != slug and one.startswith(section) and (address := site.address(one, lang))
    ]


def _wrong(site: Site, slug: str, lang: str) -> str:
    """Where to say that something on this page is wrong; forms do not lead to themselves."""
    place = "find/correct-listing" if slug == "find/directory" else "help/ask"
    return "" if slug in ("find/correct-listing", "help/ask") else site.address(place, lang)


def search_words(site: Site, lang: str, popular: Iterable[dict[str, str]] = ()) -> dict[str, Any]:
    """The words that docs/assets/js/searchbox.js reads from the page."""
    words = site.words[lang]
    found: dict[str, Any] = {
        key: value
        for key, value in words.items()
        if key.startswith(("results_", "group_", "filter_"))
    }
    found["labels"] = {
        kind: words[f"label_{kind}"] for kind in ("current", "mixed", "historical", "reference")
    }
    found["statuses"] = {
        kind: words[f"status_{kind}"] for kind in ("active", "paused", "merged", "closed")
    }
    found["sections"] = {
        name: [words[f"section_{name}"], address]
        for name in SECTIONS
        if (address := site.address(f"{name}/index", lang) or _first_of(site, name, lang))
    }
    found["related"] = words["results_related"]
    found["loading"] = words["results_loading"]
    found["failed"] = words["results_failed"]
    found["popular_title"] = words["popular_title"]
    found["popular"] = [
        [item["title"], address] for item in popular if (address := site.here(item["url"], lang))
    ]
    found["ask_text"] = words["results_ask"]
    found["ask_url"] = site.address("help/ask", lang)
    return found


def _editions(site: Site, url: str, lang: str) -> list[dict[str, str]]:
    """What the page can be read in, in a fixed order; `url` is empty for the one that it is."""
    there = offered(site.identity)
    found = []
    for edition in there:
        short, name = called(edition, there)
        address = "" if edition == lang else f"/{prefix(edition)}{url}"
        words = site.words[source(edition)]
        found.append(
            {
                "code": public(edition),
                "url": address,
                "path": f"{prefix(edition)}{url}",
                "short": short,
                "name": name,
                "offer": words["offer"],  # written alike in both kinds of characters
                "stay": words["offer_stay"],
            }
        )
    return found


def page_context(
    site: Site,
    slug: str,
    lang: Folder,
    meta: dict[str, Any],
    popular: Iterable[dict[str, str]],
) -> dict[str, Any]:
    """The variables of docs/theme/base.html for one page."""
    other = other_folder(lang)
    listed = slug in site.rows or is_outside(slug)
    url = url_of(slug) if listed else ""
    said = search_words(site, lang, popular)
    return {
        "L": lang,
        "P": PREFIX[lang],
        "html_lang": public(lang),
        "editions": _editions(site, url, lang),
        "other_lang": public(other),
        "other_url": f"/{PREFIX[other]}{url}",
        "identity": identity_for(site.identity, lang),
        "w": site.words[lang],
        "other_w": site.words[other],
        "section": slug.partition("/")[0],
        "sections": _sections(site, slug, lang),
        "crumbs": _crumbs(site, slug, lang),
        "section_pages": _section_pages(site, slug, lang),
        "wrong_url": _wrong(site, slug, lang) if slug in site.rows else "",
        "related": _links(site, meta.get("related") or (), lang),
        "foot": _foot(site, lang),
        "directory": site.directory[lang],
        "popular": said["popular"],
        "search_words": inline_json(said),
        "here": lambda url: site.here(url, lang),
        "title_of": lambda slug: site.titles[lang].get(slug, ""),
    }
