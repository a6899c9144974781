"""What is sealed has the length of its step, whatever it says."""

from __future__ import annotations

from typing import Any

import pyrage
import pytest

from forms_api import codes
from forms_api.padding import padded
from forms_api.sealing import Sealer, open_sealed
from tests.api.conftest import Instance
from tests.api.examples import ASK
from tests.inbox.office import Office, new_office


@pytest.mark.parametrize(
    ("length", "step"),
    [(0, 1024), (1, 1024), (1024, 1024), (1025, 2048), (5000, 8192), (40_000, 65_536)],
)
def test_a_document_ends_where_its_step_does(length: int, step: int) -> None:
    assert len(padded(b"1" * length)) == step


def body(ciphertext: bytes) -> int:
    """The length of an age file's payload. Its header has pieces of random length, which can be
    read and tell nothing."""
    return len(ciphertext) - ciphertext.index(b"\n", ciphertext.index(b"\n--- ") + 1) - 1


TEXTS = ["", "dues", "a longer sentence " * 20, "多谢您" * 90]


def test_texts_of_one_step_cannot_be_told_apart_by_their_length() -> None:
    desk = pyrage.x25519.Identity.generate()
    sealer, holder = Sealer([str(desk.to_public())]), codes.locks(codes.new_access_code())
    assert len({body(sealer.seal({"text": text})) for text in TEXTS}) == 1
    assert len({len(codes.seal_to_holder(holder.public_key, f'"{text}"')) for text in TEXTS}) == 1
    assert open_sealed(sealer.seal({"text": TEXTS[3]}), str(desk)) == {"text": TEXTS[3]}
    assert body(sealer.seal({"text": "x" * 1024})) == body(sealer.seal({"text": "x" * 2000}))


@pytest.mark.parametrize("topic", ["dues", "transfer", "other"])
def test_a_question_is_as_long_as_every_other(instance: Instance, topic: str) -> None:
    instance.send("help-ask", {**ASK, "topic": topic})
    instance.send("help-ask", {**ASK, "question": "One word more: " + ASK["question"]})
    lengths = {
        body(bytes(sealed)) for (sealed,) in instance.rows("SELECT ciphertext FROM submission")
    }
    assert len(lengths) == 1


@pytest.fixture
def office(tmp_path: Any, release: Any) -> Any:
    with new_office(tmp_path, release) as one:
        yield one


def test_everything_that_desks_write_is_padded(office: Office) -> None:
    """A word and a page of each: notes, answers for the desks and for the person, letters."""
    desk = office.desk()
    desk.unlocks()
    for text in ("是", "请到支部来一趟。" * 8):
        reference = office.sends().reference
        desk.does(reference, "note", note=text)
        assert desk.does(reference, "answer", way="email", text=text).status_code == 303
    for column, table in (("sealed", "note"), ("kept", "reply"), ("sealed", "outbox")):
        rows = office.rows(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL")  # noqa: S608
        assert len(rows) == 2 and len({body(bytes(sealed)) for (sealed,) in rows}) == 1, table
    assert len({len(bytes(sealed)) for (sealed,) in office.rows("SELECT sealed FROM reply")}) == 1
