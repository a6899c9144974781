"""Clocks ahead, behind, leaping, apart: what is not due stays, what is due goes by a right one.

A service keeps house on a real database while its clock is wrong in each of several ways and real
time goes on. Nothing may go before its day has come, and what was due must be gone once the clock
is right. Then: a backup, an erasure by its sender, a start with a clock years ahead, the list of
what was erased brought up to date by it, and a restore with the clock right again: the living are
there, what was erased is not. The same with the list as an earlier version wrote it, in which the
living stand with a day years ahead.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select, update

from forms_api import clock, services
from forms_api.app import close, create_app
from forms_api.backup import forgotten, making
from forms_api.backup.restoring import restore
from forms_api.heartbeat import Heartbeat
from forms_api.housekeeping import Housekeeper
from forms_api.render import Receipt
from forms_api.store.engine import open_engine
from forms_api.store.tables import submission
from scripts.prove.instance import AGE, draft, folder, form, settings_in
from scripts.prove.restore import code

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
YEARS = 3000 * DAY
# What the clocks of the hosts are off by, at first and after some hours; whether one must stop.
SCENARIOS: dict[str, tuple[list[timedelta], list[timedelta], bool]] = {
    "ahead by days": ([5 * DAY], [5 * DAY], True),
    "ahead by years": ([YEARS], [YEARS], True),
    "behind by days": ([-5 * DAY], [-5 * DAY], True),
    "leaps by a day while running": ([0 * DAY], [1 * DAY], False),
    "leaps by years while running": ([0 * DAY], [YEARS], True),
    "two hosts, a day apart": ([0 * DAY, 1 * DAY], [0 * DAY, 1 * DAY], False),
    "two hosts, years apart": ([0 * DAY, YEARS], [0 * DAY, YEARS], True),
}


@dataclass
class World:
    """One database. `real`: what the time really is."""

    app: Flask
    real: datetime = field(default_factory=clock.now)
    stopped: bool = False

    def host(self, off: timedelta) -> Host:
        return Host(self, off)

    def passes(self, hosts: list[Host], time: timedelta, steps: int) -> None:
        for _ in range(steps):
            self.real += time / steps
            for host in hosts:
                host.turn()

    def left(self, references: list[str]) -> int:
        """How many of these are there."""
        wanted = select(submission.c.id).where(submission.c.reference.in_(references))
        with services.of(self.app).engine.connect() as connection:
            return len(connection.execute(wanted).all())


class Host:
    """A process that keeps house with a clock that is off by so much."""

    def __init__(self, world: World, off: timedelta) -> None:
        self.world = world
        self.off = off
        self._pulse = Heartbeat(lambda: world.real + self.off, lambda: world.real.timestamp())

    def turn(self) -> None:
        keeper = Housekeeper(self.world.app, self._pulse)
        keeper.turn()
        self.world.stopped |= keeper.stopped != ""


def prove(quick: bool) -> dict[str, Any]:
    each = 3 if quick else 15
    with folder() as where, instance(where) as app:
        mine = services.of(app)
        world = World(app)
        world.host(0 * DAY).turn()
        sent, lost, stopped, resumed = 0, 0, 0, 0
        for first, then, stops in SCENARIOS.values():
            world.stopped = False
            living = [_send(mine, sent + number) for number in range(each)]
            due = [_send(mine, sent + each + number) for number in range(each)]
            sent += 2 * each
            _ends_on(mine, due, world.real + DAY)
            names = [one.reference for one in living], [one.reference for one in due]
            hosts = [world.host(off) for off in first]
            world.passes(hosts, 4 * HOUR, 2 if quick else 48)
            for host, off in zip(hosts, then, strict=True):
                host.off = off
            world.passes(hosts, 20 * HOUR, 3 if quick else 240)
            lost += 2 * each - world.left([*names[0], *names[1]])  # the day is not over yet
            stopped += world.stopped == stops
            for host in hosts:
                host.off = timedelta(0)
            world.passes(hosts, 2 * DAY, 3 if quick else 48)
            resumed += world.left(names[1]) == 0
            lost += each - world.left(names[0])
        came_back, lost_again = _restored(where, app, each)
    count = len(SCENARIOS)
    lost += lost_again
    return {
        "holds": (lost, came_back, stopped, resumed) == (0, 0, count, count),
        "scenarios": count + 2,
        "submissions": sent + 2 * each,
        "lost": lost,
        "came_back": came_back,
        "stopped": stopped,
        "resumed": resumed,
    }


@contextmanager
def instance(where: Path) -> Iterator[Flask]:
    settings, identity = settings_in(where)
    (where / "identity").write_text(identity, "utf-8")
    app = create_app(settings)
    try:
        yield app
    finally:
        close(app)


def _send(mine: services.Services, number: int) -> Receipt:
    return mine.keeping.keep(form(), draft(f"Does number {number} stay until its day?"), AGE)


def _ends_on(mine: services.Services, due: list[Receipt], day: datetime) -> None:
    """The last day of these, as if their form said so."""
    mine_ = submission.c.reference.in_([one.reference for one in due])
    work = update(submission).where(mine_).values(retain_until=day.date().isoformat())
    mine.writer.submit(lambda connection: connection.execute(work)).result(30)


def _restored(where: Path, app: Flask, each: int) -> tuple[int, int]:
    """Erased ones that are back and living ones that are not, over two restores."""
    mine = services.of(app)
    sent = [_send(mine, 10_000 + number) for number in range(2 * each)]
    backup, _ = making.make(mine.engine, where / "backups", mine.settings.recipients)
    erased, living = sent[:each], sent[each:]
    for receipt in erased[1:]:
        mine.keeping.erase(code(receipt))
    ahead = clock.now() + YEARS
    with _today(ahead):  # somebody erases while the clock is wrong
        mine.keeping.erase(code(erased[0]))
    Housekeeper(app, Heartbeat(lambda: ahead)).turn()
    making.note_forgotten(mine.engine, backup.parent, ahead)
    came_back, lost = _look(where, backup, erased, living)
    path = backup.parent / forgotten.NAME
    day = (ahead - DAY).date().isoformat()
    lines = [f"{one.reference} {clock.today()}T00:00:00Z" for one in erased]
    lines += [f"{one.reference} {day}T00:00:00Z" for one in living]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    back, gone = _look(where, backup, erased, living)
    return came_back + back, lost + gone


def _look(
    where: Path, backup: Path, erased: list[Receipt], living: list[Receipt]
) -> tuple[int, int]:
    identity = (where / "identity").read_text("utf-8")
    with folder() as empty:
        engine = open_engine(f"sqlite:///{empty / 'forms.sqlite'}")
        try:
            restore(engine, backup, [identity])
            full = select(submission.c.reference).where(submission.c.ciphertext.is_not(None))
            with engine.connect() as connection:
                there = set(connection.execute(full).scalars())
        finally:
            engine.dispose()
    back = sum(one.reference in there for one in erased)
    return back, sum(one.reference not in there for one in living)


@contextmanager
def _today(moment: datetime) -> Iterator[None]:
    before = os.environ.get("JINQIAO_TODAY")
    os.environ["JINQIAO_TODAY"] = moment.date().isoformat()
    try:
        yield
    finally:
        del os.environ["JINQIAO_TODAY"]
        if before is not None:
            os.environ["JINQIAO_TODAY"] = before
