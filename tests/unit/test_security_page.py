"""SECURITY.md: each promise names a proof that is there, and each proof stands for a promise."""

from __future__ import annotations

import re
from pathlib import Path

from scripts.prove.cli import PROOFS

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "SECURITY.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.splitlines()
    if re.match(r"\| (?!promise)", line)
]


def test_each_proof_stands_in_the_table_and_each_named_proof_is_there() -> None:
    named = {name for row in ROWS for name in re.findall(r"`prove (\w+)`", row[2])}
    assert named == set(PROOFS)


def test_each_promise_has_a_proof() -> None:
    for promise, against, proof in ROWS:
        assert promise and against
        files = re.findall(r"`(tests/[\w/.]+)`", proof)
        assert files or "`prove " in proof, promise
        assert [name for name in files if not (ROOT / name).is_file()] == []
