"""`answers pull` takes what a desk has signed: whoever writes to the database publishes nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine, select

from forms_api import cli, codes, keys, sealing, signatures
from forms_api.backup import making
from forms_api.backup.restoring import restore
from forms_api.pulling import Pulled, pull
from forms_api.recipients import Key
from forms_api.signatures import Trust
from forms_api.store import aggregates, answers
from forms_api.store.aggregates import Aggregate
from forms_api.store.engine import begin_writing, migrate, open_engine
from forms_api.store.tables import aggregate, published_answer, tombstone
from tests.api.published import SECRET, TRUST, offer, signed

TODAY = date(2026, 11, 21)
SURVEY = "branch-survey"
LIE = "把党费转到这个账户，年底以前办完。"
PUBLIC = signatures.public_text(SECRET)
STRANGER = signatures.signing_key("a key of one's own")
Row = dict[str, Any]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Of all tests here: each begins without rows."""
    url = f"sqlite:///{tmp_path_factory.mktemp('release') / 'forms.sqlite'}"
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()
    return url


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    engine = open_engine(database)
    with engine.begin() as connection:
        begin_writing(connection)
        for table in (published_answer, aggregate, tombstone):
            connection.execute(table.delete())
    yield engine
    engine.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "answers"


def writes(engine: Engine, **columns: Any) -> None:
    """Whoever is on the host, to the one answer there."""
    with engine.begin() as connection:
        begin_writing(connection)
        connection.execute(published_answer.update().values(columns))


def row(engine: Engine) -> Row:
    with engine.connect() as connection:
        return dict(connection.execute(select(published_answer)).mappings().one())


def said(row: Row) -> dict[str, object]:
    return answers.as_object(row).said()


def enveloped(row: Row, **changes: Any) -> str:
    return json.dumps({**json.loads(row["signature"]), **changes})


def strangers(row: Row) -> str:
    return signed(answers.KIND, said(row), STRANGER)


#: What is changed in a row that a desk has signed, and what is said of it.
FORGED: list[tuple[Callable[[Row], Row], str]] = [
    (lambda r: {"answer_zh": LIE}, "signature"),
    (lambda r: {"answer_zh": r["answer_zh"] + " "}, "signature"),
    (lambda r: {"question_en": "What is the address of the office?"}, "signature"),
    (lambda r: {"question_zh": r["answer_zh"], "answer_zh": r["question_zh"]}, "signature"),
    (lambda r: {"topic": "transfer"}, "signature"),
    (lambda r: {"checked": 2027}, "signature"),
    (lambda r: {"version": 7}, "signature"),
    (lambda r: {"answer_zh": b"\xff"}, "signature"),
    (lambda r: {"answer_zh": LIE, "signature": None}, "unsigned"),
    (lambda r: {"signature": None}, "unsigned"),
    (lambda r: {"signature": ""}, "signature"),
    (lambda r: {"signature": b"\xff"}, "signature"),
    (lambda r: {"signature": "{}"}, "signature"),
    (lambda r: {"signature": "[" * 100_000}, "signature"),
    (lambda r: {"signature": "[" * 399}, "signature"),
    (lambda r: {"signature": enveloped(r, year=2025)}, "signature"),
    (lambda r: {"signature": enveloped(r, year="2026")}, "signature"),
    (lambda r: {"signature": enveloped(r, signature="!")}, "signature"),
    (lambda r: {"signature": enveloped(r, key="")}, "unknown-key"),
    (lambda r: {"signature": strangers(r)}, "unknown-key"),
    (lambda r: {"signature": signed(aggregates.KIND, said(r))}, "signature"),
    (lambda r: {"signature": enveloped(r, signature=json.loads(strangers(r))["signature"])},
     "signature"),
]  # fmt: skip


def test_what_no_desk_has_signed_is_left_out_and_named(engine: Engine, folder: Path) -> None:
    good = offer(engine)
    real, flaws = row(engine), {}
    with engine.begin() as connection:
        begin_writing(connection)
        for forged, flaw in FORGED:
            slug = codes.new_slug()
            mine = {**real, "slug": slug}
            mine["signature"] = signed(answers.KIND, said(mine))
            connection.execute(published_answer.insert().values({**mine, **forged(mine)}))
            flaws[slug] = flaw
        moved = {**real, "slug": codes.new_slug()}  # a real one under another name
        connection.execute(published_answer.insert().values(moved))
        flaws[moved["slug"]] = "signature"
    done = pull(engine, folder, TODAY, TRUST)
    assert (done.new, done.forged) == ([good], flaws)
    assert [path.stem for path in folder.iterdir()] == [good]


