"""All configuration: environment variables FORMS_…, read once into one frozen object."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from forms_api import entropy
from forms_api.recipients import Key, parse

ROOT: Final = Path(__file__).resolve().parents[1]
VAR: Final = ROOT / "var"
MOST_A_MINUTE: Final = 600  # an office behind one address sends less
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
    smtp_ca_file: Path | None = None  # None: the system's authorities
    mail_from: str = ""
    desk_mail: Mapping[str, str] = field(default_factory=dict)  # mailbox by desk
    metrics_port: int = 0  # 0: none
    housekeeping: bool = True
    backups: Path = VAR / "backups"
    backup_days: int = 35  # that a backup is kept; the privacy page says so
    inbox_minutes: int = 15  # of idleness, until the inbox forgets its key
    one_desk: bool = False  # nobody else is there to release what is to be published
    secret_since: str = ""  # an ISO date; "" when nobody noted it
    disk_reserve: int = 50  # MB that stay free for erasures

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Raises SettingsError. Variables that are set but empty count as not set."""
        given = {name: value for name, value in environ.items() if name.startswith("FORMS_")}
        for name in given:
            if name not in VARIABLES and not name.startswith(DESK_MAIL):
                known = ", ".join(VARIABLES)
                raise _refusal(name, f"不是设置，有的是 {known}。", f"is not a setting: {known}.")
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
        _refuse_bad_day(environ.get("JINQIAO_TODAY", ""))
        settings = cls(**values)  # type: ignore[arg-type]
        if settings.smtp_url and not settings.mail_from:
            raise SettingsError("FORMS_MAIL_FROM must be set where FORMS_SMTP_URL is.")
        if settings.production:
            _refuse_development_values(settings)
            _refuse_unsaid(environ)
        return settings

    def with_listed_recipients(self) -> "Settings":
        """Where no list is named, the one that `keys new` keeps beside the keys."""
        beside = self.keys_folder / "recipients.txt"
        if self.recipients or not beside.is_file():
            return self
        named = Settings.from_env({"FORMS_RECIPIENTS_FILE": str(beside)})
        return replace(self, recipients=named.recipients, desk_keys=named.desk_keys)


def _read(name: str, read: Callable[[str], object], text: str) -> object:
    """A ValueError has the reason in Chinese and in English, or once for both."""
    try:
        return read(text)
    except (ValueError, OSError) as error:
        zh, en = error.args if len(error.args) == 2 and isinstance(error, _Wrong) else [error] * 2
        raise _refusal(name, f"不能用：{zh}。", f"cannot be used: {en}.") from error


class _Wrong(ValueError):
    """What is wrong with a value, in Chinese and in English."""


def _refusal(name: str, zh: str, en: str) -> SettingsError:
    return SettingsError(f"{name} {zh} / {name} {en}")


def _refuse_development_values(settings: Settings) -> None:
    if settings.secret == DEVELOPMENT_SECRET:
        raise _refusal("FORMS_SECRET", "正式启用时必须写。", "must be set in production.")
    if len(settings.recipients) < 2:
        raise _refusal(
            "FORMS_RECIPIENTS_FILE",
            "正式启用时至少要有两把公钥，丢了一把也打得开。",
            "must name at least two age recipients in production, so that one lost key loses "
            "nothing.",
        )
    if not settings.public_url.startswith("https://"):
        raise _refusal(
            "FORMS_PUBLIC_URL",
            "正式启用时必须是 https:// 网址。",
            "must be an https:// address in production.",
        )
    if settings.site:
        raise _refusal(
            "FORMS_SITE",
            "只用于试用；正式启用时由网页服务器做。",
            "is for development; in production a web server does it.",
        )
    if _a_minute(settings.rate_limit) > MOST_A_MINUTE:
        raise _refusal(
            "FORMS_RATE_LIMIT",
            f"正式启用时一个人一分钟最多 {MOST_A_MINUTE} 次，也不能 off。",
            f"may be {MOST_A_MINUTE} per minute at most in production, and not off.",
        )
    url = make_url(settings.database_url)
    host = str(url.host or url.query.get("host") or "")
    local = host in {"", "localhost", "127.0.0.1", "::1"} or host.startswith("/")
    if not local and url.query.get("sslmode") != "verify-full":
        raise _refusal(
            "FORMS_DATABASE_URL",
            "的数据库在另一台机器上，地址后面要加 ?sslmode=verify-full。",
            "names a database on another machine: its address must end with ?sslmode=verify-full.",
        )


def _refuse_unsaid(environ: Mapping[str, str]) -> None:
    if environ.get("JINQIAO_TODAY"):
        raise _refusal(
            "JINQIAO_TODAY",
            "固定了日期，正式启用时要去掉。",
            "fixes the date: unset it in production.",
        )
    if not environ.get("FORMS_TRUSTED_PROXIES"):
        raise _refusal(
            "FORMS_TRUSTED_PROXIES",
            "正式启用时必须写：前面有几层代理，没有就写 0。",
            "must be set in production: how many proxies stand in front, 0 for none.",
        )


