"""An office of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.examples import new_release
from tests.inbox.office import Desk, Office, new_office


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return new_release(tmp_path)


@pytest.fixture
def office(tmp_path: Path, release: Path) -> Iterator[Office]:
    with new_office(tmp_path, release) as one:
        yield one


@pytest.fixture
def desk(office: Office) -> Desk:
    """The guide desk, unlocked."""
    one = office.desk()
    one.unlocks()
    return one
