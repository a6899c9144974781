"""Which pages every browser keeps, and what the worker of a release is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.content.pages import source_pages
from scripts.offline import essentials, worker
from tests.conftest import ROOT

PAGES = source_pages(ROOT)
WORDS = {key: f"{key} & <b>" for key in ("kept", "more", "updated", "reload", "close")}
FAULTS = {
    "pages: [find/nowhere]": "find/nowhere is no page",
    "pages: [help/rights]": "help/rights has a button",
    "pages: [index, find/index, index]": "index stands there twice",
    "pages: [offline]": "offline stands there twice, or is the offline page itself",
    "pages: [": "cannot be read",
    "slugs: []": "cannot be read",
}


def listed(root: Path, text: str) -> Path:
    (root / "docs/data").mkdir(parents=True)
    (root / essentials.FILE).write_text(f"# a comment\n{text}\n", encoding="utf-8")
    return root


@pytest.mark.parametrize("text", FAULTS)
def test_the_list_names_what_cannot_be_kept(tmp_path: Path, text: str) -> None:
    (fault,) = essentials.check(listed(tmp_path, text), PAGES)
    assert fault.file == essentials.FILE and FAULTS[text] in fault.message


def test_the_list_is_short(tmp_path: Path) -> None:
    many = [page.slug for page in PAGES if page.lang == "zh" and not page.meta.get("sensitive")]
    text = f"pages: {json.dumps([slug for slug in many if slug != 'offline'][:13])}"
    (fault,) = essentials.check(listed(tmp_path, text), PAGES)
    assert "at most 12" in fault.message


def tree(folder: Path) -> Path:
    """Two essential pages in two editions, with a module that names another."""
    css, first, second = "css/a.00000001.css", "js/a.00000002.js", "js/b.00000003.js"
    named = f'<link href="/assets/{css}"><script src="/assets/{first}"></script>'
    says = f'<i data-jq-keeping><script type="application/json">{json.dumps(WORDS)}</script></i>'
    for path in ("", "offline/", "en/", "en/offline/"):
        (folder / path).mkdir(parents=True, exist_ok=True)
        (folder / path / "index.html").write_text(named + says + path, encoding="utf-8")
    for name, text in ((css, ""), (first, 'import {x} from "./b.00000003.js"'), (second, "")):
        (folder / "assets" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "assets" / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = listed(tmp_path / "root", "pages: [index]")
    (folder / worker.SOURCES).symlink_to(ROOT / worker.SOURCES)
    return folder


def test_the_worker_is_told_the_editions_that_are_there(root: Path, tmp_path: Path) -> None:
    told = worker.manifest(root, tree(tmp_path / "public"))["editions"]
    assert {edition: list(one["pages"]) for edition, one in told.items()} == {
        "zh": ["/offline/", "/"],
        "en": ["/en/offline/", "/en/"],
    }
    assert told["zh"]["words"]["kept"] == "kept &amp; &lt;b&gt;"
    assert len({mark for one in told.values() for mark in one["pages"].values()}) == 4


def test_an_edition_costs_its_pages_and_what_they_name(root: Path, tmp_path: Path) -> None:
    public = tree(tmp_path / "public")
    files = [path.relative_to(public).as_posix() for path in worker.files(root, public, "en")]
    assert files[:2] == ["en/offline/index.html", "en/index.html"]
    assert [name.split("/")[-1] for name in files[2:]] == [
        "a.00000001.css",
        "a.00000002.js",
        "b.00000003.js",
    ]


def test_equal_sources_make_equal_workers_and_others_another(root: Path, tmp_path: Path) -> None:
    public = tree(tmp_path / "public")

    def written(made_from: str, **identity: Any) -> bytes:
        worker.write(root, public, {"offline": True, **identity}, made_from)
        return (public / worker.NAME).read_bytes()

    first = written("one")
    assert written("one") == first != written("two")
    (public / "index.html").write_text("changed", encoding="utf-8")
    assert written("one") != first
    farewell = written("one", offline=False)
    assert b"unregister" in farewell and b"SITE" not in farewell
