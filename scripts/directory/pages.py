"""Fills one shell per edition with every entry and browse page, after MkDocs has written its own.

Data → dict per edition (views.py) → template → shell. Nothing here knows how a shell is made.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from markupsafe import Markup

from forms_api import clock
from forms_api.languages import DEFAULT, EDITIONS, TRADITIONAL, Edition, Folder, source
from forms_api.shell import Shell
from scripts.beside import beside
from scripts.directory.browse import Browse
from scripts.directory.chrome import Chrome
from scripts.directory.finder_view import finder_view
from scripts.directory.groups import all_groups, by_city, ranked
from scripts.directory.kept import Kept
from scripts.directory.linked_data import organization
from scripts.directory.schema import Directory
from scripts.directory.traditional import Traditional
from scripts.directory.views import THEME, Parts, Views, environment
from scripts.directory.words import (
    PREFIX,
    Words,
    capital,
    counted,
    day,
    load_words,
    within,
)
from scripts.verify_entries import ANYTHING, Checks, Looked, Watch

DATA = THEME.parent / "data"

#: With more entries than this the directory's own page lists only the ways in.
LANDING_LIMIT = 300


#: From so many entries on each edition has a process of its own.
PROCESSES_FROM = 500


@dataclass(frozen=True, slots=True)
class Counts:
    """Pages written: of entries (all editions), of browse pages, and their bytes.

    `seconds` is what the pages of entries took, without the others; `looked` names the pages that
    were made, and what was found wrong with them.
    """

    entries: int
    entry_pages: int
    browse_pages: int
    bytes: int
    seconds: float
    looked: Looked


def fill(
    directory: Directory,
    shells: Mapping[str, Shell],
    out: Path,
    *,
    today: date,
    identity: Mapping[str, Any],
    site_url: str,
    checks: Checks = ANYTHING,
    forms: Collection[str] = (),
    meets: Collection[str] = (),
    words: Mapping[str, Words] | None = None,
    traditional: Traditional | None = None,
    browse: bool = True,
    kept: Kept | None = None,
) -> Counts:
    """Write all pages of the directory below `out`, the web root, for each edition in `shells`.

    `site_url` ends in "/". `forms` are the ids of forms the service offers, `meets` those of
    branches with a calendar of their own. Pages that are linked
    to only if they exist are looked for in `out`, so MkDocs must have written there before.
    Each page is looked at with `checks`. With `kept`, `out` holds the pages of the earlier release,
    and those that change are made anew;
    `today`, shells and words must be as then.
    """
    wording = words or load_words(DATA)

    def one(edition: Edition) -> Counts:
        began, env, lang = time.perf_counter(), environment(), source(edition)
        read, said, name = directory, wording[lang], str(identity["name"][lang])
        if edition == TRADITIONAL and traditional is not None:
            read, said = traditional.directory(directory), traditional.words(said)
            name = traditional.words({"name": name})["name"]
        parts = Parts(env, edition, said)
        correct = "find-correct-listing" in forms
        views = Views(read, edition, said, parts, today, correct, meets)
        watch = Watch(shells[edition], checks)
        chrome = Chrome(
            shells[edition], edition, said, parts, read.places, name, site_url, out, watch
        )
        size = _write_entries(env, read, views, chrome, kept)
        seconds = time.perf_counter() - began
        written = 0
        if browse:
            pages = Browse(env, read, views, chrome, kept, bool(identity.get("offline")))
            size += sum(chrome.write(path, page) for path, page in pages.all())
            written = pages.written
        count = len(read.branches)
        return Counts(count, count, written, size, seconds, watch.looked)

    if len(kept.entries if kept else directory.branches) < PROCESSES_FROM:
        counts = [one(edition) for edition in EDITIONS if edition in shells]
        seconds = sum(count.seconds for count in counts)
    else:
        with ExitStack() as work:
            others = [
                work.enter_context(beside(partial(one, edition), edition))
                for edition in EDITIONS
                if edition in shells and edition != DEFAULT
            ]
            counts = [one(DEFAULT), *(other.result() for other in others)]
        seconds = max(count.seconds for count in counts)
    looked = Looked()
    for count in counts:
        looked.add(count.looked)
    return Counts(
        entries=len(directory.branches),
        entry_pages=sum(count.entry_pages for count in counts),
        browse_pages=sum(count.browse_pages for count in counts),
        bytes=sum(count.bytes for count in counts),
        seconds=seconds,
        looked=looked,
    )


def _write_entries(
    env: Any, directory: Directory, views: Views, chrome: Chrome, kept: Kept | None
) -> int:
    lang, words = views.lang, views.words
    template = env.get_template("directory/entry.html")
    constant = {
        "w": words,
        "P": views.prefix,
        "stop": "。" if lang == "zh" else ".",
        "gap": "" if lang == "zh" else " ",
        "comma": "，" if lang == "zh" else ", ",
        "register_url": chrome.url_if_built("away/register"),
    }
    size = 0
    for id_ in kept.gone if kept else ():
        chrome.drop(f"find/directory/{id_}/")
    for branch in directory.branches:
        path = f"find/directory/{branch.id}/"
        if kept and branch.id not in kept.entries:
            continue
        view = views.entry(branch)
        near = views.near.of(branch)
        if not near:
            view["near_none"] = Markup(words["near_none"]).format(  # noqa: S704  # our own words
                place=branch.province.short[lang]
            )
        content = template.render(constant, **view, near=views.cards(near))
        description = words["entry_description"].format(
            name=branch.name[lang],
            place=within(branch.district, branch.city.short, lang),
            checked=day(branch.verified_on, lang),
        )
        page = chrome.page(
            path,
            title=branch.name[lang],
            description=description,
            crumbs=chrome.crumbs(branch.province.code, branch.city.code),
            content=content,
            head=organization(branch, lang, chrome.absolute(path)),
        )
        size += chrome.write(path, page)
    return size


def landing(directory: Directory, lang: Folder, register_url: str = "") -> str:
    """HTML for `[[directory]]`: the finder, the ways in, and up to 300 entries by city."""
    words = load_words(DATA)
    wording = words[lang]
    env = environment()
    parts = Parts(env, lang, wording)
    views = Views(directory, lang, wording, parts, clock.today(), False)
    groups = all_groups(directory)
    ways = [
        (f"by-{name}", wording[f"by_{name}"], _links(groups[facet], lang))
        for name, facet in (
            ("place", "province"), ("home", "home"), ("trade", "trade"), ("kind", "kind"),
        )
    ]  # fmt: skip
    listed = directory.open_branches
    cities = {group.key: group for group in groups["city"]}
    shown = by_city(listed, lang) if len(directory.branches) <= LANDING_LIMIT else []
    return env.get_template("directory/landing.html").render(
        **finder_view(
            directory, lang, words, views, clock.today(), ranked(groups["province"], lang)
        ),
        register_url=register_url,
        none_else=Markup(wording["finder_none_else"]),  # noqa: S704  # our own words
        parts=parts.module,
        w=wording,
        L=lang,
        fictional=any(branch.fictional for branch in directory.branches),
        ways=ways,
        count=counted(wording, "count", len(listed)),
        comma="，" if lang == "zh" else ", ",
        cities=[
            (
                cities[code].label[lang],
                f"/{PREFIX[lang]}{cities[code].path}",
                len(branches),
                views.cards(branches, "h4"),
            )
            for code, branches in shown
        ],
    )


def home_blocks(directory: Directory, lang: str) -> dict[str, Any]:
    """For the home page: `count` of open entries; `places` and `towns` as (label, count, url)."""
    groups = all_groups(directory)
    return {
        "count": len(directory.open_branches),
        "places": _links(groups["province"], lang),
        "towns": _links(groups["home"], lang),
    }


def _links(groups: Collection[Any], lang: str) -> list[tuple[str, int, str]]:
    return [
        (capital(group.label[lang]), group.count, f"/{PREFIX[lang]}{group.path}")
        for group in ranked(groups, lang)
    ]
