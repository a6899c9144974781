"""When MkDocs or its theme is no more, pages and directory still come out as they are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT, BuiltSite

#: A section, and the pages of others that the directory's pages lead to.
SLUGS = ("find/", "away/register", "help/rights", "about/open-data")
BLOCKED = """
import sys
for name in ("mkdocs", "material", "materialx", "mkdocs_static_i18n"):
    sys.modules[name] = None  # importing it fails
from pathlib import Path
from scripts.without_mkdocs import ROOT, write
print(write(ROOT, Path(sys.argv[1]), tuple(sys.argv[2:])))
"""


def test_a_section_and_the_directory_come_out_the_same_to_the_byte_without_mkdocs(
    built_site: BuiltSite, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", BLOCKED, str(tmp_path), *SLUGS]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    pages = [path.relative_to(tmp_path) for path in tmp_path.rglob("*.html")]
    differing = [
        str(page)
        for page in pages
        if (tmp_path / page).read_bytes() != (built_site.public / page).read_bytes()
    ]
    assert differing == []
    assert int(done.stdout) >= 2 * 8
    assert len(pages) > 300  # with every branch and list
