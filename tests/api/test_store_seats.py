"""Seats: never more than there are, nobody overtakes, what is given back goes to the first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from forms_api.render import Receipt
from forms_api.store.seats import Wish
from forms_api.tokens import Draft, new_key
from tests.api.conftest import Instance
from tests.api.examples import ASK

TEA = Wish("tea", 1, 3)


def sign_up(instance: Instance, wish: Wish, key: str = "") -> Receipt:
    form = instance.services.forms["help-ask"]
    values = {name: str(value) for name, value in ASK.items()}
    draft = Draft(form.id, form.version, "zh", key or new_key(), values)
    return instance.services.keeping.keep(form, draft, 60, wish)


def places(instance: Instance, *wanted: int) -> list[str]:
    return [sign_up(instance, replace(TEA, wanted=seats)).place for seats in wanted]


@pytest.mark.parametrize(
    ("wanted", "outcomes"),
    [
        ((1, 1, 1, 1), ["taken", "taken", "taken", "waiting"]),
        ((2, 2, 1), ["taken", "waiting", "waiting"]),
        ((3,), ["taken"]),
        ((4,), ["waiting"]),
    ],
    ids=["one by one", "nobody overtakes", "all", "more than there are"],
)
def test_seats_are_taken_until_there_are_none(
    instance: Instance, wanted: tuple[int, ...], outcomes: list[str]
) -> None:
    assert places(instance, *wanted) == outcomes
    taken = sum(n for n, outcome in zip(wanted, outcomes, strict=True) if outcome == "taken")
    assert instance.services.keeping.free_seats("tea", 3) == 3 - taken


def test_a_repeated_sending_takes_no_second_seat(instance: Instance) -> None:
    key = new_key()
    first, again = (sign_up(instance, TEA, key) for _ in range(2))
    assert first == again
    assert instance.rows("SELECT taken FROM seat") == [(1,)]


def test_seats_given_back_go_to_those_who_waited_longest(instance: Instance) -> None:
    holder = sign_up(instance, replace(TEA, wanted=3))
    waiters = [sign_up(instance, replace(TEA, wanted=seats)) for seats in (2, 1, 1)]
    keeping = instance.services.keeping
    codes = [one.access_code.replace(" ", "") for one in waiters]
    assert [keeping.is_waiting(code) for code in codes] == [True, True, True]
    keeping.erase(holder.access_code.replace(" ", ""))
    assert [keeping.is_waiting(code) for code in codes] == [False, False, True]
    assert instance.rows("SELECT taken FROM seat") == [(3,)]
    keeping.erase(codes[2])
    assert instance.rows("SELECT taken FROM seat") == [(3,)]
    assert keeping.is_waiting(codes[2]) is None


def test_a_smaller_room_takes_nobody_s_seat_and_gives_none_away(instance: Instance) -> None:
    assert places(instance, 3) == ["taken"]
    assert sign_up(instance, replace(TEA, seats=2)).place == "waiting"
    assert instance.services.keeping.free_seats("tea", 2) == 0


def test_a_form_without_seats_says_nothing_of_them(instance: Instance) -> None:
    instance.send("help-ask", ASK)
    assert instance.rows("SELECT count(*) FROM seat") == [(0,)]
