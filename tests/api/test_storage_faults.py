"""The database is gone, away, damaged or without room: told in words, nothing typed is lost."""

from __future__ import annotations

import re
import secrets
import socket
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pyrage
import pysqlite3
import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError, ProgrammingError

from forms_api import cli, problems, tokens
from forms_api.app import create_app
from forms_api.backup import forgotten
from forms_api.doctor import machine
from forms_api.settings import Settings, SettingsError
from forms_api.store.file_guard import StorageError
from forms_api.tokens import OLDEST
from tests.api.conftest import Instance
from tests.api.examples import ASK, AWAY

HTML = {"Accept": "text/html"}
JSON = {"Accept": "application/json"}
New = Callable[..., Instance]


def gone(instance: Instance) -> None:
    (instance.folder / "forms.sqlite").unlink()


def token_of(page: str) -> str:
    return str(LexborHTMLParser(page).css_first("[name=token]").attributes["value"])


def test_without_scripts_what_was_read_back_can_be_sent_again(instance: Instance) -> None:
    read_back = instance.client.post("/forms/help-ask/check", data=ASK, headers=HTML)
    token = token_of(read_back.text)
    gone(instance)
    reply = instance.client.post("/forms/help-ask", data={"token": token}, headers=HTML)
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "15")
    tree = LexborHTMLParser(reply.text)
    assert token_of(reply.text) == token
    assert ASK["question"].splitlines()[0] in reply.text
    assert "not lost" in tree.css_first("[role=alert]").text()
    assert tree.css_first(".jq-next button").text() == "Send again"


def test_a_program_is_told_when_to_come_again(instance: Instance) -> None:
    checked = instance.check("help-ask", ASK).json
    gone(instance)
    for _ in range(2):
        reply = instance.confirm("help-ask", checked)
        assert (reply.status_code, reply.json["code"]) == (503, "storage")
        assert reply.headers["Retry-After"] == "15"
    health = instance.client.get("/forms/health")
    assert (health.status_code, health.json) == (503, {"status": "gone"})


def test_without_room_nothing_new_comes_in_but_erasing_goes_on(new_instance: New) -> None:
    code = new_instance().send("help-ask", ASK)["access_code"]
    instance = new_instance(disk_reserve=10**9)
    assert instance.client.get("/forms/health").json == {"status": "full"}
    assert "暂时发不成" in instance.client.get("/forms/help-ask", headers=HTML).text
    assert instance.check("help-ask", ASK).status_code == 503
    page = instance.client.post("/forms/help-ask/check", data=ASK, headers=HTML)
    assert page.status_code == 503
    assert LexborHTMLParser(page.text).css_first("textarea").text().strip() == ASK["question"]
    status = instance.client.post("/forms/status", json={"code": code})
    assert status.json["status"] == "received"
    erased = instance.client.post("/forms/status/erase", json={"code": code})
    assert erased.status_code == 200
    assert instance.rows("SELECT ciphertext FROM submission") == [(None,)]


def test_a_healthy_service_says_so_after_a_real_write(instance: Instance) -> None:
    log = instance.folder / "forms.sqlite-wal"
    before = log.stat().st_size, log.stat().st_mtime_ns
    assert instance.client.get("/forms/health").json == {"status": "ok"}
    assert (log.stat().st_size, log.stat().st_mtime_ns) != before


class Reason(Exception):
    def __init__(self, sqlite: str = "", sqlstate: str = "") -> None:
        self.sqlite_errorname, self.sqlstate = sqlite, sqlstate


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OperationalError("", None, Reason("SQLITE_FULL")), "storage"),
        (OperationalError("", None, Reason("SQLITE_READONLY")), "storage"),
        (OperationalError("", None, Reason("SQLITE_IOERR_WRITE")), "storage"),
        (OperationalError("", None, Reason("SQLITE_CANTOPEN")), "storage"),
        (OperationalError("", None, Reason("SQLITE_BUSY")), "busy"),
        (OperationalError("", None, Reason("SQLITE_ERROR")), None),
        (OperationalError("", None, Reason(sqlstate="57P01")), "storage"),
        (InterfaceError("", None, Reason()), "storage"),
        (DatabaseError("", None, Reason("SQLITE_NOTADB")), "storage"),
        (DatabaseError("", None, Reason("SQLITE_CORRUPT")), "storage"),
        (ProgrammingError("", None, Reason(sqlstate="42P01")), "storage"),
        (ProgrammingError("", None, Reason(sqlstate="42601")), None),
        (ProgrammingError("", None, Reason(), connection_invalidated=True), "storage"),
        (StorageError("no room"), "storage"),
        (OSError(28, "No space left on device"), "storage"),
        (OSError(30, "Read-only file system"), "storage"),
        (OSError(2, "No such file"), None),
        (KeyError("a fault of ours"), None),
    ],
)
def test_faults_of_disk_and_database_are_told_from_those_of_the_program(
    error: Exception, code: str | None
) -> None:
    assert problems.passing_code(error) == code


