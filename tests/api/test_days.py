"""No moment of a submission is kept: not in the database, not in the log, not in a key."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyrage
import pytest
from sqlalchemy import Engine, MetaData, insert, inspect, select
from structlog.testing import capture_logs

from forms_api import at_once, clock, outbox
from forms_api.backup import archive, snapshots
from forms_api.backup.restoring import restore
from forms_api.limits import Visitors
from forms_api.store import submissions
from forms_api.store.engine import (
    DatabaseUnusable,
    begin_writing,
    migrate,
    open_engine,
    revision_of,
)
from forms_api.store.tables import metadata, submission
from scripts.prove.instance import AGE, draft
from tests.api.conftest import Instance
from tests.api.examples import ASK, AWAY

MOMENT = re.compile(r"\d\d:\d\d")
FEEDBACK = {"lang": "zh-Hans", "page": "help/ask", "useful": "yes"}


def _values(instance: Instance) -> Iterator[tuple[str, Any]]:
    with instance.services.engine.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                yield from ((f"{table.name}.{name}", value) for name, value in row.items())


def _moment_within(blob: bytes) -> bool:
    """The present hour in seconds since 1970, as it stands in a Fernet token or in base64 of it."""
    now = int(time.time())
    try:
        raw = base64.urlsafe_b64decode(blob)
    except ValueError:
        raw = b""
    stamps = {moment.to_bytes(8) for moment in range(now - 600, now + 2)}
    return any(stamp in piece for stamp in stamps for piece in (blob, raw))


def test_nothing_that_is_stored_says_more_than_the_day(instance: Instance) -> None:
    erased = instance.send("help-ask", ASK)
    instance.send("away-register", AWAY)
    assert instance.client.post("/forms/page-feedback", json=FEEDBACK).status_code == 201
    instance.client.post("/forms/status/erase", json={"code": erased["access_code"]})
    found = [(place, value) for place, value in _values(instance) if value]
    due = {value for place, value in found if place == "outbox.next_at"}
    assert due <= {clock.utc(clock.start(clock.today()))}
    texts = [(place, text) for place, text in found if isinstance(text, str) and text not in due]
    assert [(place, text) for place, text in texts if MOMENT.search(text)] == []
    blobs = [(place, blob) for place, blob in found if isinstance(blob, bytes)]
    assert [place for place, blob in blobs if _moment_within(blob)] == []


def test_what_is_erased_says_only_which_form_and_which_day(instance: Instance) -> None:
    receipt = instance.send("away-register", AWAY)
    instance.client.post("/forms/status/erase", json={"code": receipt["access_code"]})
    query = "SELECT branch, desk, due_on, answered_on, closed_on, ciphertext FROM submission"
    assert instance.rows(query) == [(None, "", None, None, None, None)]
    assert instance.rows("SELECT actor, action FROM event WHERE submission IS NOT NULL") == [
        ("public", "erased")
    ]
    told = instance.client.post("/forms/status", json={"code": receipt["access_code"]}).json
    assert (told["status"], told["received_on"]) == ("withdrawn", clock.today().isoformat())


def test_a_form_that_is_taken_leaves_no_line_and_no_line_names_a_form(instance: Instance) -> None:
    with capture_logs() as lines:
        instance.send("help-ask", ASK)
        instance.client.post("/forms/page-feedback", json=FEEDBACK)
        assert instance.check("help-rights", {}).status_code == 422
        assert instance.client.get("/forms/help-complain").status_code == 200
    assert [(line["method"], line["status"]) for line in lines] == [("POST", 422), ("GET", 200)]
    assert not [line for line in lines for text in map(str, line.values()) if "help-" in text]


def test_the_name_of_a_visitor_follows_from_no_secret_that_is_kept(instance: Instance) -> None:
    with instance.app.test_request_context(environ_overrides={"REMOTE_ADDR": "203.0.113.7"}):
        mine = instance.services.visitors
        assert mine.name() == mine.name()
        assert mine.name() != Visitors().name()


def test_a_click_counts_once_a_minute_and_its_key_leads_to_nothing() -> None:
    moment = [0.0]
    clicks = at_once.Clicks(lambda: moment[0])
    first = clicks.key("page, yes")
    assert clicks.key("page, no") != first
    moment[0] = at_once.MERGED
    assert clicks.key("page, yes") == first
    moment[0] += 1
    assert clicks.key("page, yes") != first
    assert at_once.Clicks(lambda: 0.0).key("page, yes") != first


OLD_AND_NEW = [
    ("2026-11-30T15:59:59Z", "2026-11-30"),
    ("2026-11-30T16:00:00Z", "2026-12-01"),
    ("2025-12-31T23:59:59Z", "2026-01-01"),
    ("2024-02-28T16:00:00Z", "2024-02-29"),
    ("2026-06-15T03:00:00Z", "2026-06-15"),
]


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """As the versions before kept it."""
    engine = open_engine(url)
    migrate(engine, "0004")
    yield engine
    engine.dispose()


def test_a_database_with_moments_becomes_one_with_days(engine: Engine) -> None:
    _old_database(engine)
    migrate(engine)
    with engine.connect() as connection:

        def column(text: str) -> list[Any]:
            return [row[0] for row in connection.exec_driver_sql(text)]

        days = [day for _, day in OLD_AND_NEW]
        for place in ("submission.received_on", "consent.given_on", "event.day", "outbox.sent_on"):
            table, _, name = place.partition(".")
            assert column(f"SELECT {name} FROM {table} ORDER BY id") == days  # noqa: S608
        assert column("SELECT day FROM tombstone ORDER BY reference") == days
        assert column("SELECT withdrawn_on FROM consent") == [None] * len(days)
        assert column("SELECT count(*) FROM idempotency") == [len(days) - 1]  # not of the foot
        erased = "SELECT branch, desk, due_on FROM submission WHERE status = 'withdrawn'"
        assert connection.exec_driver_sql(erased).all() == [(None, "", None)]
        assert column("SELECT count(*) FROM event WHERE submission IS NULL") == [1]
    assert {one["name"] for one in inspect(engine).get_indexes("tombstone")} == {"ix_tombstone_day"}


def _rows(number: int, moment: str) -> dict[str, dict[str, Any]]:
    """The first is of a page's foot, the second was erased."""
    return {
        "submission": {
            "id": number,
            "reference": f"TY-{number}",
            "form": "page-feedback" if number == 1 else "help-ask",
            "version": 1,
            "lang": "zh",
            "status": "withdrawn" if number == 2 else "received",
            "desk": "guide",
            "branch": "ty-sz",
            "received_at": moment,
            "due_on": "2026-12-01",
            "retain_until": "2027-02-19",
            "spam_score": 0,
            "spam_reason": "",
            "key_ids": "[]",
            "code_hash": bytes([number]),
            "public_key": b"",
        },
        "idempotency": {
            "key_hash": bytes([number]),
            "body_hash": b"",
            "submission": number,
            "created_at": moment,
        },
        "consent": {
            "submission": number,
            "purpose": "base",
            "notice_version": "1",
            "notice_hash": b"",
            "separate": False,
            "given_at": moment,
        },
        "event": {"submission": number, "at": moment, "actor": "public", "action": "received"},
        "tombstone": {"reference": f"TY-{number}", "at": moment, "why": "asked"},
        "outbox": {
            "dedupe": f"received:TY-{number}",
            "submission": number,
            "kind": "received",
            "desk": "guide",
            "facts": "{}",
            "state": "sent",
            "attempts": 0,
            "next_at": moment,
            "sent_at": moment,
        },
    }