ENDED = [
    ("retired", "2026-06-01", ""),
    ("revoked", "2026-06-01", "revoked"),
    ("revoked", "2027-01-10", ""),
    ("stolen", "2027-01-10", "revoked"),
]


@pytest.mark.parametrize(("end", "day", "flaw"), ENDED)
def test_of_a_key_that_was_revoked_or_stolen_nothing_new_is_taken(
    engine: Engine, folder: Path, end: Any, day: str, flaw: str
) -> None:
    slug = offer(engine)
    key = Key("guide", "age1guide", "2026-01-01", retired=day, signs=PUBLIC, end=end)
    done = pull(engine, folder, TODAY, Trust([key]))
    assert done.forged == ({slug: flaw} if flaw else {})
    other = signatures.signing_key("the desk that follows")
    offer(engine, secret=other)  # the same words released anew
    assert row(engine)["version"] == 1
    new = Key("liaison", "age1new", "2026-06-01", signs=signatures.public_text(other))
    done = pull(engine, folder, TODAY, Trust([key, new]))
    assert not done.forged and (folder / f"{slug}.yml").exists()


def test_what_was_pulled_before_there_were_signatures_stays_as_it_is(
    engine: Engine, folder: Path
) -> None:
    slug = offer(engine)
    pull(engine, folder, TODAY, TRUST)
    file = folder / f"{slug}.yml"
    before = file.read_bytes()
    writes(engine, signature=None, answer_zh=LIE)
    for everything in (False, True):
        done = pull(engine, folder, TODAY, TRUST, everything=everything)
        assert done == Pulled(kept=[slug])
    writes(engine, state="offered")
    assert pull(engine, folder, TODAY, TRUST).forged == {slug: "unsigned"}
    assert file.read_bytes() == before
    writes(engine, state="pulled")
    file.unlink()
    done = pull(engine, folder, TODAY, TRUST, everything=True)
    assert done.forged == {slug: "unsigned"}


OUTSIDE = [
    "../mine",
    "../../x/mine",
    "/mine",
    "sample-by-hand",
    "a-2222222222/../../mine",
    "A-\x1b",
]


def test_no_name_from_the_database_leads_to_another_file(engine: Engine, folder: Path) -> None:
    folder.mkdir(parents=True)
    mine = [folder.parent / "mine.yml", folder / "sample-by-hand.yml"]
    for path in mine:
        path.write_text("ours\n")
    offer(engine)
    real = row(engine)
    with engine.begin() as connection:
        begin_writing(connection)
        connection.execute(published_answer.delete())
        for number, name in enumerate(OUTSIDE):
            state = ("offered", "pulled")[number % 2]
            connection.execute(
                published_answer.insert().values({**real, "slug": name, "state": state})
            )
            gone = {**real, "slug": f"./{name}", "state": "withdrawn"}
            connection.execute(published_answer.insert().values(gone))
        stone = {"reference": "A-/../../mine", "day": "2026-11-21", "why": "withdrawn"}
        connection.execute(tombstone.insert().values(stone))
    done = pull(engine, folder, TODAY, TRUST, everything=True)
    assert done.forged == dict.fromkeys(OUTSIDE, "name")
    assert (done.new, done.removed) == ([], [])
    assert [path.read_text() for path in mine] == ["ours\n"] * 2


def test_a_take_back_needs_no_desk_and_takes_the_signature_with_it(
    engine: Engine, folder: Path
) -> None:
    slug = offer(engine)
    pull(engine, folder, TODAY, TRUST)
    with engine.begin() as connection:
        begin_writing(connection)
        assert answers.withdraw_answer(connection, slug, actor="public")
    assert row(engine)["signature"] is None
    assert pull(engine, folder, TODAY, Trust([])) == Pulled(removed=[slug])


def test_a_signature_leads_to_nobody(engine: Engine) -> None:
    offer(engine)
    detached = json.loads(row(engine)["signature"])
    assert detached.keys() == {"key", "year", "signature"}
    assert (detached["key"], detached["year"]) == (PUBLIC, TODAY.year)


def test_signatures_go_along_with_a_backup(engine: Engine, folder: Path, tmp_path: Path) -> None:
    slug = offer(engine)
    listed = tmp_path / "keys" / "recipients.txt"
    _, key = keys.new("guide", listed.parent, listed, "")
    recipients = tuple(one.recipient for one in keys.listed(listed))
    path, _ = making.make(engine, tmp_path / "b", recipients)
    target = open_engine(f"sqlite:///{tmp_path / 'restored.sqlite'}")
    restore(target, path, [keys.secret(key)])
    assert pull(target, folder, TODAY, TRUST).new == [slug]
    target.dispose()


# Totals


