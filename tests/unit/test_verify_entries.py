"""Thousands of pages with one frame: a fault is named on the page that has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import verify, verify_entries
from scripts.walk import files_below

FRAME = """<!doctype html><html><head><meta name="robots"
content="noindex"></head><body><a href="/">首页</a><a href="#main">跳过</a>
<main id="main"><h1 id="top">题</h1>
{body}
</main><footer class="jq-notice">不是党政机关网站</footer></body>
"""


def problems(root: Path, bodies: dict[str, str]) -> list[tuple[str, str, str]]:
    pages = {
        "index.html": "",
        **{f"find/directory/{name}/index.html": bodies[name] for name in bodies},
    }
    for name, body in pages.items():
        page = root / name
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(body if body.startswith("<!doctype") else FRAME.format(body=body), "utf-8")
    checks = verify_entries.Checks(
        verify.text_faults, lambda name, page: verify.page_faults(True, name, page)
    )
    found = verify_entries.problems(root, sorted(pages), set(files_below(root)), checks)
    return [(problem.file, problem.code, problem.message.partition(":")[0]) for problem in found]


SOUND = {"a": "<p>甲</p>", "b": '<p><a href="/find/directory/a/#top">甲</a></p>', "c": "<p>丙</p>"}


def test_sound_pages_pass(tmp_path: Path) -> None:
    assert problems(tmp_path, SOUND) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<!--jq:content-->", "leftover"),
        ('<img src="https://example.com/a.png" alt="">', "external"),
        ("<script>alert(1)</script>", "inline-script"),
        ("<h1>又一个</h1>", "heading"),
        ('<a href="/nowhere/">断</a>', "broken-link"),
        ('<a href="../nowhere/">断</a>', "broken-link"),
        ('<a href="/find/directory/a/#nowhere">断</a>', "broken-link"),
        ('<a href="#nowhere">断</a>', "broken-link"),
    ],
)
def test_a_fault_is_named_with_its_page(body: str, code: str, tmp_path: Path) -> None:
    found = problems(tmp_path, {**SOUND, "b": body})
    assert [(file, kind) for file, kind, _ in found] == [("find/directory/b/index.html", code)]


def test_a_part_of_the_frame_that_leads_nowhere_on_one_page_is_found_there(tmp_path: Path) -> None:
    page = FRAME.format(body="<p>乙</p>").replace('<main id="main">', "<main>")
    assert problems(tmp_path, {**SOUND, "b": page}) == [
        ("find/directory/b/index.html", "broken-link", "#main")
    ]


def test_a_page_without_the_notice_or_with_sample_data_for_search_engines_is_named(
    tmp_path: Path,
) -> None:
    page = FRAME.format(body="").replace("jq-notice", "").replace("noindex", "index")
    found = problems(tmp_path, {**SOUND, "b": page})
    assert {code for _, code, _ in found} == {"notice", "sample"}
