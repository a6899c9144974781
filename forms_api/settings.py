"""All configuration: environment variables FORMS_…, read once into one frozen object."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

from forms_api.recipients import Key, parse

ROOT: Final = Path(__file__).resolve().parents[1]
VAR: Final = ROOT / "var"
DEVELOPMENT_SECRET: Final = "development only, refused in production"  # noqa: S105
_T = TypeVar("_T")


class SettingsError(Exception):
    """A value that stops the start; one sentence that names its variable."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Paths are absolute. `recipients` are age public keys; empty means: make a key pair."""

    production: bool = False
    secret: str = field(default=DEVELOPMENT_SECRET, repr=False)
    database_url: str = f"sqlite:///{VAR / 'dev' / 'forms.sqlite'}"
    recipients: tuple[str, ...] = ()
    desk_keys: tuple[Key, ...] = ()  # all of the recipients file, to verify what desks made
    keys_folder: Path = VAR / "dev" / "keys"
    release: Path = VAR / "current"
    public_url: str = ""
    reference_prefix: str = ""
    rate_limit: str = "60 per minute"  # "" switches it off
    trusted_proxies: int = 0
    max_body: int = 64 * 1024
    queue: int = 1024
    wait_seconds: float = 10.0
    site: Path | None = None
    site_problems: Path = VAR / "problems.json"
    smtp_url: str = field(default="", repr=False)  # "": mail is printed
    mail_from: str = ""
    desk_mail: Mapping[str, str] = field(default_factory=dict)  # mailbox by desk
    metrics_port: int = 0  # 0: none
    housekeeping: bool = True
    backups: Path = VAR / "backups"
    inbox_minutes: int = 15  # of idleness, until the inbox forgets its key
    secret_since: str = ""  # an ISO date; "" when nobody noted it

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Raises SettingsError. Variables that are set but empty count as not set."""
        given = {name: value for name, value in environ.items() if name.startswith("FORMS_")}
        for name in given:
            if name not in VARIABLES and not name.startswith(DESK_MAIL):
                raise SettingsError(f"{name} is not a setting; known are {', '.join(VARIABLES)}.")
        boxes: dict[str, object] = {}
        values: dict[str, object] = {"desk_mail": boxes}
        if file := given.get("FORMS_RECIPIENTS_FILE", "").strip():
            values["desk_keys"] = _read("FORMS_RECIPIENTS_FILE", _desk_keys, file)
        for name, text in given.items():
            if text and name in VARIABLES:
                target, read = VARIABLES[name]
                values[target] = _read(name, read, text.strip())
            elif text:
                desk = name.removeprefix(DESK_MAIL).lower().replace("_", "-")
                boxes[desk] = _read(name, _mailbox, text.strip())
        settings = cls(**values)  # type: ignore[arg-type]
        if settings.smtp_url and not settings.mail_from:
            raise SettingsError("FORMS_MAIL_FROM must be set where FORMS_SMTP_URL is.")
        if settings.production:
            _refuse_development_values(settings)
        return settings


def _read(name: str, read: Callable[[str], object], text: str) -> object:
    try:
        return read(text)
    except (ValueError, OSError) as error:
        raise SettingsError(f"{name} cannot be used: {error}.") from error


def _refuse_development_values(settings: Settings) -> None:
    if settings.secret == DEVELOPMENT_SECRET:
        raise SettingsError("FORMS_SECRET must be set in production.")
    if len(settings.recipients) < 2:
        raise SettingsError(
            "FORMS_RECIPIENTS_FILE must name at least two age recipients in production, "
            "so that one lost key loses nothing."
        )
    if not settings.public_url.startswith("https://"):
        raise SettingsError("FORMS_PUBLIC_URL must be an https:// address in production.")
    if settings.site:
        raise SettingsError("FORMS_SITE is for development; in production a web server does it.")


def _flag(text: str) -> bool:
    if text.lower() not in {"1", "0", "true", "false", "yes", "no"}:
        raise ValueError("it must be 1 or 0")
    return text.lower() in {"1", "true", "yes"}


def _secret(text: str) -> str:
    if len(text) < 32:
        raise ValueError("it must have at least 32 characters")
    return text


def _database(text: str) -> str:
    if not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("it must begin with sqlite:/// or postgresql+psycopg://")
    return text


def _recipients(text: str) -> tuple[str, ...]:
    """One age public key a line; empty lines and those that begin with # are skipped."""
    lines = (line.strip() for line in Path(text).read_text("utf-8").splitlines())
    keys = tuple(dict.fromkeys(line for line in lines if line and not line.startswith("#")))
    if wrong := [key[:12] for key in keys if not key.startswith("age1")]:
        raise ValueError(f"it holds something that is no age recipient ({wrong[0]}…)")
    return keys


