"""The directory's share of a release: pages, open data, the finder's data, and the sitemap."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from forms_api.shell import Shell
from scripts import feeds
from scripts.beside import beside
from scripts.directory import feeds as directory_feeds
from scripts.directory import finder, pages
from scripts.directory.kept import Kept
from scripts.directory.pages import Counts
from scripts.sources import Sources


def fill(
    root: Path,
    sources: Sources,
    shells: Mapping[str, Shell],
    staging: Path,
    previous: Path | None,
    kept: Kept | None = None,
) -> Counts:
    """Write it into `staging`; `previous` is the web root of the last release.

    With `kept` the files of an earlier release lie there, and what it says changes is made anew.
    """
    public, private = staging / "public", staging / "_private"
    branches, today, site_url = sources.branches, sources.today, sources.site_url
    counts = pages.fill(
        branches,
        shells,
        public,
        today=today,
        identity=sources.site.identity,
        site_url=site_url,
        forms=set(sources.forms),
        meets=directory_feeds.meeting(root, branches, today),
        kept=kept,
    )

    def write_feeds() -> None:
        directory_feeds.write(branches, root, public, today, site_url, previous, kept)

    def write_finder() -> None:
        finder.write(branches, public, today, root / "docs/data", kept=kept)

    if kept:  # little to do: a second process would cost more than it saves
        write_feeds()
        write_finder()
    else:
        with beside(write_feeds, "feeds"):
            write_finder()
    feeds.write(sources, root, public, private, listed=not kept or not kept.same_pages)
    return counts
