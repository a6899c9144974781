"""Each promise of the forms service, in the quick version of its proof."""

from __future__ import annotations

import json

import pytest

from scripts.prove import cli


@pytest.mark.parametrize("name", cli.PROOFS)
def test_the_promise_holds(name: str) -> None:
    result = cli.prove(name, quick=True)
    assert result["name"] == name
    assert result["holds"] is True, result
    assert json.dumps(result)
