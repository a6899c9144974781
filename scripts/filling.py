"""The directory's share of a release: pages, open data, the finder's data, and the sitemap."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from forms_api.shell import Shell
from scripts import feeds, refusals, verify
from scripts.beside import beside
from scripts.directory import feeds as directory_feeds
from scripts.directory import finder, pages
from scripts.directory.kept import Kept
from scripts.directory.pages import Counts
from scripts.sources import Sources
from scripts.traditional import edition


def fill(
    root: Path,
    sources: Sources,
    shells: Mapping[str, Shell],
    staging: Path,
    kept: Kept | None = None,
) -> Counts:
    """Write pages and what lists them into `staging`, where `write_data` has been.

    With `kept` the files of an earlier release lie there, and what it says changes is made anew.
    """
    public, private = staging / "public", staging / "_private"
    branches, today = sources.branches, sources.today
    traditional = edition.of(root, sources.site.identity)
    counts = pages.fill(
        branches,
        shells,
        public,
        today=today,
        identity=sources.site.identity,
        checks=verify.checks(sources.site.identity),
        site_url=sources.site_url,
        forms=set(sources.forms),
        meets=directory_feeds.meeting(root, branches, today),
        traditional=traditional.directory if traditional else None,
        kept=kept,
    )
    feeds.write(sources, root, public, private, listed=not kept or not kept.same_pages)
    if traditional:
        traditional.write_strings(root, private, sources.catalogue, sources.site.identity)
    refusals.write(private, sources.site.identity)
    return counts


def write_data(
    root: Path, sources: Sources, out: Path, previous: Path | None, kept: Kept | None = None
) -> None:
    """Open data and the finder's data, below `out`/data; `previous` is the last release's root.

    They need no page, so a whole build makes them while MkDocs renders.
    """
    branches, today = sources.branches, sources.today
    traditional = edition.of(root, sources.site.identity)
    converted = traditional.directory if traditional else None
    if converted:
        converted.directory(branches)  # once, for all processes that part here

    def find() -> None:
        data = root / "docs/data"
        finder.write(branches, out, today, data, kept=kept, traditional=converted)

    with ExitStack() as work:
        if kept or len(branches.branches) < pages.PROCESSES_FROM:
            find()
        else:
            work.enter_context(beside(find, "the finder's data"))
        directory_feeds.write(branches, root, out, today, sources.site_url, previous, kept)