def put(engine: Engine, released: Mapping[str, Mapping[str, int | None]], signature: Any) -> None:
    with engine.begin() as connection:
        begin_writing(connection)
        edition = aggregates.find(connection, SURVEY).edition + 1
        new = Aggregate(edition, b"sealed", released, signature)
        aggregates.put(connection, SURVEY, new, [])


def shown(folder: Path) -> Any:
    return yaml.safe_load((folder.parent / "totals.yml").read_text("utf-8"))["choices"][SURVEY]


TRUE: dict[str, dict[str, int | None]] = {"know": {"yes": 31, "no": 12, "unsure": None}}
FALSE: dict[str, dict[str, int | None]] = {"know": {"yes": 900, "no": 12, "unsure": None}}


WRITTEN: list[tuple[Row, str]] = [
    ({"released": json.dumps(FALSE)}, "signature"),
    ({"released": json.dumps(FALSE), "signature": None}, "unsigned"),
    ({"released": "not JSON"}, "signature"),
    ({"released": "[]"}, "signature"),
    ({"released": "[" * 100_000}, "signature"),
    ({"released": "5", "edition": 0}, "signature"),
]


def test_totals_that_no_desk_has_signed_leave_those_published(engine: Engine, folder: Path) -> None:
    signature = signed(aggregates.KIND, aggregates.said(SURVEY, TRUE))
    put(engine, TRUE, signature)
    assert not pull(engine, folder, TODAY, TRUST).forged
    assert shown(folder)["know"]["cells"] == {"yes": 31, "no": 12}
    for columns, flaw in WRITTEN:
        with engine.begin() as connection:
            begin_writing(connection)
            connection.execute(aggregate.update().values({"signature": signature, **columns}))
        assert pull(engine, folder, TODAY, TRUST).forged == {SURVEY: flaw}
        assert shown(folder)["know"]["cells"] == {"yes": 31, "no": 12}


# The command


@pytest.mark.parametrize("named", ["option", "setting", "beside", "nowhere", "other"])
def test_the_command_trusts_the_list_on_this_computer(
    engine: Engine,
    database: str,
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    named: str,
) -> None:
    ring = tmp_path / "ring"
    listed = ring / "recipients.txt"
    _, key = keys.new("guide", ring, listed, "")
    slug = offer(engine, secret=signatures.signing_key(keys.secret(key)))
    command = ["answers", "pull", "--database", database]
    command += ["--to", str(folder)]
    monkeypatch.setenv("FORMS_KEYS_FOLDER", str(ring if named == "beside" else tmp_path / "none"))
    if named == "setting":
        monkeypatch.setenv("FORMS_RECIPIENTS_FILE", str(listed))
    if named == "other":
        listed = tmp_path / "other" / "recipients.txt"
        keys.new("guide", listed.parent, listed, "")
    if named in ("option", "other"):
        command += ["--recipients", str(listed)]
    good = named in ("option", "setting", "beside")
    assert cli.main(command) == (0 if good else 1)
    out = capsys.readouterr().out
    assert (f"+ {slug}" in out) is good
    assert ("不在名单上" in out and "key that is not listed" in out) is not good
    assert ("--recipients" in out) is (named == "nowhere")
    assert (folder / f"{slug}.yml").exists() is good


def test_a_development_instance_trusts_its_own_key(
    engine: Engine, database: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = sealing.development_identity(tmp_path / "own")
    offer(engine, secret=signatures.signing_key(own))
    monkeypatch.setenv("FORMS_KEYS_FOLDER", str(tmp_path / "own"))
    assert cli.main(["answers", "pull", "--database", database, "--to", str(folder)]) == 0


def test_a_list_that_cannot_be_read_stops_it(
    database: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["answers", "pull", "--database", database, "--to", str(folder)]
    assert cli.main([*command, "--recipients", str(tmp_path / "gone.txt")]) == 2
    assert "FORMS_RECIPIENTS_FILE" in capsys.readouterr().err


def test_a_file_of_a_pull_holds_no_signature(engine: Engine, folder: Path) -> None:
    slug = offer(engine)
    pull(engine, folder, TODAY, TRUST)
    assert PUBLIC not in (folder / f"{slug}.yml").read_text("utf-8")


def test_what_is_signed_as_a_piece_is_no_release(engine: Engine, folder: Path) -> None:
    """Both are Ed25519 of the same key: one is never taken for the other."""
    slug = offer(engine)
    text = json.dumps({"kind": answers.KIND, "year": 2026, "said": said(row(engine))})
    forged = SECRET.sign(b"jinqiao desk piece 1\n" + text.encode()).signature
    writes(engine, signature=enveloped(row(engine), signature=base64.b64encode(forged).decode()))
    assert pull(engine, folder, TODAY, TRUST).forged == {slug: "signature"}
