"""An answer on its way to the site, on both databases: offered, pulled, taken back for good."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from forms_api import clock, privacy
from forms_api.backup import making
from forms_api.backup.restoring import restore
from forms_api.store import answers
from forms_api.store.answers import AnswerRefused
from forms_api.store.engine import begin_writing, migrate, open_engine
from tests.api.conftest import Instance
from tests.api.examples import ASK
from tests.api.published import ANSWER, QUESTION, offer


@pytest.fixture
def instance(url: str, new_instance: Callable[..., Instance]) -> Instance:
    return new_instance(database_url=url)


@pytest.fixture
def engine(instance: Instance) -> Engine:
    return instance.services.engine


@pytest.fixture
def writing(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as connection:
        begin_writing(connection)
        yield connection


def _states(instance: Instance) -> list[tuple[object, ...]]:
    return instance.rows("SELECT state, version, question_zh, answer_en FROM published_answer")


def test_an_answer_is_stored_as_it_will_stand_with_nothing_of_whoever_asked(
    instance: Instance, engine: Engine
) -> None:
    receipt = instance.send("help-ask", ASK)
    slug = offer(engine, 1)
    with engine.connect() as connection:
        (found,) = answers.to_pull(connection)
        assert found == answers.answer_of(connection, 1)
    assert (found.slug, found.topic, found.question, found.answer) == (
        slug, "dues", QUESTION, ANSWER)  # fmt: skip
    (row,) = instance.rows("SELECT * FROM published_answer")
    (submission,) = instance.rows("SELECT * FROM submission")
    assert receipt["reference"] not in map(str, row)
    hashes = {bytes(value) for value in submission if isinstance(value, bytes | memoryview)}
    assert not hashes & {bytes(value) for value in row if isinstance(value, bytes | memoryview)}


def test_the_same_offer_is_stored_once_and_a_new_wording_of_it_is_its_next_version(
    instance: Instance, engine: Engine
) -> None:
    instance.send("help-ask", ASK)
    first = offer(engine, 1)
    assert offer(engine, 1) == first
    assert offer(engine, 1, answer={**ANSWER, "zh": ANSWER["zh"] + "不清楚就打 12371。"}) == first
    assert [row[:2] for row in _states(instance)] == [("offered", 2)]
    assert offer(engine) != first  # the same words without a submission: an answer of its own
    assert offer(engine) == offer(engine)


def test_what_cannot_be_published_is_refused_with_all_its_faults(engine: Engine) -> None:
    bad = {"zh": "打 13800138000 找陈建国先生，他会办好的。", "en": ""}
    with pytest.raises(AnswerRefused) as refused:
        offer(engine, answer=bad)
    assert [(one.lang, one.code) for one in refused.value.faults] == [
        ("zh", "mobile"), ("zh", "name"), ("en", "missing")]  # fmt: skip


def test_a_withdrawn_submission_cannot_be_published(instance: Instance, engine: Engine) -> None:
    receipt = instance.send("help-ask", ASK)
    instance.client.post("/forms/status/erase", json={"code": receipt["access_code"]})
    with pytest.raises(LookupError):
        offer(engine, 1)


@pytest.mark.parametrize("purged", [False, True], ids=["there", "purged"])
def test_whoever_holds_the_access_code_takes_the_answer_back_even_after_the_purge(
    instance: Instance, engine: Engine, monkeypatch: pytest.MonkeyPatch, purged: bool
) -> None:
    receipt = instance.send("help-ask", ASK)
    slug = offer(engine, 1)
    if purged:
        monkeypatch.setenv("JINQIAO_TODAY", "2030-01-01")
        mine = instance.services
        privacy.purge(mine.engine, privacy.directly(mine.engine), mine.forms, clock.now())
        assert instance.rows("SELECT count(*) FROM submission") == [(0,)]
        assert _states(instance)[0][0] == "offered"
    code = {"code": receipt["access_code"]}
    for lang, said in (("zh-Hans", "公开的问答"), ("en", "Published question")):
        page = instance.client.post(
            "/forms/status", data={**code, "lang": lang}, headers={"Accept": "text/html"}
        )
        assert (page.status_code, said in page.text) == (200, True)
        assert 'action="/forms/status/erase"' in page.text
    assert instance.client.post("/forms/status/erase", json=code).status_code == 200
    assert _states(instance) == [("withdrawn", 1, "", "")]
    with engine.connect() as connection:
        assert answers.to_pull(connection) == []
        assert answers.withdrawn(connection) == {slug}
    # Only once: the code of a purged submission then opens nothing any more.
    assert instance.client.post("/forms/status/erase", json=code).status_code == (
        404 if purged else 200
    )


def test_a_desk_withdraws_and_may_offer_anew_under_another_name(
    instance: Instance, engine: Engine
) -> None:
    instance.send("help-ask", ASK)
    first = offer(engine, 1)
    with engine.begin() as connection:
        begin_writing(connection)
        assert answers.withdraw_answer(connection, first, actor="guide")
        assert not answers.withdraw_answer(connection, first, actor="guide")
        assert answers.answer_of(connection, 1) is None
    assert offer(engine, 1) != first


def test_a_change_between_reading_and_marking_waits_for_the_next_pull(
    instance: Instance, engine: Engine
) -> None:
    instance.send("help-ask", ASK)
    offer(engine, 1)
    with engine.connect() as connection:
        taken = answers.to_pull(connection)
    offer(engine, 1, question={**QUESTION, "en": "How are dues paid by members who are away?"})
    with engine.begin() as connection:
        begin_writing(connection)
        answers.mark_pulled(connection, taken)
        assert [one.state for one in answers.to_pull(connection)] == ["offered"]
        answers.mark_pulled(connection, answers.to_pull(connection))
        assert [one.state for one in answers.to_pull(connection)] == ["pulled"]


def test_a_restored_backup_does_not_bring_a_withdrawn_answer_back(
    instance: Instance, engine: Engine, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    instance.send("help-ask", ASK)
    slug = offer(engine, 1)
    other = offer(engine)
    path, about = making.make(engine, tmp_path / "b", instance.settings.recipients)
    assert about.rows["published_answer"] == 2
    with engine.begin() as connection:
        begin_writing(connection)
        assert answers.withdraw_answer(connection, slug, actor="guide")
    making.note_forgotten(engine, path.parent)
    target = open_engine(f"sqlite:///{tmp_path / f'{secrets.token_hex(4)}.sqlite'}")
    try:
        restore(target, path, [instance.identity])
        with target.connect() as connection:
            assert [one.slug for one in answers.to_pull(connection)] == [other]
            assert slug in answers.withdrawn(connection)
    finally:
        target.dispose()


def test_a_database_that_never_had_the_row_knows_by_its_tombstone(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'old.sqlite'}")
    migrate(engine)
    with engine.begin() as connection:
        begin_writing(connection)
        connection.exec_driver_sql(
            "INSERT INTO tombstone VALUES ('A-7F3KQ9MX2P', '2026-11-21T00:00:00Z', 'withdrawn')"
        )
        assert answers.withdrawn(connection) == {"a-7f3kq9mx2p"}
    engine.dispose()
