"""The doctor finds each fault that is planted, says what to do, and is quiet about good health."""

from __future__ import annotations

import datetime as dt
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from forms_api import clock, heartbeat, keys, privacy
from forms_api.backup import making
from forms_api.doctor import command, configured, kept, machine
from forms_api.doctor.finding import Finding
from forms_api.settings import Settings
from forms_api.store.tables import event, outbox, submission
from scripts.prove import mail_servers
from scripts.prove.certificates import certificate_for
from scripts.prove.instance import AGE, draft, form
from scripts.service import free_port
from tests.api.conftest import Instance

TODAY = dt.date(2026, 11, 21)
NOW = dt.datetime(2026, 11, 21, 12, tzinfo=clock.ZONE)
SOUND = (3, 53, 4)


def codes(found: Iterator[Finding] | list[Finding]) -> list[str]:
    """What was found; each says in both languages what it is and what to do."""
    listed = list(found)
    for one in listed:
        assert " / " in one.message
        assert " / " in one.remedy
    return [one.code for one in listed]


def production(folder: Path, **more: str) -> dict[str, str]:
    """The environment of a healthy instance, as far as settings go."""
    keys.new("guide", folder / "desk", folder / "recipients.txt", "")
    keys.new("spare", folder / "desk", folder / "recipients.txt", "")
    (folder / "release/_private").mkdir(parents=True, exist_ok=True)
    (folder / "release/_private/catalogue.json").write_text("{}")
    return {
        "FORMS_PRODUCTION": "1",
        "FORMS_SECRET": "a secret of at least thirty-two characters",
        "FORMS_SECRET_SINCE": "2026-10-01",
        "FORMS_RECIPIENTS_FILE": str(folder / "recipients.txt"),
        "FORMS_KEYS_FOLDER": str(folder / "keys"),
        "FORMS_PUBLIC_URL": "https://127.0.0.1:1",
        "FORMS_DATABASE_URL": f"sqlite:///{folder / 'forms.sqlite'}",
        "FORMS_RELEASE": str(folder / "release"),
        "FORMS_BACKUPS": str(folder / "backups"),
        "FORMS_TRUSTED_PROXIES": "1",
        "FORMS_SMTP_URL": "smtp://mail.example.org",
        "FORMS_MAIL_FROM": "forms@example.org",
        "FORMS_DESK_MAIL_OPERATOR": "operator@example.org",
        **more,
    }


def of_settings(environ: dict[str, str]) -> list[str]:
    return codes(configured.check(Settings.from_env(environ), environ, {}, TODAY))


def test_sound_settings_give_no_finding(tmp_path: Path) -> None:
    assert of_settings(production(tmp_path)) == []


@pytest.mark.parametrize(
    ("planted", "code"),
    [
        ({"FORMS_PRODUCTION": "0"}, "development"),
        ({"FORMS_SECRET_SINCE": ""}, "secret-undated"),
        ({"FORMS_SECRET_SINCE": "2025-01-01"}, "secret-old"),
        ({"FORMS_SMTP_URL": ""}, "mail-unset"),
        ({"FORMS_SMTP_URL": "smtp+plain://localhost"}, "mail-plain"),
        ({"FORMS_DESK_MAIL_OPERATOR": ""}, "mailbox-missing"),
        ({"FORMS_RELEASE": "/nonexistent"}, "no-release"),
    ],
)
def test_each_fault_of_the_settings_is_found(
    tmp_path: Path, planted: dict[str, str], code: str
) -> None:
    assert of_settings(production(tmp_path) | planted) == [code]


