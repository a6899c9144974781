"""Numbers that are never kept, in every spelling, and the everyday sentences that must pass."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from forms_api.guards import refused_number

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases/number_filters.yml").read_text("utf-8"))


def _named(kind: str) -> dict[str, Any]:
    rows = CASES[kind]
    return {"argvalues": [row["text"] for row in rows], "ids": [row["name"] for row in rows]}


@pytest.mark.parametrize("text", **_named("identity"))
def test_an_identity_number_is_refused_however_it_is_written(text: str) -> None:
    assert refused_number(text) == "id-number"


@pytest.mark.parametrize("text", **_named("card"))
def test_a_bank_card_number_is_refused_however_it_is_written(text: str) -> None:
    assert refused_number(text) == "bank-number"


def test_everyday_sentences_with_numbers_in_them_pass() -> None:
    assert len(CASES["everyday"]) > 200
    assert [text for text in CASES["everyday"] if refused_number(text)] == []


def _digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choice("0123456789") for _ in range(count))


def _mobile(chance: random.Random) -> str:
    return f"1{chance.choice('3456789')}{_digits(chance, 9)}"


def _day(chance: random.Random) -> str:
    """Of the year of the matter: dates of children's births are not told from others."""
    return f"{chance.randint(2025, 2026)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"


MADE_UP: dict[str, Callable[[random.Random], str]] = {
    "wages": lambda c: "、".join(str(c.randint(3000, 9000)) for _ in range(12)),
    "wages with blanks": lambda c: (
        "工资 " + " ".join(str(c.randint(3000, 9000)) for _ in range(12))
    ),
    "telephones": lambda c: " ".join(_mobile(c) for _ in range(6)),
    "day and telephone": lambda c: f"{c.randint(1, 12)}.{c.randint(1, 28)} {_mobile(c)}",
    "telephone, day, wages": lambda c: f"{_mobile(c)}，{_day(c)}，{c.randint(3000, 9000)}",
    "place, day, wages": lambda c: f"440300 {_day(c)} {c.randint(3000, 9000)}",
    "days": lambda c: " ".join(_day(c) for _ in range(6)),
    "landlines": lambda c: " ".join(f"0755-{c.randint(2, 8)}{_digits(c, 7)}" for _ in range(5)),
    "order numbers": lambda c: f"订单号 {_digits(c, c.choice((16, 18, 19, 20, 28)))}",
    "express numbers": lambda c: f"快递 78{_digits(c, 13)}",
    "company codes": lambda c: f"9{c.randint(1, 3)}{_digits(c, 16)}",
    "work orders": lambda c: "440300" + _day(c).replace("-", "") + _digits(c, 4),
    "accounts of friends": lambda c: " ".join(_digits(c, c.randint(8, 10)) for _ in range(4)),
}


@pytest.mark.parametrize("kind", MADE_UP)
def test_of_a_thousand_made_up_lists_hardly_one_is_refused(kind: str) -> None:
    chance = random.Random(20261201)  # noqa: S311
    texts = [MADE_UP[kind](chance) for _ in range(1000)]
    refused = [text for text in texts if refused_number(text)]
    assert len(refused) <= 2, refused
