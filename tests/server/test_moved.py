"""Renamed pages: their old addresses lead on, from every kind of server, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from werkzeug.test import Client

from forms_api import headers
from forms_api.languages import EDITIONS
from forms_api.shell import Shell
from forms_api.site_files import SiteFiles
from scripts import feeds, handing
from scripts import moved as writing
from scripts.content import moved
from scripts.search.corpus import articles_of
from scripts.sources import read_sources
from scripts.verify import page_faults, text_faults
from tests.conftest import ROOT, BuiltSite
from tests.server.front import Front

LEADS = [
    ("/help/questions/", "/help/ask/"),
    ("/help/questions", "/help/ask/"),
    ("/en/help/questions/", "/en/help/ask/"),
    ("/zh-hant/help/questions/", "/zh-hant/help/ask/"),
    ("/help/questions/?q=1", "/help/ask/?q=1"),
    ("/bridge/old/", "/bridge/"),
]


def rows(place: Path, *lines: str) -> Path:
    (place / "docs/data").mkdir(parents=True)
    (place / moved.FILE).write_text("\n".join(["from\tto", *lines, ""]), "utf-8")
    return place


@pytest.fixture(scope="module")
def renamed(tmp_path_factory: pytest.TempPathFactory, built_site: BuiltSite) -> Path:
    """A folder as on a server, whose release has only the pages at two old addresses."""
    root = tmp_path_factory.mktemp("renamed")
    rows(root, "help/questions\thelp/ask", "bridge/old\tbridge/index")
    public, private = root / "var/current/public", root / "var/current/_private"
    private.mkdir(parents=True)
    shells = {
        lang: Shell.parse((built_site.private / f"entry.{lang}.html").read_text("utf-8"))
        for lang in ("zh", "en")
    }
    writing.write(root, public, private, shells, read_sources(ROOT))
    return root


@pytest.mark.parametrize(("old", "new"), LEADS)
def test_the_development_server_leads_on(renamed: Path, old: str, new: str) -> None:
    site = SiteFiles(renamed / "var/current/public", lambda *_: [], renamed / "none")
    reply = Client(site).get(old)
    assert (reply.status_code, reply.headers["Location"]) == (301, new)


def test_nginx_leads_on(renamed: Path, tmp_path: Path) -> None:
    front = Front(tmp_path, renamed, ("127.0.0.1:1",))
    try:
        for old, new in LEADS:
            reply = front.ask(old)
            assert (reply.status, reply.headers["Location"]) == (301, new), old
    finally:
        front.stop()


@pytest.mark.parametrize(("prefix", "title"), [("", "咨询答疑"), ("en/", "Ask")])
def test_a_host_of_files_shows_a_page_that_leads_on(renamed: Path, prefix: str, title: str) -> None:
    page = renamed / f"var/current/public/{prefix}help/questions/index.html"
    html = page.read_text("utf-8")
    assert f'content="0; url=/{prefix}help/ask/"' in html and title in html
    name = f"{prefix}help/questions/index.html"
    raw = html.encode()
    assert [*text_faults(name, raw), *page_faults(True, name, raw)] == []
    assert list(articles_of(html, f"/{prefix}help/questions/")) == []


def test_such_pages_stay_out_of_the_sitemap(renamed: Path) -> None:
    public = renamed / "var/current/public"
    assert feeds.addresses(public, {path[1:] for path in writing.paths(renamed, EDITIONS)}) == []
    assert feeds.addresses(public, ()) == ["bridge/old/", "help/questions/"]


def test_hosts_that_read_lists_are_told_redirects_and_headers(
    renamed: Path, built_site: BuiltSite
) -> None:
    told = handing.told_to_hosts(renamed / "var/current/public")
    assert "/en/help/questions/ /en/help/ask/ 301\n" in told["_redirects"]
    rules = handing.told_to_hosts(built_site.public)["_headers"].split("\n\n")
    assert f"  Content-Security-Policy: {headers.POLICY}\n" in rules[0]
    kept = [rule.split("\n")[0] for rule in rules if headers.FOREVER in rule]
    assert kept[:2] == ["/assets/css/*", "/assets/js/*"]
    assert len(kept) == 3 and kept[2].startswith("/data/finder/")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("help/ask\thelp/index", "is there again"),
        ("help/old\thelp/none", "there is no page help/none"),
        ("Help Old\thelp/ask", "is no slug"),
        ("en/old\thelp/ask", "is no slug"),
        ("forms/old\thelp/ask", "is no slug"),
        ("help/first\thelp/ask", "stands twice"),
        ("help/old", "there is no page"),
    ],
)
def test_a_row_that_cannot_be_meant_is_named_with_its_line(
    tmp_path: Path, line: str, told: str
) -> None:
    root = rows(tmp_path, "help/first\thelp/ask", line)
    (problem,) = moved.check(root, {"help/ask", "help/index"})
    assert (problem.file, problem.line) == (moved.FILE, 3) and told in problem.message
