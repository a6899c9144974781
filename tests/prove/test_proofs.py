"""Each promise of the forms service, in the quick version of its proof."""

from __future__ import annotations

import json

import pytest

from scripts.prove import cli


# test_handbook.py holds the handbook's.
@pytest.mark.parametrize("name", [name for name in cli.PROOFS if name != "handbook"])
def test_the_promise_holds(name: str) -> None:
    result = cli.prove(name, quick=True)
    assert result["name"] == name
    assert result["holds"] is True, result
    assert json.dumps(result)
