"""The machine: SQLite's version, room on the disk, the certificate of the public address."""

import shutil
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import make_url

from forms_api.doctor.finding import Finding, finding, rising
from forms_api.settings import Settings
from forms_api.store.engine import is_vulnerable, sqlite_version

_MB: Final = 1 << 20
LITTLE: Final = 1024 * _MB
HARDLY_ANY: Final = 200 * _MB
_PATIENCE: Final = 10.0  # seconds for the public address to answer
RENEW_DAYS: Final = 21  # certificates are renewed by themselves a month before their end


def check(
    settings: Settings,
    now: datetime,
    version: tuple[int, ...] | None = None,
    room: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free,
) -> Iterator[Finding]:
    """`version` and `room` stand in for this machine's where something is tried out."""
    yield from _sqlite(settings, version or sqlite_version())
    places = [settings.backups]
    if (file := database_file(settings)) is not None:
        places.insert(0, file.parent)
    for place in places:
        yield from _disk(place, room)
    if settings.public_url.startswith("https://"):
        yield from _certificate(settings.public_url, now)


def database_file(settings: Settings) -> Path | None:
    url = make_url(settings.database_url)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def modes(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """What only the service's user may read; programs of ours make it so, people copy files."""
    file = database_file(settings)
    ours = [file.parent, *sorted(file.parent.glob(f"{file.name}*"))] if file else []
    env = Path(environ.get("FORMS_ENV_FILE") or "/etc/jinqiao/forms.env")
    kept = [settings.backups, *sorted(settings.backups.glob("*"))]
    secret = sorted(settings.keys_folder.glob("*.key")) + sorted(settings.keys_folder.glob("*.age"))
    for path in (*ours, env, *kept, settings.keys_folder, *secret):
        try:
            mode = path.stat().st_mode
        except OSError:  # not there, or not ours to look at
            continue
        if mode & 0o077:
            right = "700" if path.is_dir() else "600"
            yield finding(
                "warning",
                "readable",
                (f"别的用户也能读 {path}", f"other users may read {path}"),
                (f"chmod {right} {path}", f"chmod {right} {path}"),
            )


def _sqlite(settings: Settings, version: tuple[int, ...]) -> Iterator[Finding]:
    if database_file(settings) is not None and is_vulnerable(version):
        text = ".".join(map(str, version))
        yield finding(
            "error",
            "sqlite-version",
            (f"SQLite {text} 有会损坏数据库的错误", f"SQLite {text} can corrupt the database"),
            (
                "装回 requirements.txt 里的 pysqlite3，重启服务。",
                "install pysqlite3 as requirements.txt has it, and restart the service.",
            ),
        )


def _disk(place: Path, room: Callable[[Path], int]) -> Iterator[Finding]:
    there = next(path for path in (place, *place.parents) if path.exists())
    free = room(there)
    if free < LITTLE:
        yield finding(
            "error" if free < HARDLY_ANY else "warning",
            "disk",
            (f"{place} 只剩 {free // _MB} MB", f"{place} has {free // _MB} MB left"),
            ("腾出空间，或换大一点的磁盘。", "make room, or get a larger disk."),
        )


def _certificate(address: str, now: datetime) -> Iterator[Finding]:
    """Asked for as a browser does."""
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or 443
    renew = ("续证书，再重新加载 nginx。", "renew it and reload nginx.")
    try:
        with (
            socket.create_connection((host, port), timeout=_PATIENCE) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as safe,
        ):
            until = ssl.cert_time_to_seconds(str((safe.getpeercert() or {})["notAfter"]))
    except ssl.SSLError as error:
        why = getattr(error, "verify_message", "") or error.reason or "TLS"
        words = (f"{address} 的证书不能用：{why}", f"the certificate of {address} fails: {why}")
        yield finding("error", "certificate", words, renew)
        return
    except OSError as error:
        why = error.strerror or str(error)
        yield finding(
            "error",
            "unreachable",
            (f"{address} 打不开：{why}", f"{address} does not answer: {why}"),
            (
                "看 nginx 是否在运行、域名对不对。",
                "see that nginx runs and the name is right.",
            ),
        )
        return
    left = (datetime.fromtimestamp(until, UTC) - now).days
    if level := rising(-left, -RENEW_DAYS, -7):
        words = (f"{address} 的证书还有 {left} 天", f"the certificate of {address} has {left} days")
        yield finding(level, "certificate", words, renew)
