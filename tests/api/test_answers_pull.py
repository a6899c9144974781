"""`answers pull` from a real database of each kind: files, marks, totals, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine, insert

from forms_api import cli, clock, keys, privacy, workdays
from forms_api.pulling import Pulled, pull
from forms_api.store import aggregates, answers
from forms_api.store.aggregates import Aggregate
from forms_api.store.engine import begin_writing, open_engine
from forms_api.store.tables import published_answer, submission, tally
from tests.api.conftest import Instance
from tests.api.examples import ASK
from tests.api.published import ANSWER, QUESTION, TRUST, offer, signed

TODAY = date(2026, 11, 21)


@pytest.fixture
def instance(url: str, new_instance: Callable[..., Instance]) -> Instance:
    return new_instance(database_url=url)


@pytest.fixture
def engine(instance: Instance) -> Engine:
    return instance.services.engine


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "answers"


def _read(folder: Path, slug: str) -> Any:
    return yaml.safe_load((folder / f"{slug}.yml").read_text("utf-8"))


def test_an_answer_becomes_a_file_once_and_keeps_what_was_added_by_hand(
    instance: Instance, engine: Engine, folder: Path
) -> None:
    receipt = instance.send("help-ask", ASK)
    long = {**ANSWER, "zh": f"{ANSWER['zh']}\n\n- 先问支部；\n- 再打 12371。"}
    slug = offer(engine, 1, answer=long)
    assert pull(engine, folder, TODAY, TRUST).new == [slug]
    file = folder / f"{slug}.yml"
    assert _read(folder, slug) == {
        "topic": "dues", "checked": 2026, "question": QUESTION, "answer": long}  # fmt: skip
    written = file.read_text("utf-8")
    assert receipt["reference"] not in written
    assert "- 先问支部" in written  # as it reads, not as an escaped string
    assert pull(engine, folder, TODAY, TRUST) == Pulled(kept=[slug])
    file.write_text(written.replace("checked: 2026", "checked: 2026\nrelated: [away/transfer]"))
    assert pull(engine, folder, TODAY, TRUST) == Pulled(kept=[slug])
    offer(engine, 1)
    assert pull(engine, folder, TODAY, TRUST).changed == [slug]
    assert _read(folder, slug)["related"] == ["away/transfer"]
    assert _read(folder, slug)["answer"] == ANSWER


def test_a_withdrawn_answer_loses_its_file_and_no_other_file_is_touched(
    instance: Instance, engine: Engine, folder: Path
) -> None:
    receipt = instance.send("help-ask", ASK)
    slug, other = offer(engine, 1), offer(engine)
    pull(engine, folder, TODAY, TRUST)
    (folder / "sample-by-hand.yml").write_text("topic: dues\n")
    instance.client.post("/forms/status/erase", json={"code": receipt["access_code"]})
    ((to, facts),) = instance.rows("SELECT desk, facts FROM outbox WHERE kind = 'alert'")
    assert (to, slug in facts) == ("operator", True)
    assert receipt["reference"] not in facts
    done = pull(engine, folder, TODAY, TRUST)
    assert (done.removed, done.kept) == ([slug], [other])
    assert sorted(path.stem for path in folder.iterdir()) == [other, "sample-by-hand"]
    assert pull(engine, folder, TODAY, TRUST).removed == []


def test_a_file_that_a_maintainer_left_out_stays_out_unless_everything_is_wanted(
    engine: Engine, folder: Path
) -> None:
    slug = offer(engine)
    pull(engine, folder, TODAY, TRUST)
    (folder / f"{slug}.yml").unlink()
    assert pull(engine, folder, TODAY, TRUST).new == []
    assert pull(engine, folder, TODAY, TRUST, everything=True).new == [slug]


def test_an_answer_that_fails_todays_check_is_left_out_and_said(
    engine: Engine, folder: Path, instance: Instance, capsys: pytest.CaptureFixture[str]
) -> None:
    """Released when the check let it pass."""
    slug = offer(engine)
    new = {**ANSWER, "zh": "打 13800138000，找负责的人就行了。"}
    with engine.begin() as connection:
        begin_writing(connection)
        (one,) = answers.to_pull(connection)
        signature = signed(answers.KIND, replace(one, answer=new).said())
        values = {"answer_zh": new["zh"], "signature": signature}
        connection.execute(published_answer.update().values(values))
    assert pull(engine, folder, TODAY, TRUST) == Pulled(refused=[slug], totals=True)
    assert not list(folder.glob("a-*.yml"))
    listed = folder.parent / "recipients.txt"
    keys.new("guide", folder.parent, listed, "")
    arguments = ["answers", "pull", "--database", instance.settings.database_url]
    assert cli.main([*arguments, "--to", str(folder), "--recipients", str(listed)]) == 1
    assert slug in capsys.readouterr().out
    assert not list(folder.glob("a-*.yml"))


def test_totals_stay_the_same_when_what_they_count_is_purged(
    instance: Instance, engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance.send("help-ask", ASK)  # gives the columns of a real row
    _put(engine, 40)
    with engine.begin() as connection:
        begin_writing(connection)
        released: dict[str, dict[str, int | None]] = {"know": {"yes": 31, "no": 12, "unsure": None}}
        signature = signed(aggregates.KIND, aggregates.said("branch-survey", released))
        counted = Aggregate(1, b"sealed", released, signature)
        aggregates.put(connection, "branch-survey", counted, [])
        for choice, month, count in (
            ("help/ask:yes", "2026-08", 20),
            ("help/index:yes", "2026-09", 9),
            ("help/ask:yes", "2026-11", 5),
            ("help/ask:no", "2026-08", 3),
        ):
            row = {"form": "page-feedback", "field": "useful", "choice": choice}
            connection.execute(insert(tally).values(**row, month=month, count=count))
    assert pull(engine, folder, TODAY, TRUST).totals
    first = yaml.safe_load((folder.parent / "totals.yml").read_text("utf-8"))
    assert first["until"] == "2026-10"
    asked = first["service"]["forms"]["help-ask"]
    assert (asked["received"], asked["answered"], asked["median"]) == (40, 30, 2.0)
    assert first["choices"]["branch-survey"]["know"] == {
        "answers": 43, "cells": {"yes": 31, "no": 12}}  # fmt: skip
    assert first["choices"]["page-feedback"]["useful"] == {
        "answers": 29, "cells": {"yes": 29, "no": None}}  # fmt: skip
    monkeypatch.setenv("JINQIAO_TODAY", "2030-01-01")
    write, forms = privacy.directly(engine), instance.services.forms
    privacy.purge(engine, write, forms, clock.now(), bounded=False)
    assert instance.rows("SELECT count(*) FROM submission") == [(0,)]
    assert not pull(engine, folder, TODAY, TRUST).totals
    assert yaml.safe_load((folder.parent / "totals.yml").read_text("utf-8")) == first


def _put(engine: Engine, count: int) -> None:
    """So many questions of September, three quarters of them answered on the second working day;
    the one that was sent by the test itself is set aside as spam."""
    with engine.begin() as connection:
        begin_writing(connection)
        (row,) = connection.execute(submission.select()).mappings().all()
        connection.execute(submission.update().values(spam_score=100))
        for number in range(count):
            received = date(2026, 9, 1) + timedelta(days=number % 20)
            answered = workdays.after(received, 2) if number % 4 else None
            mine = {
                "reference": f"TY-7QK4-{number:04}",
                "code_hash": bytes([number]) * 32,
                "received_on": received,
                "answered_on": answered.isoformat() if answered else None,
                "spam_score": 0,
            }
            values = {name: value for name, value in row.items() if name != "id"}
            connection.execute(insert(submission).values(values | mine))


@pytest.mark.parametrize(
    ("database", "said"),
    [
        ("sqlite:////nowhere/forms.sqlite", "/nowhere/forms.sqlite"),
        ("mysql://localhost/forms", "mysql"),
        ("forms.sqlite", "forms.sqlite"),
    ],
)
def test_without_a_database_nothing_is_made(
    database: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["answers", "pull", "--database", database, "--to", str(tmp_path / "answers")]
    assert cli.main(command) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_another_version_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "old.sqlite"
    engine = open_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        begin_writing(connection)
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('0002')")
    engine.dispose()
    command = ["answers", "pull", "--database", f"sqlite:///{path}", "--to", str(tmp_path / "a")]
    assert cli.main(command) == 2
    assert "0002" in capsys.readouterr().err


def test_the_year_of_the_check_is_that_of_theoffer(engine: Engine) -> None:
    slug = offer(engine)
    with engine.connect() as connection:
        (one,) = answers.to_pull(connection)
    assert (one.slug, one.checked) == (slug, clock.today().year)