def test_counts_by_day_become_counts_by_month_and_choices_of_forms_go(engine: Engine) -> None:
    migrate(engine, "0006")
    rows = [
        ("help-rights", "issue", "wages", "2026-11-30", 1),
        ("branch-survey", "know", "yes", "2026-10-02", 40),
        ("page-feedback", "useful", "help/ask:yes", "2026-10-02", 2),
        ("page-feedback", "useful", "help/ask:yes", "2026-10-31", 3),
        ("page-feedback", "useful", "help/ask:yes", "2026-11-01", 1),
        ("help-ask", "", "", "2026-10-02", 1),
        ("help-ask", "", "took-3", "2026-10-01", 1),
    ]
    names = ("form", "field", "choice", "day", "count")
    old = MetaData()
    old.reflect(engine, only=["tally"])
    with engine.begin() as connection:
        begin_writing(connection)
        connection.execute(
            insert(old.tables["tally"]), [dict(zip(names, row, strict=True)) for row in rows]
        )
    migrate(engine)
    with engine.connect() as connection:
        there = connection.exec_driver_sql("SELECT * FROM tally ORDER BY form, choice, month").all()
        assert [tuple(row) for row in there] == [
            ("help-ask", "", "", "2026-10", 1),
            ("help-ask", "", "took-3", "2026-10", 1),
            ("page-feedback", "useful", "help/ask:yes", "2026-10", 5),
            ("page-feedback", "useful", "help/ask:yes", "2026-11", 1),
        ]
    assert inspect(engine).get_pk_constraint("tally")["constrained_columns"] == [
        *("form", "field", "choice", "month")
    ]


