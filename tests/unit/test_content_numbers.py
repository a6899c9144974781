"""Numbers are values, whatever script they are written in."""

from pathlib import Path

import pytest
import yaml

from scripts.content.numbers import han_value, numbers_in

CASES = yaml.safe_load(
    (Path(__file__).parent.parent / "cases/numbers.yml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_every_number_a_reader_sees_is_found(case: dict) -> None:
    assert numbers_in(case["text"]) == set(map(float, case["numbers"]))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("一百零二", 102),
        ("三百五十", 350),
        ("四万七千", 47000),
    ],
)
def test_chinese_numerals_have_the_value_they_name(text: str, value: float) -> None:
    assert han_value(text) == value
