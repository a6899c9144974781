"""Two halves of a piece of work at once."""

from __future__ import annotations

import os

import pytest

from scripts.beside import beside


def test_the_other_half_runs_in_a_process_of_its_own_and_sends_back_what_it_made() -> None:
    with beside(os.getpid) as other:
        here = os.getpid()
    assert other.result() != here


def test_what_goes_wrong_there_is_told_here(capfd: pytest.CaptureFixture[str]) -> None:
    def fails() -> None:
        raise ValueError("no such branch")

    with pytest.raises(RuntimeError, match="the list failed"), beside(fails, "the list"):
        pass
    assert "no such branch" in capfd.readouterr().err


def test_whoever_asks_again_is_told_the_same(capfd: pytest.CaptureFixture[str]) -> None:
    def fails() -> None:
        raise ValueError("no such branch")

    with pytest.raises(RuntimeError, match="the list failed"), beside(fails, "the list") as other:
        other.result()
    with pytest.raises(RuntimeError, match="the list failed"):
        other.result()
    assert "no such branch" in capfd.readouterr().err