def test_a_mail_server_is_tried_when_asked_and_what_is_wrong_is_said(tmp_path: Path) -> None:
    given = production(tmp_path)

    def found(known: Path | None, line: str) -> tuple[str, str]:
        settings = replace(Settings.from_env(given), smtp_url=line, smtp_ca_file=known)
        (one,) = configured.mail_server(settings)
        assert codes([one]) == ["mail-server"] and mail_servers.PASSWORD not in one.message
        return one.level, one.message

    certificate = certificate_for(1, tmp_path)
    port = free_port()
    box = mail_servers.Mailbox(port, mail_servers.server_context(certificate))
    line = mail_servers.url(port)
    level, said = found(certificate, line)
    assert (level, "ECONNREFUSED" in said) == ("error", True)
    box.open()
    try:
        level, said = found(certificate, line)
        assert (level, "STARTTLS" in said, "证书核对过" in said) == ("note", True, True)
        level, said = found(None, line)
        assert (level, "self-signed" in said, "证书不对" in said) == ("error", True, True)
        level, said = found(None, f"smtp+plain://localhost:{port}")
        assert (level, "not encrypted" in said) == ("note", True)
    finally:
        box.close()
    assert not box.mails


@pytest.mark.parametrize(
    ("table", "found"),
    [(None, []), ("{}", ["traditional-incomplete"]), ("[", ["traditional-incomplete"])],
)
def test_a_release_whose_traditional_words_do_not_suffice_is_found(
    tmp_path: Path, table: str | None, found: list[str]
) -> None:
    given = production(tmp_path)
    if table is not None:
        (tmp_path / "release/_private/traditional.json").write_text(table)
    assert of_settings(given) == found


def test_settings_that_stop_the_start_are_the_only_finding(tmp_path: Path) -> None:
    given = production(tmp_path, FORMS_SECRET="short")
    (one,) = command.examine(given)
    assert (one.level, one.code) == ("error", "settings")
    assert "FORMS_SECRET" in one.message


def test_keys_that_are_old_open_or_on_the_server_are_found(tmp_path: Path) -> None:
    given = production(tmp_path)
    listed = tmp_path / "recipients.txt"
    listed.write_text(listed.read_text().replace("since 2026", "since 2024", 1))
    listed.chmod(0o666)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys/guide.key").write_text("secret")
    assert of_settings(given) == ["secret-key-here", "recipients-open", "key-old"]


def test_a_key_whose_signature_is_not_listed_is_found(tmp_path: Path) -> None:
    given = production(tmp_path)
    listed = tmp_path / "recipients.txt"
    listed.write_text(re.sub(", signs [^,\\s]+", "", listed.read_text(), count=1))
    assert of_settings(given) == ["no-signature"]


@pytest.mark.parametrize(
    ("version", "free", "expected"),
    [
        (SOUND, 10 << 30, []),
        ((3, 51, 2), 10 << 30, ["sqlite-version"]),
        (SOUND, 500 << 20, ["disk", "disk"]),
    ],
)
def test_a_vulnerable_sqlite_and_a_full_disk_are_found(
    tmp_path: Path, version: tuple[int, ...], free: int, expected: list[str]
) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/db", backups=tmp_path / "backups")
    assert codes(machine.check(settings, NOW, version, lambda _: free)) == expected


def change(instance: Instance, table: Any, **values: Any) -> None:
    instance.services.writer.submit(lambda c: c.execute(update(table).values(**values))).result(10)


PLANTED = {
    "overdue": (submission, {"due_on": "2026-11-01"}),
    "overdue: set aside": (submission, {"due_on": "2026-11-01", "spam_score": 100}),
    "purge-late": (submission, {"retain_until": "2026-11-01"}),
    "mail-dead": (outbox, {"state": "dead", "last_error": "refused 550"}),
    "mail-waiting": (outbox, {"attempts": 9}),
    "clock": (event, {"day": "2030-01-01"}),
    "odd-rows": (submission, {"retain_until": "never"}),
    "uncounted": (submission, {"retain_until": clock.today().isoformat()}),
}


@pytest.mark.parametrize("code", PLANTED)
def test_each_fault_in_the_database_is_found(instance: Instance, code: str) -> None:
    instance.services.keeping.keep(form(), draft("Is anybody looking after this?"), AGE)
    backups = instance.folder / "backups"
    making.make(instance.services.engine, backups, instance.settings.recipients)
    settings = replace(instance.settings, backups=backups)
    now = clock.now()
    assert codes(kept.check(settings, instance.services.forms, now)) == []
    table, values = PLANTED[code]
    change(instance, table, **values)
    assert codes(kept.check(settings, instance.services.forms, now)) == [code.split(":")[0]]


