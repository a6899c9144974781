"""An office of its own for each test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.examples import CATALOGUE
from tests.inbox.office import Desk, Office, new_office


@pytest.fixture
def release(tmp_path: Path) -> Path:
    private = tmp_path / "release" / "_private"
    private.mkdir(parents=True)
    (private / "catalogue.json").write_text(json.dumps(CATALOGUE), "utf-8")
    identity = {"name": {"zh": "金桥", "en": "Jinqiao"}, "reference_prefix": "TY"}
    (private / "identity.json").write_text(json.dumps(identity), "utf-8")
    return private.parent


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
