"""The environment: what is accepted, and the one sentence of what is not."""

from __future__ import annotations

from pathlib import Path

import pyrage
import pytest

from forms_api.sealing import development_recipients
from forms_api.settings import DESK_MAIL, ROOT, VARIABLES, Settings, SettingsError
from forms_api.store.engine import is_vulnerable

SECRET = "a secret of at least thirty-two characters"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    file = tmp_path / "recipients.txt"
    lines = [str(pyrage.x25519.Identity.generate().to_public()) for _ in range(2)]
    file.write_text("# desks\n\n" + "\n".join(lines) + "\n", "utf-8")
    return file


def production(keys: Path, **changes: str) -> dict[str, str]:
    good = {
        "FORMS_PRODUCTION": "1",
        "FORMS_SECRET": SECRET,
        "FORMS_RECIPIENTS_FILE": str(keys),
        "FORMS_PUBLIC_URL": "https://jinqiao.example.org/",
        "FORMS_TRUSTED_PROXIES": "1",
    }
    return {**good, **changes}


def test_with_nothing_set_a_development_instance_is_described() -> None:
    settings = Settings.from_env({})
    assert not settings.production
    assert settings.database_url.endswith("/var/dev/forms.sqlite")


def test_production_starts_with_what_it_needs(keys: Path) -> None:
    settings = Settings.from_env(production(keys))
    assert settings.public_url == "https://jinqiao.example.org"
    assert len(settings.recipients) == 2
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FORMS_PRODUCTION", "maybe"),
        ("FORMS_SECRET", "short"),
        ("FORMS_SECRET", ""),
        ("FORMS_SECRET", "x" * 40),
        ("FORMS_SECRET", "password" * 5),
        ("FORMS_SECRET", "0123456789" * 4),
        ("FORMS_SECRET", "passwordPASSWORD" * 3),
        ("FORMS_DATABASE_URL", "mysql://x"),
        ("FORMS_DATABASE_URL", "postgresql+psycopg://u@h:port/d"),
        ("FORMS_DATABASE_URL", "postgresql+psycopg://u:p@10.0.0.2/forms"),
        ("FORMS_DATABASE_URL", "postgresql+psycopg://u:p@db/forms?sslmode=require"),
        ("FORMS_DATABASE_URL", "postgresql+psycopg://u:p@/forms?host=db.example.org"),
        ("FORMS_RECIPIENTS_FILE", "/nowhere/at/all"),
        ("FORMS_RECIPIENTS_FILE", ""),
        ("FORMS_PUBLIC_URL", "http://jinqiao.example.org"),
        ("FORMS_PUBLIC_URL", "https://jinqiao.example.org/forms"),
        ("FORMS_REFERENCE_PREFIX", "金桥"),
        ("FORMS_RATE_LIMIT", "sometimes"),
        ("FORMS_RATE_LIMIT", "off"),
        ("FORMS_RATE_LIMIT", "100 per second"),
        ("FORMS_TRUSTED_PROXIES", ""),
        ("JINQIAO_TODAY", "2026-11-21"),
        ("JINQIAO_TODAY", "x"),
        ("FORMS_DISK_RESERVE_MB", "much"),
        ("FORMS_TRUSTED_PROXIES", "-1"),
        ("FORMS_MAX_BODY", "1"),
        ("FORMS_SITE", "/srv/site"),
        ("FORMS_SMTP_URL", "http://mail.example.org"),
        ("FORMS_SMTP_URL", "smtp+plain://mail.example.org"),
        ("FORMS_SMTP_URL", "smtp+plain://user:pass@localhost"),
        ("FORMS_SMTP_CA_FILE", "/nowhere/at/all"),
        ("FORMS_SMTP_CA_FILE", __file__),
        ("FORMS_MAIL_FROM", "表单@example.org"),
        ("FORMS_MAIL_FROM", "nobody"),
        ("FORMS_DESK_MAIL_GUIDE", "not an address"),
        ("FORMS_METRICS_PORT", "70000"),
        ("FORMS_HOUSEKEEPING", "sometimes"),
        ("FORMS_SECRETT", SECRET),
    ],
)
def test_a_bad_value_stops_the_start_with_its_name(keys: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_env(production(keys, **{name: value}))
    said = str(raised.value)
    zh, en = said.split(f" / {name} ", 1)
    assert zh.startswith(name) and zh.endswith("。") and en.endswith(".") and "\n" not in said


@pytest.mark.parametrize("text", ["age1xyz", "AGE-SECRET-KEY-1", "age1" + "q" * 58])
def test_a_recipient_with_a_typing_error_is_told_in_a_sentence(keys: Path, text: str) -> None:
    keys.write_text(f"{keys.read_text('utf-8')}{text}\n", "utf-8")
    with pytest.raises(SettingsError, match="FORMS_RECIPIENTS_FILE 不能用：里面有一行不是公钥"):
        Settings.from_env(production(keys))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FORMS_SECRET", "Zq4vN1xT8mKc2LhRw0pYbD7sFgUe3JaV"),
        ("FORMS_SECRET", "9f86d081884c7d659a2feaa0c55ad015"),
        ("FORMS_SECRET", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        ("FORMS_RATE_LIMIT", "600 per minute"),
        ("FORMS_RATE_LIMIT", "5 per second; 100 per hour"),
        ("FORMS_DATABASE_URL", "postgresql+psycopg://u:p@127.0.0.1/forms"),
        ("FORMS_DATABASE_URL", "postgresql+psycopg://u:p@/forms?host=/run/postgresql"),
        ("FORMS_DATABASE_URL", "postgresql+psycopg://u:p@10.0.0.2/forms?sslmode=verify-full"),
        ("FORMS_TRUSTED_PROXIES", "0"),
    ],
)
def test_what_an_operator_may_want_is_taken(keys: Path, name: str, value: str) -> None:
    assert Settings.from_env(production(keys, **{name: value})).production