def test_a_record_that_belongs_to_nothing_names_no_other_case(instance: Instance) -> None:
    merged, into = (instance.send("help-ask", ASK) for _ in range(2))
    mine = instance.services
    line = f"merged:{into['reference']}"
    mine.writer.submit(lambda c: submissions.note(c, 1, "2026-11-21", "guide", line)).result(10)
    instance.client.post("/forms/status/erase", json={"code": merged["access_code"]})
    assert instance.rows("SELECT submission, action FROM event WHERE actor = 'guide'") == [
        (None, "merged")
    ]


def test_in_production_without_a_mail_server_nothing_is_printed_and_letters_wait(
    new_instance: Callable[..., Instance], capsys: pytest.CaptureFixture[str]
) -> None:
    new_instance()  # makes the database, which production does not
    instance = new_instance(production=True)
    form = instance.services.forms["help-ask"]
    reference = instance.services.keeping.keep(form, draft(ASK["question"]), AGE).reference
    outbox.of(instance.app).turn()
    assert reference not in "".join(capsys.readouterr())
    assert instance.rows("SELECT state FROM outbox") == [("waiting",)]


def _old_database(engine: Engine) -> None:
    old = MetaData()
    old.reflect(engine)
    with engine.begin() as connection:
        begin_writing(connection)
        for number, (moment, _) in enumerate(OLD_AND_NEW, start=1):
            for table, row in _rows(number, moment).items():
                connection.execute(insert(old.tables[table]).values(row))


@pytest.mark.parametrize("moving", [False, True])
def test_a_backup_of_an_older_version_is_restored_with_days(
    tmp_path: Path, engine: Engine, moving: bool
) -> None:
    """Also one that was made while its database was moving, behind triggers that refuse changes."""
    desk = pyrage.x25519.Identity.generate()
    source = _older(tmp_path)
    if moving:
        _put_up_fence(source)
    path = tmp_path / f"old{archive.SUFFIX}"
    with snapshots.anonymous() as snapshot:
        known = snapshots.take(source, snapshot)
        about = {"created_at": clock.utc(clock.now()), **known}
        archive.write(snapshot.file, path, (str(desk.to_public()),), about)
    source.dispose()
    migrate(engine)
    restore(engine, path, [str(desk)])
    with engine.connect() as connection:
        days = connection.execute(select(submission.c.received_on).order_by(submission.c.id))
        assert list(days.scalars()) == [day for _, day in OLD_AND_NEW]


def _older(folder: Path) -> Engine:
    engine = open_engine(f"sqlite:///{folder / 'older.sqlite'}")
    migrate(engine, "0004")
    _old_database(engine)
    return engine


def _put_up_fence(engine: Engine) -> None:
    """As an older version put it up: on its own tables."""
    with engine.begin() as connection:
        begin_writing(connection)
        connection.exec_driver_sql("CREATE TABLE moved (token TEXT, state TEXT, at TEXT)")
        connection.exec_driver_sql("INSERT INTO moved VALUES ('t', 'moving', '')")
        connection.exec_driver_sql(
            "CREATE TRIGGER moved_submission_update BEFORE UPDATE ON submission "
            "BEGIN SELECT RAISE(ABORT, 'jinqiao: this database moves or has moved'); END"
        )


def test_an_old_database_that_moves_is_left_alone_and_said(tmp_path: Path) -> None:
    old = _older(tmp_path)
    _put_up_fence(old)
    with pytest.raises(DatabaseUnusable, match="older version"):
        migrate(old)
    assert revision_of(old) == "0004"
    old.dispose()
