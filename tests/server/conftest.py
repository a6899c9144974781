"""A service and nginx before it, on the site as it is built."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.prove.instance import Running
from tests.conftest import BuiltSite
from tests.server.front import Front

VISITORS = "127.0.0.0/8"  # tests say in a header which address they come from


@dataclass(frozen=True)
class Server:
    """`root` is laid out as the project on a server; its var/current is the built site."""

    root: Path
    service: Running
    front: Front


def root_of(place: Path, release: Path) -> Path:
    (place / "var").mkdir(parents=True)
    (place / "var/current").symlink_to(release)
    return place


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, built_site: BuiltSite) -> Iterator[Server]:
    place = tmp_path_factory.mktemp("server")
    root = root_of(place / "srv", built_site.folder)
    service = Running(
        place, {"FORMS_RELEASE": str(root / "var/current"), "FORMS_TRUSTED_PROXIES": "1"}
    )
    front = Front(
        place / "nginx", root, (f"127.0.0.1:{service.port}",), fronts=(VISITORS,), patience=2
    )
    try:
        yield Server(root, service, front)
    finally:
        front.stop()
        service.stop()
