"""From SQLite to a real PostgreSQL: nothing lost, nothing twice, whatever happens on the way."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.client import HTTPException
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, text, update

from forms_api import cli, clock
from forms_api.backup import making
from forms_api.backup.faults import BackupError
from forms_api.backup.restoring import restore
from forms_api.doctor import kept
from forms_api.moving.moving import Differs, checksums, give_up, move
from forms_api.store import fence
from forms_api.store.engine import begin_writing, migrate, open_engine
from forms_api.store.tables import event, submission, tombstone
from forms_api.tokens import Draft
from scripts.prove.instance import ROOT, Running, draft
from tests.api.conftest import Instance
from tests.api.databases import new_database
from tests.api.examples import ASK, AWAY

MANY = 20_000  # rows that keep a move busy for a second


@pytest.fixture
def address(server: str) -> str:
    return new_database(server, f"m{secrets.token_hex(6)}")


@pytest.fixture
def target(address: str) -> Iterator[Engine]:
    engine = open_engine(address)
    yield engine
    engine.dispose()


@pytest.fixture
def full(instance: Instance) -> Instance:
    """With a submission that a desk merged into a later one, that one, and one that was erased."""
    instance.send("away-register", AWAY)
    erased = instance.send("help-ask", ASK)
    instance.client.post("/forms/status/erase", json={"code": erased["access_code"]})
    instance.send("away-register", AWAY)
    merged = update(submission).where(submission.c.id == 1).values(duplicate_of=3)
    instance.services.writer.submit(lambda connection: connection.execute(merged)).result()
    return instance


def interrupted(instance: Instance) -> None:
    """As a move leaves it that was killed while it copied."""
    with instance.services.engine.begin() as connection:
        begin_writing(connection)
        fence.put_up(connection, clock.utc(clock.now()))


def all_sums(engine: Engine) -> dict[str, tuple[int, str]]:
    with engine.connect() as connection:
        return checksums(connection)


def test_everything_arrives_and_what_comes_later_is_numbered_after_it(
    full: Instance, target: Engine
) -> None:
    before = all_sums(full.services.engine)
    tables = move(full.services.engine, target)
    assert {name: (one.arrived, one.arrived_checksum) for name, one in tables.items()} == before
    assert (before["submission"][0], before["tombstone"][0]) == (3, 1)
    with target.begin() as connection:
        row = {"day": "", "actor": "", "action": ""}
        number = connection.execute(insert(event).values(row).returning(event.c.id)).scalar_one()
    assert number == before["event"][0] + 2  # the move's own record stands between


def test_the_old_database_takes_nothing_more_and_says_so_in_the_readers_language(
    full: Instance, target: Engine
) -> None:
    checked = full.check("help-ask", ASK).json
    move(full.services.engine, target)
    before = all_sums(full.services.engine)
    reply = full.confirm("help-ask", checked)
    assert (reply.status_code, reply.json["code"]) == (503, "moving")
    assert reply.headers["Retry-After"]
    for lang, words in (("zh-Hans", "表单正在搬家"), ("en", "The forms are moving house")):
        page = full.client.post(
            "/forms/help-ask",
            data={"token": checked["token"], "lang": lang},
            headers={"Accept": "text/html"},
        )
        assert page.status_code == 503
        assert words in page.text
    assert all_sums(full.services.engine) == before


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM submission",
        "UPDATE submission SET status = 'closed'",
        "INSERT INTO tombstone VALUES ('TY-1', '', '')",
    ],
)
def test_no_other_program_writes_into_the_old_database_either(
    full: Instance, target: Engine, statement: str
) -> None:
    move(full.services.engine, target)
    with pytest.raises(Exception, match="has moved"), full.services.engine.begin() as connection:
        connection.execute(text(statement))


def test_a_target_that_holds_anything_is_left_alone_and_the_service_goes_on(
    full: Instance, target: Engine
) -> None:
    with target.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE somebody_elses (id int)")
    with pytest.raises(BackupError, match="somebody_elses"):
        move(full.services.engine, target)
    with target.begin() as connection:
        connection.exec_driver_sql("DROP TABLE somebody_elses")
    migrate(target)
    with target.begin() as connection:
        connection.execute(insert(tombstone).values(reference="TY-1", day="", why="asked"))
    with pytest.raises(BackupError, match="give an empty one"):
        move(full.services.engine, target)
    assert full.send("help-ask", ASK)


def test_what_cannot_be_stored_there_stops_the_move_and_opens_the_old_database_again(
    full: Instance, target: Engine
) -> None:
    with full.services.engine.begin() as connection:
        connection.execute(submission.update().values(branch="x" * 200))
    with pytest.raises(BackupError, match="too long"):
        move(full.services.engine, target)
    assert full.send("help-ask", ASK)
    assert not any(rows for rows, _ in all_sums(target).values())


def test_rows_that_arrive_changed_are_noticed_and_nothing_stays(
    full: Instance, target: Engine
) -> None:
    migrate(target)
    with target.begin() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN NEW.actor := 'nobody'; RETURN NEW; END $$"
        )
        connection.exec_driver_sql(
            "CREATE TRIGGER spoils BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION spoil()"
        )
    with pytest.raises(Differs) as found:
        move(full.services.engine, target)
    assert [name for name, one in found.value.tables.items() if not one.equal] == ["event"]
    assert not any(rows for rows, _ in all_sums(target).values())
    assert full.send("help-ask", ASK)


def test_killed_after_all_had_arrived_the_next_run_only_says_so(
    full: Instance, target: Engine
) -> None:
    move(full.services.engine, target)
    with full.services.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE moved SET state = 'moving'")
    with target.begin() as connection:  # the service there has gone on meanwhile
        connection.execute(insert(tombstone).values(reference="TY-1", day="", why="asked"))
    with pytest.raises(BackupError, match="complete"):
        give_up(full.services.engine, target)
    assert move(full.services.engine, target) == {}
    with full.services.engine.connect() as connection:
        standing = fence.found(connection)
    assert standing is not None and standing.state == "moved"
    with pytest.raises(BackupError, match="complete"):
        give_up(full.services.engine, target)


def test_an_interrupted_move_can_be_given_up(full: Instance, target: Engine) -> None:
    interrupted(full)
    give_up(full.services.engine, target)
    give_up(full.services.engine, target)  # nothing to do
    assert full.send("help-ask", ASK)
    assert full.rows("SELECT count(*) FROM sqlite_master WHERE name LIKE 'moved%'") == [(0,)]


def test_a_backup_made_during_a_move_restores_and_none_is_made_after_it(
    full: Instance, target: Engine, tmp_path: Path
) -> None:
    interrupted(full)
    keys = full.settings.recipients
    path, _ = making.make(full.services.engine, tmp_path / "b", keys)
    fresh = open_engine(f"sqlite:///{tmp_path / 'fresh.sqlite'}")
    assert restore(fresh, path, [full.identity]).rows["submission"] == 3
    fresh.dispose()
    move(full.services.engine, target)
    with pytest.raises(BackupError, match="was moved"):
        making.make(full.services.engine, tmp_path / "b", keys)


def test_the_doctor_finds_a_move_that_stopped_and_an_address_that_was_not_changed(
    full: Instance, target: Engine
) -> None:
    now, forms = clock.now(), full.services.forms

    def found() -> set[str]:
        return {one.code for one in kept.check(full.settings, forms, now)}

    assert not found() & {"moving", "moved"}
    interrupted(full)
    assert "moving" in found()
    move(full.services.engine, target)
    assert "moved" in found()


class TestCommand:
    @pytest.fixture
    def run(
        self,
        full: Instance,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> Callable[..., tuple[int, str, str]]:
        monkeypatch.setenv("FORMS_DATABASE_URL", full.settings.database_url)

        def run(*words: str) -> tuple[int, str, str]:
            capsys.readouterr()
            code = cli.main(["migrate-database", *words])
            return code, *capsys.readouterr()

        return run

    def test_each_table_is_shown_with_its_rows_and_checksum_and_then_what_to_do(
        self, run: Callable[..., tuple[int, str, str]], full: Instance, address: str
    ) -> None:
        rows, checksum = all_sums(full.services.engine)["submission"]
        code, shown, said = run("--to", address)
        assert code == 0
        assert "submission 0 …" in said
        assert any(line.split() == ["submission", str(rows), checksum[:16], "="]
                   for line in shown.splitlines())  # fmt: skip
        assert "FORMS_DATABASE_URL" in shown and "现在把" in shown
        assert run("--to", address, "--json")[1].strip() == json.dumps(
            {"moved": True, "again": True, "tables": {}}
        )

    @pytest.mark.parametrize(
        ("to", "words"),
        [
            ("sqlite:////tmp/other", "must begin with"),
            ("postgresql+psycopg://here:port/forms", "not understood"),
            ("postgresql+psycopg://nobody@127.0.0.1:1/none", "cannot be used"),
        ],
    )
    def test_an_address_that_leads_nowhere_is_refused_in_a_sentence(
        self, run: Callable[..., tuple[int, str, str]], full: Instance, to: str, words: str
    ) -> None:
        code, _, said = run("--to", to)
        assert code == 2
        assert words in said and " / " in said
        assert full.send("help-ask", ASK)

    def test_giving_up_is_said(
        self, run: Callable[..., tuple[int, str, str]], full: Instance, address: str
    ) -> None:
        interrupted(full)
        assert run("--to", address, "--reopen")[0] == 0
        assert full.send("help-ask", ASK)

    def test_other_commands_at_the_fence_change_nothing_and_say_why(
        self,
        run: Callable[..., tuple[int, str, str]],
        full: Instance,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        interrupted(full)
        monkeypatch.setenv("JINQIAO_TODAY", "2030-01-01")
        assert cli.main(["purge", "--clock-is-right"]) == 2
        assert "this database moves or was moved" in capsys.readouterr().err


class Senders:
    """People who send until they are let go; whoever is refused sends the same again."""

    def __init__(self, service: Running) -> None:
        self.service = service
        self.acknowledged: dict[str, str] = {}  # reference by idempotency key
        self.answers: Counter[str] = Counter()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._send, args=(n,)) for n in range(3)]
        for thread in self._threads:
            thread.start()

    def _send(self, number: int) -> None:
        count = 0
        while not self._over.is_set():
            count += 1
            self._until_acknowledged(draft(f"Is {'abcd'[number]} {count} still there?"))

    def _until_acknowledged(self, one: Draft) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                status, body = self.service.confirm(one)
            except (OSError, HTTPException, ValueError):
                status, body = 0, {"code": "away"}
            self.answers[str(status) if status == 201 else body["code"]] += 1
            if status == 201:
                self.acknowledged[one.key] = body["reference"]
                return
            time.sleep(0.25)

    def wait_for(self, more: int) -> None:
        wanted, deadline = len(self.acknowledged) + more, time.monotonic() + 60
        while len(self.acknowledged) < wanted:
            assert time.monotonic() < deadline, self.answers
            time.sleep(0.01)

    def let_go(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


def moving(service: Running, to: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "forms_api.cli", "migrate-database", "--to", to]
    environ = {"FORMS_DATABASE_URL": f"sqlite:///{service.place / 'forms.sqlite'}"}
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={"PATH": "", **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def killed_at(run: subprocess.Popen[str], point: str) -> None:
    """kill -9 as soon as it says that it is there."""
    assert run.stderr is not None
    for line in run.stderr:
        if line.startswith(point):
            run.kill()
    run.communicate()
    assert run.returncode == -9


def test_forms_that_are_sent_during_a_move_that_is_killed_are_all_in_the_new_database_once(
    tmp_path: Path, address: str
) -> None:
    old = Running(tmp_path)
    engine = open_engine(f"sqlite:///{tmp_path / 'forms.sqlite'}")
    row = {"day": "2026-11-21", "actor": "system", "action": "filler"}
    with engine.begin() as connection:
        connection.execute(insert(event), [row] * MANY)
    senders = Senders(old)
    try:
        senders.wait_for(10)
        killed_at(moving(old, address), "event 10000")
        last = moving(old, address)
        _, said = last.communicate(timeout=60)
        assert last.returncode == 0, said
        old.stop()
        senders.service = Running(tmp_path, {"FORMS_DATABASE_URL": address})
        senders.wait_for(10)
    finally:
        senders.let_go()
        senders.service.stop()
    assert senders.answers["moving"] > 0
    assert set(senders.answers) <= {"201", "moving", "away", "busy"}
    references = select(submission.c.reference)
    new = open_engine(address)
    with engine.connect() as before, new.connect() as after:
        left, there = (set(one.execute(references).scalars()) for one in (before, after))
        rows = after.execute(references).all()
    engine.dispose()
    new.dispose()
    assert there == set(senders.acknowledged.values())
    assert len(rows) == len(there) == len(senders.acknowledged)
    assert left < there
