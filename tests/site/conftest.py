"""What several tests of the built site and the directory start from."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.directory.office.importing import Site
from tests.site.directory_site import DIRECTORY, LANGUAGES, PREFIX, fill
from tests.site.office_files import site


@pytest.fixture(scope="session")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A web root on which the pages that entries lead to are already built."""
    out = tmp_path_factory.mktemp("public")
    for lang in LANGUAGES:
        for path in ("find", "find/directory", "find/correct-listing", "away/register"):
            page = out / PREFIX[lang] / path / "index.html"
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text("<title></title><i id=terms-setup></i><i id=terms-anchor></i>", "utf-8")
    fill(DIRECTORY, out)
    return out


@pytest.fixture
def present(tmp_path: Path) -> Site:
    """An office's copy of the sources, with the sample entries of the tests."""
    return site(tmp_path / "site")
