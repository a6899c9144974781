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
        ("FORMS_DATABASE_URL", "mysql://x"),
        ("FORMS_RECIPIENTS_FILE", "/nowhere/at/all"),
        ("FORMS_RECIPIENTS_FILE", ""),
        ("FORMS_PUBLIC_URL", "http://jinqiao.example.org"),
        ("FORMS_PUBLIC_URL", "https://jinqiao.example.org/forms"),
        ("FORMS_REFERENCE_PREFIX", "金桥"),
        ("FORMS_RATE_LIMIT", "sometimes"),
        ("FORMS_TRUSTED_PROXIES", "-1"),
        ("FORMS_MAX_BODY", "1"),
        ("FORMS_SITE", "/srv/site"),
        ("FORMS_SMTP_URL", "http://mail.example.org"),
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
    assert said.startswith(name) and said.endswith(".") and "\n" not in said


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
