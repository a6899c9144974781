"""The measurement of large directories in its short form, and what it finds in a tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.bench import directory, tree
from scripts.bench.directory import QUICK
from tests.conftest import BuiltSite


def test_a_larger_directory_is_built_whole_and_then_for_one_row() -> None:
    result = directory.measure(quick=True)
    assert (result["entries"], result["languages"], result["pages"]) == (QUICK, 3, 3 * QUICK)
    assert result["shortfalls"] == []
    assert {"pages", "index", "total"} <= set(result["seconds"])
    assert 0 < result["rebuild_one_row_seconds"] < result["seconds"]["total"]
    assert result["peak_mb"] > 0 and result["output_mb"] > 0
    assert directory.shortfalls(result) == []
    assert str(QUICK) in directory.table(result)


def test_every_address_of_the_sitemap_exists_and_calls_its_other_language_back(
    built_site: BuiltSite,
) -> None:
    assert len(tree.sitemap(built_site.public)) > 300
    assert list(tree.sitemap_faults(built_site.public)) == []


ENTRY = (
    "<url><loc>https://e.org{here}</loc>"
    '<xhtml:link rel="alternate" hreflang="zh-Hans" href="https://e.org/"/>'
    '<xhtml:link rel="alternate" hreflang="en" href="https://e.org{en}"/>'
    '<xhtml:link rel="alternate" hreflang="x-default" href="https://e.org/"/></url>'
)


@pytest.mark.parametrize(
    ("entries", "fault"),
    [
        ([("/", "/en/"), ("/en/", "/en/")], ""),
        ([("/", "/en/")], "is not called back"),
        ([("/", "/en/"), ("/en/", "/en/"), ("/gone/", "/en/")], "does not exist"),
        ([("/", "/en/"), ("/en/", "/zh/")], "is not called back"),
    ],
)
def test_faults_of_a_sitemap_are_named(
    entries: list[tuple[str, str]], fault: str, tmp_path: Path
) -> None:
    for folder in (tmp_path, tmp_path / "en"):
        folder.mkdir(exist_ok=True)
        (folder / "index.html").write_text("")
    text = "".join(ENTRY.format(here=here, en=en) for here, en in entries)
    (tmp_path / "sitemap-1.xml").write_text(f"<urlset>{text}</urlset>")
    (tmp_path / "sitemap.xml").write_text(
        "<sitemapindex><sitemap><loc>https://e.org/sitemap-1.xml</loc></sitemap></sitemapindex>"
    )
    found = " ".join(tree.sitemap_faults(tmp_path))
    assert fault in found if fault else not found
