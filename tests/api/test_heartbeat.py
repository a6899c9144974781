"""The heartbeat: which moment may be deleted by when clocks run ahead, behind, leap, or differ."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, insert, select, update

from forms_api import clock, heartbeat, metrics, privacy
from forms_api.heartbeat import GAP, Heartbeat, Verdict
from forms_api.housekeeping import Housekeeper
from forms_api.store import submissions
from forms_api.store.engine import migrate, open_engine
from forms_api.store.tables import submission
from scripts.prove.instance import AGE, draft, form
from tests.api.conftest import Instance
from tests.api.databases import new_database

START = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class World:
    """`real`: what the time really is. `at`: the heartbeat of one database."""

    def __init__(self) -> None:
        self.real = self.at = START

    def passes(self, time: timedelta, *hosts: Host) -> list[list[Verdict]]:
        """All verdicts of each host while that time passes, a beat a minute."""
        said: list[list[Verdict]] = [[] for _ in hosts]
        for _ in range(int(time / MINUTE)):
            self.real += MINUTE
            for host, verdicts in zip(hosts, said, strict=True):
                verdicts.append(host.beat())
        return said


class Host:
    """A process that keeps house; its clock is off by `off`."""

    def __init__(self, world: World, off: timedelta = timedelta(0)) -> None:
        self.world = world
        self.off = off
        self.start()

    def start(self) -> None:
        world = self.world
        self._pulse = Heartbeat(lambda: world.real + self.off, lambda: world.real.timestamp())

    def beat(self) -> Verdict:
        verdict, at = self._pulse.follow(self.world.at, self.world.real + self.off)
        self.world.at = at or self.world.at
        return verdict


def whys(verdicts: list[Verdict]) -> set[str]:
    return {one.why for one in verdicts}


def latest(verdicts: list[Verdict]) -> datetime:
    """The latest moment that something was deleted by."""
    return max((one.now for one in verdicts if not one.why), default=START)


def test_a_clock_that_is_right_is_followed_to_the_second() -> None:
    world = World()
    (said,) = world.passes(30 * DAY, Host(world))
    assert whys(said) == {""}
    assert (said[-1].now, world.at) == (world.real, world.real)


@pytest.mark.parametrize(
    ("off", "why"),
    [(2 * DAY + 2 * HOUR, "ahead"), (3000 * DAY, "ahead"), (-5 * HOUR, "behind"),
     (-3000 * DAY, "behind")],
)  # fmt: skip
def test_a_start_with_a_wrong_clock_stops_and_goes_on_once_it_is_right(
    off: timedelta, why: str
) -> None:
    world = World()
    world.real += HOUR
    host = Host(world, off)
    (said,) = world.passes(2 * HOUR, host)
    assert whys(said) == {why}
    assert world.at == START
    host.off = timedelta(0)
    (said,) = world.passes(10 * MINUTE, host)
    assert said[-1] == Verdict(world.real)


@pytest.mark.parametrize("leap", [2 * HOUR, DAY, 3 * DAY, 3000 * DAY])
def test_a_clock_that_leaps_ahead_while_running_takes_nothing_along(leap: timedelta) -> None:
    world = World()
    host = Host(world)
    world.passes(HOUR, host)
    host.off = leap
    (said,) = world.passes(30 * HOUR, host)
    assert whys(said) == {"" if leap < GAP else "ahead"}
    assert max(one.now for one in said) <= world.real
    assert world.at <= world.real
    host.off = timedelta(0)
    (said,) = world.passes(2 * MINUTE, host)
    assert said[-1] == Verdict(world.real)


def test_a_clock_that_leaps_again_and_again_takes_nothing_along() -> None:
    world = World()
    host = Host(world)
    world.passes(HOUR, host)
    for number in range(1, 100):
        host.off = number * 40 * HOUR
        (said,) = world.passes(HOUR, host)
        assert latest(said) <= world.real


def test_a_clock_that_was_behind_for_days_goes_on_when_it_is_set() -> None:
    world = World()
    host = Host(world)
    world.passes(HOUR, host)
    host.off = -10 * DAY
    (said,) = world.passes(5 * DAY, host)
    assert whys(said) == {"behind"}
    host.off = timedelta(0)
    assert host.beat() == Verdict(world.real)


@pytest.mark.parametrize("off", [5 * HOUR, 30 * HOUR, 47 * HOUR, 20 * DAY])
@pytest.mark.parametrize("order", [1, -1])
def test_of_two_hosts_apart_the_one_ahead_goes_by_the_other(off: timedelta, order: int) -> None:
    world = World()
    right, ahead = Host(world), Host(world, off)
    world.passes(MINUTE, right)
    for _ in range(3):
        said = world.passes(DAY, *[right, ahead][::order])[::order]
        assert whys(said[0]) == {""}
        assert said[0][-1].now == world.real
        assert latest(said[1]) <= world.real
        assert world.at <= world.real
        ahead.start()  # it learns nothing by that


@pytest.mark.parametrize("off", [5 * HOUR, 30 * HOUR, 20 * DAY])
def test_of_two_hosts_apart_the_one_behind_stops_alone(off: timedelta) -> None:
    world = World()
    right, behind = Host(world), Host(world, -off)
    world.passes(MINUTE, right)
    said = world.passes(DAY, right, behind)
    assert (whys(said[0]), whys(said[1])) == ({""}, {"behind"})
    assert said[0][-1].now == world.real


def test_two_hosts_that_start_after_a_day_without_any_both_go_on() -> None:
    world = World()
    world.real += DAY
    said = world.passes(10 * MINUTE, Host(world), Host(world))
    assert [one[-1] for one in said] == [Verdict(world.real)] * 2


def test_a_service_that_is_started_anew_each_minute_goes_by_an_earlier_time_and_never_a_later() -> (
    None
):
    world = World()
    for _ in range(100):
        (said,) = world.passes(MINUTE, Host(world))
        assert said == [Verdict(world.real)]
        world.real += 5 * MINUTE


class Database:
    """A real one, with its writing transactions."""

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        migrate(self.engine)
        self.write = privacy.directly(self.engine)

    def beat(self, pulse: Heartbeat, *, due: bool = False) -> Verdict:
        found: Verdict = self.write(lambda connection: pulse.beat(connection, lambda _: due))
        return found


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    ours = Database(url)
    yield ours
    ours.engine.dispose()


def test_after_a_week_without_any_host_a_person_says_that_the_clock_is_right(
    database: Database,
) -> None:
    now = clock.now()
    database.write(lambda c: heartbeat.confirm(c, now - 7 * DAY))
    ticks = [0.0]
    pulse = Heartbeat(lambda: now, lambda: ticks[0])
    for second in range(0, 86_400, 3600):
        ticks[0] = float(second)
        assert database.beat(pulse).why == "ahead"
    database.write(lambda c: heartbeat.confirm(c, now))
    assert database.beat(pulse) == Verdict(now)
    assert database.write(lambda c: heartbeat.look(c, now)).why == ""


@pytest.mark.parametrize(
    ("ago", "due", "why"),
    [(HOUR, True, ""), (3 * DAY, False, ""), (3 * DAY, True, "new"), (-3 * DAY, True, "behind"),
     (None, True, "")],
)  # fmt: skip
def test_a_database_without_a_heartbeat_is_judged_by_its_newest_record(
    database: Database, ago: timedelta | None, due: bool, why: str
) -> None:
    now = clock.now()
    if ago is not None:
        day = (now - ago).date().isoformat()
        database.write(lambda c: submissions.note(c, None, day, "system", "tried"))
    assert database.beat(Heartbeat(), due=due).why == why
    assert database.write(lambda c: heartbeat.look(c, now)).why == ("new" if why else "")


def test_the_clock_of_the_databases_server_counts_too(server: str) -> None:
    ours = Database(new_database(server, "heartbeat"))
    now = datetime.now(UTC)
    verdict = ours.beat(Heartbeat(lambda: now + 30 * HOUR))
    assert abs(verdict.now - now) < HOUR
    assert ours.beat(Heartbeat(lambda: now - 30 * HOUR)).why == "behind"
    ours.engine.dispose()


@pytest.mark.parametrize(
    ("due", "total", "many"),
    [(20, 20, False), (21, 21, True), (21, 209, True), (21, 210, False), (99, 1000, False),
     (101, 1000, True)],
)  # fmt: skip
def test_more_than_twenty_and_a_tenth_are_too_many(due: int, total: int, many: bool) -> None:
    assert privacy.too_many(due, total) is many


def send(instance: Instance, count: int) -> None:
    """One, and the same under other references."""
    mine = instance.services
    mine.keeping.keep(form(), draft("Is this a question?"), AGE)

    def more(connection: Connection) -> None:
        row = dict(connection.execute(select(submission)).mappings().one())
        del row["id"]
        for number in range(1, count):
            row |= {"reference": f"TY-{number:04}", "code_hash": secrets.token_bytes(32)}
            connection.execute(insert(submission).values(row))

    mine.writer.submit(more).result(10)


def change(instance: Instance, count: int, **values: str) -> None:
    work = update(submission).where(submission.c.id <= count).values(values)
    instance.services.writer.submit(lambda connection: connection.execute(work)).result(10)


def test_too_many_at_once_wait_for_a_person(instance: Instance) -> None:
    send(instance, 25)
    change(instance, 21, retain_until="2000-01-01")
    keeper = Housekeeper(instance.app)
    for _ in range(3):
        keeper.turn()
    assert instance.rows("SELECT count(*) FROM submission") == [(25,)]
    assert instance.rows("SELECT substr(dedupe, 1, 16) FROM outbox WHERE desk = 'operator'") == [
        ("alert:clock:many",)
    ]
    assert metrics.health(instance.services)["forgetting"] == "many"
    mine = instance.services
    write = privacy.directly(mine.engine)
    write(lambda c: heartbeat.confirm(c, clock.now()))
    privacy.purge(mine.engine, write, mine.forms, clock.now(), bounded=False)
    assert instance.rows("SELECT count(*) FROM submission") == [(4,)]
    assert metrics.health(mine)["forgetting"] == "ok"


def test_once_fewer_are_due_it_goes_on_by_itself(instance: Instance) -> None:
    send(instance, 25)
    change(instance, 21, retain_until="2000-01-01")
    Housekeeper(instance.app).turn()
    change(instance, 5, retain_until="2099-01-01")
    Housekeeper(instance.app).turn()
    assert instance.rows("SELECT count(*) FROM submission") == [(9,)]
    assert metrics.health(instance.services)["forgetting"] == "ok"


def deleting(instance: Instance, now: Callable[[], datetime]) -> Housekeeper:
    keeper = Housekeeper(instance.app, pulse=Heartbeat(now))
    keeper.turn()
    return keeper


def test_a_start_with_a_clock_years_ahead_deletes_nothing_and_tells_the_operator(
    instance: Instance,
) -> None:
    send(instance, 3)
    deleting(instance, clock.now)
    deleting(instance, lambda: clock.now() + 3000 * DAY)
    assert instance.rows("SELECT count(*) FROM submission") == [(3,)]
    held = instance.rows("SELECT count(*) FROM idempotency WHERE wrapped_code IS NOT NULL")
    assert held == [(1,)]
    (told,) = instance.rows("SELECT facts FROM outbox WHERE desk = 'operator'")
    assert "--clock-is-right" in told[0]
