"""What only tests with a browser share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.offline_site import OfflineSite
from tests.conftest import BuiltSite


@pytest.fixture(scope="session")
def own_site(
    built_site: BuiltSite, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OfflineSite]:
    made = OfflineSite(built_site.folder, tmp_path_factory.mktemp("offline"))
    yield made
    made.dies()


@pytest.fixture
def site(own_site: OfflineSite) -> OfflineSite:
    """A site that a test may publish on and stop; as it was built when the test begins."""
    own_site.is_as_built()
    return own_site
