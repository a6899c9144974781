"""Forgetting: each form's rule, a dry run that changes nothing, totals and tombstones that stay."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date

import pytest

from forms_api import clock, privacy, retention
from forms_api.forms import Retention
from forms_api.store import forgetting, submissions
from forms_api.store.tables import submission
from tests.api.conftest import Instance
from tests.api.examples import ASK, AWAY

RECEIVED = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("after", "days", "at_most", "happened", "last"),
    [
        ("receipt", 14, 90, {}, "2026-11-15"),
        ("answer", 30, 90, {}, "2027-01-30"),
        ("answer", 30, 90, {"answer": date(2026, 11, 5)}, "2026-12-05"),
        ("answer", 30, 90, {"answer": date(2027, 1, 25)}, "2027-01-30"),
        ("closing", 60, 180, {"answer": date(2026, 11, 5)}, "2027-04-30"),
        ("event", 14, 30, {"event": date(2027, 3, 1)}, "2027-03-15"),
        ("event", 14, 30, {}, "2026-12-01"),
    ],
)
def test_the_rule_says_the_last_day(
    after: str, days: int, at_most: int, happened: dict[str, date], last: str
) -> None:
    rule = Retention.model_validate({"after": after, "days": days, "at_most": at_most})
    assert retention.last_day(rule, RECEIVED, happened).isoformat() == last


def purge(instance: Instance) -> privacy.Purged:
    """By the clock's day, as if it were known to be right."""
    mine = instance.services
    write = privacy.directly(mine.engine)
    return privacy.purge(mine.engine, write, mine.forms, clock.now())


def test_what_is_over_goes_with_all_that_belongs_to_it_and_is_counted(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JINQIAO_TODAY", "2026-01-10")
    old = instance.send("help-ask", ASK)
    _set(instance, spam_score=90)
    monkeypatch.setenv("JINQIAO_TODAY", "2026-11-21")
    instance.send("away-register", AWAY)
    assert purge(instance).forms == {"help-ask": 1}
    assert instance.rows("SELECT form FROM submission") == [("away-register",)]
    for table in ("idempotency", "consent", "outbox"):
        query = f"SELECT count(*) FROM {table} WHERE submission NOT IN (SELECT id FROM submission)"  # noqa: S608
        assert instance.rows(query) == [(0,)]
    assert instance.rows("SELECT reference, why FROM tombstone") == [
        (old["reference"], "retention")
    ]
    # What was set aside as spam, which the figures leave out, is counted apart.
    query = "SELECT form, choice, month, count FROM tally WHERE field = '' ORDER BY choice"
    assert instance.rows(query) == [
        ("help-ask", "", "2026-01", 1),
        ("help-ask", "spam", "2026-01", 1),
    ]
    with instance.services.engine.connect() as connection:
        assert forgetting.totals(connection) == {"help-ask": 1, "away-register": 1}
    assert purge(instance).forms == {}
    assert (
        instance.client.post("/forms/status", json={"code": old["access_code"]}).status_code == 404
    )


def test_an_answer_shortens_the_time_and_never_lengthens_it(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JINQIAO_TODAY", "2026-11-01")
    instance.send("help-ask", ASK)
    _set(instance, answered_on="2026-11-05")
    monkeypatch.setenv("JINQIAO_TODAY", "2026-12-05")
    assert purge(instance).forms == {}
    monkeypatch.setenv("JINQIAO_TODAY", "2026-12-06")
    assert purge(instance).forms == {"help-ask": 1}


def _set(instance: Instance, **values: str | int) -> None:
    work = submission.update().values(**values)
    instance.services.writer.submit(lambda connection: connection.execute(work)).result(10)


def test_a_code_is_kept_for_the_receipt_for_one_day(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JINQIAO_TODAY", "2026-11-21")
    instance.send("help-ask", ASK)
    assert purge(instance).codes == 0
    monkeypatch.setenv("JINQIAO_TODAY", "2026-11-23")
    assert purge(instance).codes == 1
    assert instance.rows("SELECT wrapped_code FROM idempotency") == [(None,)]


def test_a_submission_that_a_backup_brings_back_is_erased_again(instance: Instance) -> None:
    receipt = instance.send("help-ask", ASK)
    writer = instance.services.writer
    stones = [receipt["reference"], "TY-AAAA-AAAA"]
    done = writer.submit(lambda c: submissions.erase_again(c, stones, "2026-11-21")).result(10)
    assert done == 1
    assert instance.rows("SELECT ciphertext, status FROM submission") == [(None, "withdrawn")]
    assert instance.rows("SELECT count(*) FROM outbox") == [(0,)]


def command(instance: Instance, *arguments: str, expected: int = 0) -> dict[str, object]:
    environ = {**os.environ, "FORMS_DATABASE_URL": instance.settings.database_url}
    run = subprocess.run(
        [sys.executable, "-m", "forms_api.cli", "purge", "--json", *arguments],
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == expected, run.stderr
    found: dict[str, object] = json.loads(run.stdout)
    return {**found, "said": run.stderr}


def test_a_dry_run_says_what_would_go_and_leaves_it(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JINQIAO_TODAY", "2026-01-10")
    instance.send("help-ask", ASK)
    monkeypatch.setenv("JINQIAO_TODAY", "2026-11-21")
    said = command(instance, "--dry-run")
    assert (said["due"], said["purged"], said["forms"]) == (1, 0, {"help-ask": 1})
    assert instance.rows("SELECT count(*) FROM submission") == [(1,)]
    # Ten months passed in which nobody kept house: a person must say that this is so.
    stopped = command(instance, expected=1)
    assert (stopped["purged"], stopped["stopped"]) == (0, "new")
    assert "purge --clock-is-right" in str(stopped["said"])
    assert instance.rows("SELECT count(*) FROM submission") == [(1,)]
    assert command(instance, "--clock-is-right")["purged"] == 1
    assert instance.rows("SELECT count(*) FROM submission") == [(0,)]
    assert command(instance)["stopped"] == ""