def _desk_keys(text: str) -> tuple[Key, ...]:
    return tuple(parse(Path(text).read_text("utf-8")))


def _public_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path not in {"", "/"}:
        raise ValueError("it must be an address without a path, such as https://example.org")
    return f"{parts.scheme}://{parts.netloc}"


def _prefix(text: str) -> str:
    if not (text.isascii() and text.isalnum() and text.isupper() and 1 <= len(text) <= 4):
        raise ValueError("it must be one to four capital letters or digits")
    return text


def _limit(text: str) -> str:
    return "" if text.lower() in {"off", "0"} else _known_limit(text)


def _known_limit(text: str) -> str:
    from limits import parse_many

    parse_many(text)
    return text


def _number(lowest: int, highest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or not lowest <= int(text) <= highest:
            raise ValueError(f"it must be a whole number from {lowest} to {highest}")
        return int(text)

    return read


def _mailbox(text: str) -> str:
    from email_validator import validate_email

    return validate_email(text, check_deliverability=False).normalized


def _smtp(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("it must look like smtp://user:password@host:587 or smtps://host")
    return text


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()


def _path(text: str) -> Path:
    return Path(text).absolute()


DESK_MAIL: Final = "FORMS_DESK_MAIL_"  # and a desk's id in capitals, "_" for "-"; OPERATOR
VARIABLES: Final[Mapping[str, tuple[str, Callable[[str], object]]]] = {
    "FORMS_PRODUCTION": ("production", _flag),
    "FORMS_SECRET": ("secret", _secret),
    "FORMS_SECRET_SINCE": ("secret_since", _day),
    "FORMS_DATABASE_URL": ("database_url", _database),
    "FORMS_RECIPIENTS_FILE": ("recipients", _recipients),
    "FORMS_KEYS_FOLDER": ("keys_folder", _path),
    "FORMS_RELEASE": ("release", _path),
    "FORMS_PUBLIC_URL": ("public_url", _public_url),
    "FORMS_REFERENCE_PREFIX": ("reference_prefix", _prefix),
    "FORMS_RATE_LIMIT": ("rate_limit", _limit),
    "FORMS_TRUSTED_PROXIES": ("trusted_proxies", _number(0, 5)),
    "FORMS_MAX_BODY": ("max_body", _number(4096, 1024 * 1024)),
    "FORMS_QUEUE": ("queue", _number(1, 100_000)),
    "FORMS_SMTP_URL": ("smtp_url", _smtp),
    "FORMS_MAIL_FROM": ("mail_from", _mailbox),
    "FORMS_METRICS_PORT": ("metrics_port", _number(0, 65535)),
    "FORMS_HOUSEKEEPING": ("housekeeping", _flag),
    "FORMS_BACKUPS": ("backups", _path),
    "FORMS_INBOX_MINUTES": ("inbox_minutes", _number(1, 240)),
    "FORMS_SITE": ("site", _path),
    "FORMS_SITE_PROBLEMS": ("site_problems", _path),
}
