"""What MkDocs minds stops the build and is told in its own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.rendering import rendering
from scripts.sources import Sources, read_sources

ROOT = Path(__file__).resolve().parents[2]
CONFIG = "site_name: 桥\ntheme: {name: null, custom_dir: theme}\n"


@pytest.fixture(scope="module")
def sources() -> Sources:
    return read_sources(ROOT)


@pytest.mark.parametrize(
    ("config", "page", "template", "said"),  # said: "" when all is well
    [
        (CONFIG, "# 题", "{{ page.content }}", ""),
        (CONFIG + "nonsense: 3\n", "# 题", "{{ page.content }}", "nonsense"),
        (CONFIG + "plugins: [nothere]\n", "# 题", "{{ page.content }}", '"nothere" plugin'),
        (CONFIG, "[断](nowhere.md)", "{{ page.content }}", "nowhere.md"),
        (CONFIG, "# 题", "{% if %}", "index.md"),
    ],
)
def test_each_warning_is_a_problem(
    config: str, page: str, template: str, said: str, sources: Sources, tmp_path: Path
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "theme").mkdir()
    (tmp_path / "mkdocs.yml").write_text(config, encoding="utf-8")
    (tmp_path / "docs/index.md").write_text(page, encoding="utf-8")
    (tmp_path / "theme/main.html").write_text(template, encoding="utf-8")
    with rendering(tmp_path, tmp_path / "public", sources) as pages:
        problems = pages.result()
    assert [problem.file for problem in problems] == (["mkdocs.yml"] if said else [])
    assert all(said in problem.message for problem in problems)