@pytest.mark.parametrize(("days", "code"), [(0, None), (-7, "clock-ahead"), (7, "clock-behind")])
def test_a_clock_that_the_heartbeat_does_not_know_is_found_with_the_remedy(
    instance: Instance, days: int, code: str | None
) -> None:
    now = clock.now()
    write = privacy.directly(instance.services.engine)
    write(lambda c: heartbeat.confirm(c, now + dt.timedelta(days=days)))
    found = [
        one
        for one in kept.check(instance.settings, instance.services.forms, now)
        if one.code.startswith("clock")
    ]
    assert codes(found) == ([code] if code else [])
    assert all("purge --clock-is-right" in one.remedy for one in found)


def test_a_quiet_time_as_there_never_was_is_found(instance: Instance) -> None:
    instance.services.keeping.keep(form(), draft("Is anybody looking after this?"), AGE)
    for days, expected in ((13, []), (30, ["quiet"])):
        later = clock.now() + dt.timedelta(days=days)
        found = codes(kept.check(instance.settings, instance.services.forms, later))
        assert [code for code in found if code == "quiet"] == expected


def test_a_database_of_another_version_of_the_program_is_found(instance: Instance) -> None:
    with instance.services.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    settings = replace(instance.settings, backups=instance.folder / "backups")
    found = codes(kept.check(settings, instance.services.forms, clock.now()))
    assert found == ["schema", "no-backup"]


def test_a_backup_that_is_missing_old_broken_or_on_the_same_disk_is_found(
    instance: Instance,
) -> None:
    backups = instance.folder / "backups"
    settings = replace(instance.settings, backups=backups, production=True)
    assert codes(kept.backups(settings, clock.now())) == ["no-backup"]
    path, _ = making.make(instance.services.engine, backups, instance.settings.recipients)
    assert codes(kept.backups(settings, clock.now())) == ["backup-same-disk"]
    late = clock.now() + dt.timedelta(days=3)
    assert codes(kept.backups(replace(settings, production=False), late)) == ["backup-old"]
    path.write_bytes(path.read_bytes()[:-1])
    assert codes(kept.backups(settings, clock.now())) == ["backup-broken"]


def test_a_database_that_is_missing_or_no_database_is_found(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'forms.sqlite'}")
    assert codes(kept.check(settings, {}, NOW)) == ["no-database"]
    (tmp_path / "forms.sqlite").write_bytes(b"this is no database " * 100)
    assert codes(kept.check(settings, {}, NOW)) == ["database"]


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (dt.date(2025, 12, 21), []),
        (dt.date(2090, 11, 30), ["holidays"]),
        (dt.date(2090, 12, 1), ["holidays"]),
    ],
)
def test_missing_holidays_are_found(today: dt.date, expected: list[str]) -> None:
    assert codes(command.holidays(today)) == expected


@pytest.fixture
def public_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[int], str]]:
    """`public_address(days)`: a server on this machine whose certificate lasts so long."""
    servers: list[HTTPServer] = []

    def start(days: int) -> str:
        certificate = certificate_for(days, tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"https://localhost:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("days", "expected"), [(60, []), (14, ["certificate"]), (3, ["certificate"]),
                           (-1, ["certificate"])],
)  # fmt: skip
def test_a_certificate_that_ends_soon_or_has_ended_is_found(
    public_address: Callable[[int], str], tmp_path: Path, days: int, expected: list[str]
) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path}/db", backups=tmp_path, public_url=public_address(days)
    )
    found = list(machine.check(settings, dt.datetime.now(dt.UTC), SOUND, lambda _: 10 << 30))
    assert codes(found) == expected
    assert [one.level for one in found] == [("error" if days < 7 else "warning")] * len(expected)


def test_a_public_address_that_does_not_answer_is_found(tmp_path: Path) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path}/db", backups=tmp_path, public_url="https://127.0.0.1:1"
    )
    assert codes(machine.check(settings, NOW, SOUND, lambda _: 10 << 30)) == ["unreachable"]