def _refuse_bad_day(text: str) -> None:
    try:
        date.fromisoformat(text or "2026-11-21")
    except ValueError:
        raise _refusal(
            "JINQIAO_TODAY",
            "要写成 2026-11-21 这样的日期。",
            "must be a date such as 2026-11-21.",
        ) from None


def _a_minute(limit: str) -> float:
    """What the strictest of several limits lets through; "" has none."""
    from limits import parse_many

    if not limit:
        return float("inf")
    return min(one.amount * 60 / one.get_expiry() for one in parse_many(limit))


def _flag(text: str) -> bool:
    if text.lower() not in {"1", "0", "true", "false", "yes", "no"}:
        raise _Wrong("要写 1 或 0", "it must be 1 or 0")
    return text.lower() in {"1", "true", "yes"}


def _secret(text: str) -> str:
    if len(text) < 32:
        raise _Wrong("至少要 32 个字符", "it must have at least 32 characters")
    if entropy.is_low(text, different=10, packed=24):
        raise _Wrong(
            "太容易猜到，要随机生成", "it could be guessed: let a program make it at random"
        )
    return text


def _database(text: str) -> str:
    if not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        kinds = "sqlite:///", "postgresql+psycopg://"
        raise _Wrong(
            f"要以 {kinds[0]} 或 {kinds[1]} 开头", f"it must begin with {' or '.join(kinds)}"
        )
    try:
        make_url(text)
    except (ArgumentError, ValueError):
        raise _Wrong("看不懂这个地址", "the address is not understood") from None
    return text


def _recipients(text: str) -> tuple[str, ...]:
    """One age public key a line; empty lines and those that begin with # are skipped."""
    lines = (line.strip() for line in Path(text).read_text("utf-8").splitlines())
    keys = tuple(dict.fromkeys(line for line in lines if line and not line.startswith("#")))
    if wrong := [key[:12] for key in keys if not _is_recipient(key)]:
        raise _Wrong(
            f"里面有一行不是公钥（{wrong[0]}…）",
            f"it holds something that is no age recipient ({wrong[0]}…)",
        )
    return keys


def _is_recipient(key: str) -> bool:
    from pyrage import RecipientError, x25519  # type: ignore[import-untyped]

    try:
        x25519.Recipient.from_str(key)
    except RecipientError:
        return False
    return True


def _desk_keys(text: str) -> tuple[Key, ...]:
    return tuple(parse(Path(text).read_text("utf-8")))


def _public_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path not in {"", "/"}:
        raise _Wrong(
            "要写不带路径的网址，如 https://example.org",
            "it must be an address without a path, such as https://example.org",
        )
    return f"{parts.scheme}://{parts.netloc}"


def _prefix(text: str) -> str:
    if not (text.isascii() and text.isalnum() and text.isupper() and 1 <= len(text) <= 4):
        raise _Wrong(
            "要写一到四个大写字母或数字", "it must be one to four capital letters or digits"
        )
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
            raise _Wrong(
                f"要写 {lowest} 到 {highest} 的整数",
                f"it must be a whole number from {lowest} to {highest}",
            )
        return int(text)

    return read


def _mailbox(text: str) -> str:
    from email_validator import validate_email

    found = validate_email(text, check_deliverability=False).ascii_email
    if not found:
        raise ValueError(
            "@ 前面只能是英文字母、数字和符号 / before the @ only plain letters, digits and marks "
            "can be written to"
        )
    return found


def _smtp(text: str) -> str:
    from forms_api import smtp

    smtp.address(text)
    return text


def _authorities(text: str) -> Path:
    from forms_api import smtp

    path = _path(text)
    smtp.tls_context(path)
    return path


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
    "FORMS_DISK_RESERVE_MB": ("disk_reserve", _number(0, 1_000_000)),
    "FORMS_SMTP_URL": ("smtp_url", _smtp),
    "FORMS_SMTP_CA_FILE": ("smtp_ca_file", _authorities),
    "FORMS_MAIL_FROM": ("mail_from", _mailbox),
    "FORMS_METRICS_PORT": ("metrics_port", _number(0, 65535)),
    "FORMS_HOUSEKEEPING": ("housekeeping", _flag),
    "FORMS_BACKUPS": ("backups", _path),
    "FORMS_BACKUP_DAYS": ("backup_days", _number(1, 400)),
    "FORMS_INBOX_MINUTES": ("inbox_minutes", _number(1, 240)),
    "FORMS_ONE_DESK": ("one_desk", _flag),
    "FORMS_SITE": ("site", _path),
    "FORMS_SITE_PROBLEMS": ("site_problems", _path),
}
