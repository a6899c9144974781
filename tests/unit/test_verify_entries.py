"""Thousands of pages with one frame: a fault is named on the page that has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms_api.shell import Shell
from scripts import verify, verify_entries
from scripts.verify_entries import Looked, Watch
from scripts.walk import files_below

FRAME = """<!doctype html><html><head><meta name="robots"
content="noindex"></head><body><a href="/">首页</a><a href="#main">跳过</a><a href="#top">回顶</a>
<main id="main"><!--jq:content--><!--/jq:content-->
</main><footer class="jq-notice">不是党政机关网站</footer></body>
"""


def problems(root: Path, bodies: dict[str, str], frame: str = FRAME) -> list[tuple[str, str, str]]:
    shell = Shell.parse(frame)
    watch = Watch(shell, verify.checks({"sample": True}))
    pages = {
        "index.html": "",
        **{f"find/directory/{name}/index.html": bodies[name] for name in bodies},
    }
    for name, body in pages.items():
        parts = {"content": body if "<h1 " in body else f'<h1 id="top">题</h1>\n{body}'}
        page = root / name
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(shell.fill(**parts), "utf-8")
        watch.look(name, shell.fill(**parts), parts)
    found = verify_entries.problems(root, watch.looked, set(files_below(root)))
    return [(problem.file, problem.code, problem.message.partition(":")[0]) for problem in found]


SOUND = {"a": "<p>甲</p>", "b": '<p><a href="/find/directory/a/#top">甲</a></p>', "c": "<p>丙</p>"}


def test_sound_pages_pass(tmp_path: Path) -> None:
    assert problems(tmp_path, SOUND) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<p data-jq=x></p>", "leftover"),
        ('<img src="https://example.com/a.png" alt="">', "external"),
        ("<script>alert(1)</script>", "inline-script"),
        ('<h1 id="top">题</h1><h1>又一个</h1>', "heading"),
        ('<a href="/nowhere/">断</a>', "broken-link"),
        ('<a\nhref="/nowhere/">断</a>', "broken-link"),
        ('<a href="../nowhere/">断</a>', "broken-link"),
        ('<a href="/find/directory/a/#nowhere">断</a>', "broken-link"),
        ('<a href="#nowhere">断</a>', "broken-link"),
    ],
)
def test_a_fault_is_named_with_its_page(body: str, code: str, tmp_path: Path) -> None:
    found = problems(tmp_path, {**SOUND, "b": body})
    assert [(file, kind) for file, kind, _ in found] == [("find/directory/b/index.html", code)]


def test_what_the_frame_leads_to_must_be_on_every_page(tmp_path: Path) -> None:
    found = problems(tmp_path, {**SOUND, "b": '<h1 id="other">题</h1>'})
    assert found == [("find/directory/b/index.html", "broken-link", "#top")]


def test_a_fault_of_the_frame_is_named_once_with_the_first_page(tmp_path: Path) -> None:
    frame = FRAME.replace("jq-notice", "").replace("noindex", "index")
    found = problems(tmp_path, SOUND, frame)
    assert {(file, code) for file, code, _ in found} == {
        ("index.html", "notice"),
        ("index.html", "sample"),
    }


def test_pages_of_several_processes_are_told_together() -> None:
    one = Looked(["a"], [], {"/x/": "a"})
    one.add(Looked(["b"], [], {"/x/": "b", "/y/": "b"}))
    assert one == Looked(["a", "b"], [], {"/x/": "a", "/y/": "b"})