def test_two_slashes_lead_nowhere(instance: Instance) -> None:
    reply = instance.client.get("/forms//help-ask", headers={"Host": "evil.example"})
    assert reply.status_code == 404


@pytest.mark.parametrize(
    ("public_url", "allowed"), [("", True), ("https://jinqiao.example.org", False)]
)
def test_the_host_header_is_our_origin_only_where_the_address_is_unknown(
    new_instance: New, public_url: str, allowed: bool
) -> None:
    instance = new_instance(public_url=public_url)
    rebound = {"Origin": "http://rebound.example", "Host": "rebound.example"}
    reply = instance.client.post("/forms/help-ask/check", json=ASK, headers=rebound)
    assert reply.status_code == (200 if allowed else 403)


@pytest.mark.parametrize("path", ["/forms/help-ask", "/forms/help-ask/check"])
def test_what_was_typed_too_long_ago_is_not_opened(instance: Instance, path: str) -> None:
    draft, _ = instance.services.tokens.read(
        instance.check("help-ask", ASK).json["token"], "help-ask"
    )
    old = instance.token(draft, time.time() - OLDEST - 60)
    body = {"token": old, "back": "question"}
    reply = instance.client.post(path, json=body, headers={"Idempotency-Key": draft.key})
    assert (reply.status_code, reply.json["code"]) == (400, "expired")
    assert ASK["question"] not in reply.text


@pytest.mark.parametrize("key", ["a" * 22, "ab" * 11, "abc" * 10, "1234512345" * 3, "-" * 64])
def test_a_key_of_low_variety_is_refused(instance: Instance, key: str) -> None:
    reply = instance.check("help-ask", ASK, **{"Idempotency-Key": key})
    assert reply.status_code == 400


def test_random_keys_of_every_usual_kind_are_taken(instance: Instance) -> None:
    kinds = [secrets.token_urlsafe(16), secrets.token_hex(16), secrets.token_urlsafe(48)]
    for key in kinds:
        assert instance.check("help-ask", ASK, **{"Idempotency-Key": key}).status_code == 200


def test_the_database_alone_opens_no_receipt() -> None:
    wrapped = tokens.wrap_code("k" * 22, "code", "the secret of this service")
    assert tokens.unwrap_code("k" * 22, wrapped, "the secret of this service") == "code"
    with pytest.raises(tokens.InvalidToken):
        tokens.unwrap_code("k" * 22, wrapped, "another")


def test_receipts_of_the_version_before_are_opened_for_their_day() -> None:
    before = tokens._fernet(b"k" * 22, b"jinqiao receipt").encrypt(b"code")
    assert tokens.unwrap_code("k" * 22, before, "the secret of this service") == "code"


def test_without_a_release_a_right_answer_is_not_called_wrong(
    new_instance: New, tmp_path: Path
) -> None:
    instance = new_instance(release=tmp_path / "nowhere")
    reply = instance.check("away-register", AWAY)
    assert (reply.status_code, reply.json["code"]) == (503, "unpublished")
    page = instance.client.post("/forms/away-register/check", data=AWAY, headers=HTML)
    assert page.status_code == 503 and AWAY["call_me"] in page.text


