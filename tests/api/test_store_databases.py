"""What the store promises, on SQLite and on PostgreSQL alike, in one process and in two."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select

from forms_api import clock, privacy
from forms_api.backup import making
from forms_api.backup.restoring import restore
from forms_api.composing import Composer
from forms_api.forms import load_all
from forms_api.sealing import Sealer, open_sealed
from forms_api.store.arriving import keep_all
from forms_api.store.engine import open_engine
from forms_api.store.seats import Wish
from forms_api.store.tables import event, metadata, submission
from forms_api.tokens import Draft, new_key
from scripts.prove.instance import AGE, Running, draft
from tests.api.conftest import Instance
from tests.api.databases import new_database
from tests.api.examples import ASK, AWAY, CATALOGUE, answers


@pytest.fixture
def instance(url: str, new_instance: Callable[..., Instance]) -> Instance:
    return new_instance(database_url=url)


class TestStore:
    def test_the_tables_of_the_code_are_those_of_the_migrations(self, instance: Instance) -> None:
        with instance.services.engine.connect() as connection:
            context = MigrationContext.configure(connection)
            assert compare_metadata(context, metadata) == []

    def test_what_is_sent_is_there_and_opens(self, instance: Instance) -> None:
        receipt = instance.send("away-register", AWAY)
        ((reference, sealed),) = instance.rows("SELECT reference, ciphertext FROM submission")
        assert reference == receipt["reference"]
        opened = open_sealed(bytes(sealed), instance.identity)
        assert opened["answers"]["call_me"] == AWAY["call_me"]

    def test_equal_posts_at_once_make_one_record(self, instance: Instance) -> None:
        checked = instance.check("help-ask", ASK).json
        gate = threading.Barrier(32)

        def post(_: int) -> str:
            gate.wait(30)
            reply = instance.confirm("help-ask", checked, instance.app.test_client())
            return f"{reply.status_code} {reply.json}"

        with ThreadPoolExecutor(32) as pool:
            assert len(set(pool.map(post, range(32)))) == 1
        assert instance.rows("SELECT count(*) FROM submission") == [(1,)]

    def test_a_reference_that_is_taken_goes_to_nobody_else(self, instance: Instance) -> None:
        taken, mine = instance.send("help-ask", ASK)["reference"], instance.services
        composer = Composer(Sealer(instance.settings.recipients), lambda: "TY", lambda _: "", "")
        form = mine.forms["help-ask"]
        drafts = [draft(f"Is this question number {n}?") for n in range(2)]
        news = [composer.compose(form, one, AGE, None)[0] for one in drafts]
        for new in news:
            new.columns["reference"] = taken
        chance = iter([taken, "TY-3333-3333", "TY-3333-3333", "TY-4444-4444"])
        write = privacy.directly(mine.engine)
        kept = write(lambda connection: keep_all(connection, news, lambda: next(chance)))
        assert [one.reference for one in kept] == ["TY-4444-4444", "TY-3333-3333"]
        rows = instance.rows("SELECT reference FROM submission ORDER BY reference")
        assert {row[0] for row in rows} == {taken, "TY-3333-3333", "TY-4444-4444"}

    def test_no_seat_is_sold_twice(self, instance: Instance) -> None:
        mine = instance.services
        form, wish = mine.forms["help-ask"], Wish("tea", 1, 5)
        drafts = [draft(f"A seat for number {n}?") for n in range(40)]
        with ThreadPoolExecutor(40) as pool:
            receipts = pool.map(lambda one: mine.keeping.keep(form, one, AGE, wish).place, drafts)
        assert sorted(receipts).count("taken") == 5
        assert instance.rows("SELECT taken FROM seat") == [(5,)]

    def test_erasing_takes_the_ciphertext_and_leaves_a_tombstone(self, instance: Instance) -> None:
        receipt = instance.send("help-ask", ASK)
        assert instance.services.keeping.erase(receipt["access_code"].replace(" ", ""))
        assert instance.rows("SELECT ciphertext, status FROM submission") == [(None, "withdrawn")]
        assert instance.rows("SELECT reference, why FROM tombstone") == [
            (receipt["reference"], "asked")
        ]

    def test_what_is_over_is_purged(
        self, instance: Instance, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        instance.send("help-ask", ASK)
        monkeypatch.setenv("JINQIAO_TODAY", "2030-01-01")
        mine = instance.services
        done = privacy.purge(mine.engine, privacy.directly(mine.engine), mine.forms, clock.now())
        assert done.forms == {"help-ask": 1}
        assert instance.rows("SELECT count(*) FROM submission") == [(0,)]

    def test_two_processes_on_one_database_keep_one_record_a_key_and_sell_no_seat_twice(
        self, url: str, tmp_path: Path
    ) -> None:
        drafts = [draft(f"Is this question number {n}?") for n in range(20)]
        people = [_sign_up() for _ in range(16)]
        both = _two_processes(url, tmp_path)
        try:

            def post(number: int) -> tuple[int, Any]:
                status, receipt = both[number % 2].confirm(drafts[number // 4])
                return status, receipt["reference"]

            def sign_up(number: int) -> str:
                """Each person sends to both processes."""
                places = {one.confirm(people[number])[1]["place"] for one in both}
                return "/".join(places)

            with ThreadPoolExecutor(16) as pool:
                replies = list(pool.map(post, range(80)))
                places = list(pool.map(sign_up, range(16)))
        finally:
            for service in both:
                service.stop()
        assert {status for status, _ in replies} == {201}
        assert len({reference for _, reference in replies}) == 20
        assert all(len(set(replies[start : start + 4])) == 1 for start in range(0, 80, 4))
        assert sorted(places) == ["taken"] * 5 + ["waiting"] * 11


def _sign_up() -> Draft:
    form = load_all()["away-activities"]
    given = {name: [text] for name, text in answers(form).items()}
    checked = form.check({**given, "how_many": ["1"]}, CATALOGUE, clock.today())
    assert checked.problems == ()
    return Draft(form.id, form.version, "zh", new_key(), checked.values)


def _two_processes(url: str, folder: Path) -> list[Running]:
    running = []
    for name in ("one", "two"):
        private = folder / name / "release/_private"
        private.mkdir(parents=True)
        (private / "catalogue.json").write_text(json.dumps(CATALOGUE), "utf-8")
        running.append(Running(folder / name, {"FORMS_DATABASE_URL": url}))
    return running


class TestBackup:
    def test_a_backup_of_either_database_is_restored_into_the_other_kind(
        self, instance: Instance, request: pytest.FixtureRequest, tmp_path: Path
    ) -> None:
        erased, kept = instance.send("help-ask", ASK), instance.send("away-register", AWAY)
        mine = instance.services
        path, about = making.make(mine.engine, tmp_path / "b", instance.settings.recipients)
        assert about.rows["submission"] == 2
        instance.client.post("/forms/status/erase", json={"code": erased["access_code"]})
        making.note_forgotten(mine.engine, path.parent)
        if mine.engine.dialect.name == "sqlite":
            target = new_database(request.getfixturevalue("server"), f"t{secrets.token_hex(6)}")
        else:
            target = f"sqlite:///{tmp_path / 'other.sqlite'}"
        engine = open_engine(target)
        try:
            done = restore(engine, path, [instance.identity])
            assert (done.erased_again, done.rows["submission"]) == (1, 2)
            with engine.begin() as connection:
                columns = select(submission.c.reference, submission.c.ciphertext)
                there = {row[0]: row[1] for row in connection.execute(columns)}
                number = connection.execute(
                    insert(event).values(day="", actor="", action="").returning(event.c.id)
                ).scalar_one()
            assert there[erased["reference"]] is None
            assert open_sealed(there[kept["reference"]], instance.identity)
            assert number > done.manifest.rows["event"]
        finally:
            engine.dispose()
