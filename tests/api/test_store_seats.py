"""Seats: never more than there are, nobody overtakes, what is given back goes to the first."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from sqlalchemy import Connection, func, select, update

from forms_api.render import Receipt
from forms_api.store import submissions
from forms_api.store.seats import Wish
from forms_api.store.tables import submission
from forms_api.tokens import Draft, new_key
from tests.api.conftest import Instance
from tests.api.examples import ASK

TEA = Wish("tea", 1, 3)


def sign_up(instance: Instance, wish: Wish, key: str = "", *, robot: bool = False) -> Receipt:
    form = instance.services.forms["help-ask"]
    values = {name: str(value) for name, value in ASK.items()}
    draft = Draft(form.id, form.version, "zh", key or new_key(), values, trapped=robot)
    return instance.services.keeping.keep(form, draft, 0 if robot else 60, wish)


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


@pytest.mark.parametrize("order", ["tea first", "walk first"])
def test_seats_of_another_event_are_left_alone(instance: Instance, order: str) -> None:
    """Two events, each full and with somebody waiting: only the one that was left moves."""
    walk = Wish("walk", 1, 4)
    if order == "walk first":
        sign_up(instance, replace(walk, wanted=4))
    leaving = sign_up(instance, replace(TEA, wanted=2))
    sign_up(instance, TEA)
    if order == "tea first":
        sign_up(instance, replace(walk, wanted=4))
    waiting = {wish.event: sign_up(instance, wish) for wish in (walk, TEA)}
    codes = {event: one.access_code.replace(" ", "") for event, one in waiting.items()}
    keeping = instance.services.keeping
    keeping.erase(leaving.access_code.replace(" ", ""))
    assert {event: keeping.is_waiting(code) for event, code in codes.items()} == {
        "walk": True,
        "tea": False,
    }
    seats = "SELECT event, seats, taken FROM seat ORDER BY event"
    assert instance.rows(seats) == [("tea", 3, 2), ("walk", 4, 4)]
    held = "SELECT event, sum(seats) FROM place WHERE NOT waiting GROUP BY event ORDER BY event"
    assert instance.rows(held) == [("tea", 2), ("walk", 4)]


def test_what_is_set_aside_as_spam_takes_no_seat(instance: Instance) -> None:
    robots = [sign_up(instance, replace(TEA, wanted=3), robot=True) for _ in range(4)]
    assert {one.place for one in robots} == {"waiting"}
    assert places(instance, 1, 2) == ["taken", "taken"]
    last = sign_up(instance, TEA)
    assert last.place == "waiting"
    instance.services.keeping.erase(robots[0].access_code.replace(" ", ""))
    assert instance.rows("SELECT taken FROM seat") == [(3,)]


@dataclass(frozen=True)
class Judging:
    """People and robots who ask for 3 seats in turn, and what a desk then says of the first."""

    wanted: tuple[int, ...]
    robots: frozenset[int]
    first_is_spam: bool
    seated: tuple[bool, ...]


@pytest.mark.parametrize(
    "case",
    [
        Judging((3, 1, 2), frozenset(), True, (False, True, True)),
        Judging((4, 1), frozenset(), True, (False, True)),  # it waited, and stood in the way
        Judging((2, 1), frozenset({0}), False, (True, True)),
        Judging((2, 2), frozenset({0}), False, (False, True)),  # nobody loses a seat by it
        Judging((1, 2, 2), frozenset({0}), False, (True, True, False)),  # first in the queue again
        Judging((3, 3), frozenset({0, 1}), False, (True, False)),
        Judging((1, 1), frozenset(), False, (True, True)),  # it was none: nothing changes
    ],
)
def test_a_desk_s_judgement_gives_and_takes_seats(instance: Instance, case: Judging) -> None:
    codes = [
        sign_up(instance, replace(TEA, wanted=n), robot=i in case.robots).access_code
        for i, n in enumerate(case.wanted)
    ]
    judge(instance, is_spam=case.first_is_spam)
    keeping = instance.services.keeping
    assert [not keeping.is_waiting(code.replace(" ", "")) for code in codes] == list(case.seated)
    taken = sum(n for n, seated in zip(case.wanted, case.seated, strict=True) if seated)
    assert instance.rows("SELECT taken FROM seat") == [(taken,)]


def judge(instance: Instance, *, is_spam: bool) -> None:
    def work(connection: Connection) -> None:
        first = select(func.min(submission.c.id)).scalar_subquery()
        mine = update(submission).where(submission.c.id == first)
        connection.execute(mine.values(spam_score=100 if is_spam else 0))
        submissions.seats_judged(connection, connection.execute(select(first)).scalar_one(), "now")

    instance.services.writer.submit(work).result(10)


def test_a_smaller_room_takes_nobody_s_seat_and_gives_none_away(instance: Instance) -> None:
    assert places(instance, 3) == ["taken"]
    assert sign_up(instance, replace(TEA, seats=2)).place == "waiting"
    assert instance.services.keeping.free_seats("tea", 2) == 0


def test_a_form_without_seats_says_nothing_of_them(instance: Instance) -> None:
    instance.send("help-ask", ASK)
    assert instance.rows("SELECT count(*) FROM seat") == [(0,)]