def test_a_trial_whose_key_is_gone_makes_no_new_one(new_instance: New, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    instance = new_instance(recipients=(), keys_folder=keys)
    instance.send("help-ask", ASK)
    key = (keys / "desk.key").read_bytes()
    (keys / "desk.key").unlink()
    with pytest.raises(SettingsError, match=r"alone opens what came in"):
        create_app(instance.settings)
    (keys / "desk.key").write_bytes(key)
    new_instance(recipients=(), keys_folder=keys)


# ---- before the service runs ----


def production(folder: Path) -> dict[str, str]:
    keys = [str(pyrage.x25519.Identity.generate().to_public()) for _ in range(2)]
    (folder / "recipients.txt").write_text("\n".join(keys), "utf-8")
    return {
        "FORMS_PRODUCTION": "1",
        "FORMS_SECRET": secrets.token_urlsafe(48),
        "FORMS_RECIPIENTS_FILE": str(folder / "recipients.txt"),
        "FORMS_PUBLIC_URL": "https://jinqiao.example.org",
        "FORMS_DATABASE_URL": f"sqlite:///{folder / 'data/forms.sqlite'}",
        "FORMS_KEYS_FOLDER": str(folder / "keys"),
        "FORMS_BACKUPS": str(folder / "backups"),
        "FORMS_TRUSTED_PROXIES": "0",
        "JINQIAO_TODAY": "",
    }


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """`command("purge", FORMS_X="…")`: the exit code and what it said, in production's settings."""
    settings = production(tmp_path)

    def run(line: str, **changes: str) -> tuple[int, str]:
        for name, value in (settings | changes).items():
            monkeypatch.setenv(name, value)
        code = cli.main(line.split())
        printed = capsys.readouterr()
        return code, printed.err or printed.out

    return run


Command = Callable[..., tuple[int, str]]


def sentence(said: str) -> bool:
    """One line, in Chinese and in English."""
    return said.count("\n") == 1 and " / " in said and bool(re.search("[\u4e00-\u9fff]", said))


@pytest.mark.parametrize(
    "line", ["serve --port 0", "purge", "outbox", "backup", "inbox --no-browser"]
)
def test_no_command_makes_a_database_that_is_missing(
    command: Command, tmp_path: Path, line: str
) -> None:
    code, said = command(line)
    assert code == 2 and sentence(said), said
    assert not (tmp_path / "data/forms.sqlite").exists()


def test_the_first_database_is_made_by_a_command_of_its_own(
    command: Command, tmp_path: Path
) -> None:
    assert command("database new")[0] == 0
    assert command("purge")[0] == 0
    code, said = command("database new")
    assert code == 2 and "already" in said and sentence(said)
    (tmp_path / "data/forms.sqlite").unlink()
    (tmp_path / "backups").mkdir(exist_ok=True)
    forgotten.add(tmp_path / "backups/forgotten.txt", {}, "")
    code, said = command("database new")
    assert code == 2 and "restore" in said and sentence(said)
    assert command("database new --although-backups")[0] == 0


@pytest.mark.parametrize("line", ["serve --port 0", "purge", "outbox", "backup"])
@pytest.mark.parametrize("fault", ["newer", "damaged", "recipient"])
def test_what_stops_a_command_is_one_sentence(
    command: Command, tmp_path: Path, line: str, fault: str
) -> None:
    command("database new")
    file = tmp_path / "data/forms.sqlite"
    if fault == "newer":
        file.write_bytes(with_version(file, "0099"))
    elif fault == "damaged":
        file.write_bytes(b"nothing " * 2000)
    else:
        (tmp_path / "recipients.txt").write_text("age1xyz\nage1abc\n", "utf-8")
    code, said = command(line)
    assert (code, sentence(said)) == (2, True) or (line, fault) == ("backup", "newer"), said


def with_version(file: Path, version: str) -> bytes:
    with closing(pysqlite3.connect(str(file), isolation_level=None)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    return file.read_bytes()


def test_a_taken_port_of_the_service_or_its_monitoring_is_told(command: Command) -> None:
    command("database new")
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as granian does
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        code, said = command(f"serve --port {port}")
        assert code == 2 and port in said and sentence(said)
        code, said = command("serve --port 0", FORMS_METRICS_PORT=port)
        assert code == 2 and port in said and sentence(said)


def test_the_doctor_sees_files_that_others_may_read(command: Command, tmp_path: Path) -> None:
    command("database new")
    settings = Settings.from_env(production(tmp_path))
    assert list(machine.modes(settings, {})) == []
    (tmp_path / "backups").mkdir(mode=0o700)
    (tmp_path / "backups/forgotten.txt").touch()
    (tmp_path / "backups/forgotten.txt").chmod(0o644)
    (tmp_path / "data/forms.sqlite").chmod(0o640)
    (tmp_path / "forms.env").touch()
    (tmp_path / "forms.env").chmod(0o604)
    found = list(machine.modes(settings, {"FORMS_ENV_FILE": str(tmp_path / "forms.env")}))
    assert [one.code for one in found] == ["readable"] * 3
    assert all("chmod 600" in one.remedy for one in found)
