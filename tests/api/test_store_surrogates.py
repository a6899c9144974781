"""Half a character, which JSON can hold and no page can: told as any other wrong answer."""

from __future__ import annotations

import pytest

from tests.api.conftest import Instance
from tests.api.examples import GOOD


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize("form", sorted(GOOD))
def test_half_a_surrogate_pair_is_no_server_error(
    instance: Instance, form: str, accept: str
) -> None:
    answers = {name: "\ud800" for name in GOOD[form]}
    reply = instance.check(form, {**answers, "lang": "en"}, Accept=accept)
    assert reply.status_code == 422
    assert "charset" in reply.headers["Content-Type"] or accept != "text/html"