def test_no_process_runs_on_a_day_that_is_none() -> None:
    with pytest.raises(SettingsError, match="JINQIAO_TODAY must be a date"):
        Settings.from_env({"JINQIAO_TODAY": "2026-13-01"})


def test_one_recipient_is_not_enough_in_production(keys: Path) -> None:
    keys.write_text(keys.read_text("utf-8").splitlines()[2], "utf-8")
    with pytest.raises(SettingsError, match="FORMS_RECIPIENTS_FILE must name at least two"):
        Settings.from_env(production(keys))


def test_mail_needs_a_sender_and_desks_have_their_mailboxes(keys: Path) -> None:
    given = production(keys, FORMS_SMTP_URL="smtp://mail.example.org:587")
    with pytest.raises(SettingsError, match="FORMS_MAIL_FROM must be set"):
        Settings.from_env(given)
    given |= {"FORMS_MAIL_FROM": "forms@example.org", "FORMS_DESK_MAIL_TWO_NEW": "a@example.org"}
    assert Settings.from_env(given).desk_mail == {"two-new": "a@example.org"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_setting_stands_in_the_handbook_in_both_languages(lang: str) -> None:
    handbook = (ROOT / "docs" / lang / "about" / "maintain.md").read_text("utf-8")
    wanted = {*VARIABLES, DESK_MAIL}
    assert {name for name in wanted if f"`{name}" not in handbook} == set()


@pytest.mark.parametrize(
    ("version", "vulnerable"),
    [
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 46, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 52, 0), False),
    ],
)
def test_versions_of_sqlite_that_can_corrupt_are_known(
    version: tuple[int, ...], vulnerable: bool
) -> None:
    assert is_vulnerable(version) is vulnerable


def test_a_development_key_is_made_once_and_private(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    assert development_recipients(folder) == development_recipients(folder)
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
