"""The file of a backup: a line that names its kind, a line of JSON about it, then age ciphertext.

    jinqiao-backup 1
    {"created_at": "2026-11-21T13:40:00Z", "schema": "0002", "rows": {"submission": 12, …}, …}
    age-encryption.org/v1 …

What is sealed is a small SQLite database, whichever database it was taken from. The JSON holds
nothing personal: anybody may see from it what a backup is, only a desk's key opens the rest. The
hash finds what broke by accident; since public keys are public, it proves nothing of who wrote it.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Final

import pyrage  # type: ignore[import-untyped]

from forms_api import clock
from forms_api.backup.faults import BackupError
from forms_api.recipients import key_id

SUFFIX: Final = ".backup"
_KIND: Final = b"jinqiao-backup 1\n"
_LONGEST: Final = 64 * 1024  # bytes of the line about it
_STANZA: Final = b"\n-> X25519 "
_PIECE: Final = 1 << 20
PART: Final = ".part"  # how the name of one ends that is being written
_ROOM: Final = 100  # bytes, for the size and the hash that are known last


@dataclass(frozen=True, slots=True)
class Manifest:
    """`rows` by table; `plain_*` are of the database before it was sealed, `sealed_*` after."""

    created_at: str
    schema: str
    rows: Mapping[str, int]
    keys: tuple[str, ...]
    plain_bytes: int
    plain_sha256: str
    sealed_bytes: int = 0
    sealed_sha256: str = ""
    source: str = field(default="sqlite")

    @property
    def submissions(self) -> int:
        return self.rows.get("submission", 0)


def write(
    snapshot: IO[bytes], target: Path, recipients: tuple[str, ...], known: Mapping[str, object]
) -> Manifest:
    """Seal a snapshot to the recipients; whole or not at all, on the disk when it returns.

    `known` has the manifest's created_at, schema, rows and source. Raises BackupError.
    """
    keys = [_recipient(text) for text in recipients]
    part = target.with_name(f".{target.name}{PART}")
    plain_bytes, plain_sha256 = measured(snapshot)
    about = Manifest(
        **known,  # type: ignore[arg-type]
        keys=tuple(key_id(text) for text in recipients),
        plain_bytes=plain_bytes,
        plain_sha256=plain_sha256,
    )
    room = len(json.dumps(asdict(about))) + _ROOM
    try:
        with _private(part) as file:
            file.write(_head(about, room))
            snapshot.seek(0)
            pyrage.encrypt_io(snapshot, file, keys)
            file.flush()
            size, digest = measured(file, len(_KIND) + room + 1)
            about = replace(about, sealed_bytes=size, sealed_sha256=digest)
            file.seek(0)
            file.write(_head(about, room))
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        sync_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)
    return about


def _head(about: Manifest, room: int) -> bytes:
    """Of one length before and after the ciphertext is known."""
    return _KIND + json.dumps(asdict(about)).ljust(room).encode() + b"\n"


def _recipient(text: str) -> Any:
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise BackupError(
            f"公钥文件里有一行不是公钥（{text[:12]}…）：请看 FORMS_RECIPIENTS_FILE。",
            f"a line of the recipients is no public key ({text[:12]}…): see FORMS_RECIPIENTS_FILE.",
        ) from error


def read_manifest(path: Path) -> Manifest:
    """What a backup says of itself. Raises BackupError for anything that is no backup."""
    with _opened(path) as file:
        return _manifest(file, path)


def verify(path: Path) -> Manifest:
    """Read the whole file back: size, hash, and a lock for every key that it names.

    Needs no secret key, so it cannot say that the content opens: `unseal` does.
    """
    with _opened(path) as file:
        about = _manifest(file, path)
        size, digest, head = 0, hashlib.sha256(), b""
        while piece := file.read(_PIECE):
            head = head or piece[:_LONGEST]
            size += len(piece)
            digest.update(piece)
    locks = head.partition(b"\n--- ")[0].count(_STANZA)
    if (size, digest.hexdigest(), locks) != (
        about.sealed_bytes,
        about.sealed_sha256,
        len(about.keys),
    ):
        raise broken(path)
    return about


def unseal(path: Path, identities: list[str], snapshot: IO[bytes]) -> Manifest:
    """Open a verified backup into `snapshot`. Raises BackupError: wrong key, or broken."""
    about = verify(path)
    keys = [pyrage.x25519.Identity.from_str(text) for text in identities]
    if not {key_id(str(key.to_public())) for key in keys} & set(about.keys):
        names = "、".join(about.keys)
        raise BackupError(
            f"这把私钥打不开 {path.name}：请用 {names} 中的一把（keys list 看是谁的）。",
            f"this key does not open {path.name}: use one of {', '.join(about.keys)} "
            "(keys list says whose they are).",
        )
    with _opened(path) as file:
        _manifest(file, path)
        try:
            pyrage.decrypt_io(file, snapshot, keys)
        except (pyrage.DecryptError, ValueError) as error:
            raise broken(path) from error
    snapshot.flush()
    if measured(snapshot) != (about.plain_bytes, about.plain_sha256):
        raise broken(path)
    return about


def listed(folder: Path) -> list[tuple[Path, Manifest]]:
    """The backups of a folder by when they were made, the latest first; what is none is left out.

    The moment is that of the host's clock, which may have been wrong.
    """
    found = []
    for path in folder.glob(f"*{SUFFIX}") if folder.is_dir() else ():
        with suppress(BackupError):
            found.append((path, read_manifest(path)))
    return sorted(found, key=lambda one: (one[1].created_at, one[0].name), reverse=True)


def newest(folder: Path, now: datetime | None = None) -> Path | None:
    """The latest backup in a folder: their names are moments.

    One that a clock made which ran ahead is taken only where there is no other.
    """
    limit = stamp((now or clock.now()) + timedelta(hours=1))
    found = sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []
    past = [path for path in found if path.name <= f"jinqiao-{limit}{SUFFIX}"]
    return next(reversed(past or found), None)


def stamp(moment: datetime) -> str:
    """As it stands in a backup's name."""
    return clock.utc(moment).replace("-", "").replace(":", "")


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise BackupError(
            f"打不开 {path}：{reason}。", f"{path} cannot be read: {reason}."
        ) from error


def _manifest(file: IO[bytes], path: Path) -> Manifest:
    """Leaves the file at the first byte of the ciphertext."""
    kind = file.readline(len(_KIND))
    if kind != _KIND:
        if kind.startswith(b"jinqiao-backup "):
            raise BackupError(
                f"{path.name} 是更新版本的程序做的：请先更新程序。",
                f"{path.name} was made by a newer version of the program: bring that up to date.",
            )
        raise BackupError(f"{path.name} 不是备份文件。", f"{path.name} is no backup.")
    try:
        found = json.loads(file.readline(_LONGEST))
        return Manifest(**{**found, "keys": tuple(found["keys"])})
    except (ValueError, TypeError, KeyError) as error:
        raise broken(path) from error


def broken(path: Path) -> BackupError:
    return BackupError(
        f"{path.name} 已损坏，不能用：请换另一份备份。",
        f"{path.name} is broken and of no use: take another backup.",
    )


def _private(path: Path) -> IO[bytes]:
    """For writing and reading back, by nobody else."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    return os.fdopen(handle, "r+b")


def measured(file: IO[bytes], start: int = 0) -> tuple[int, str]:
    """Length and hash of what follows the first `start` bytes."""
    size, digest = 0, hashlib.sha256()
    file.seek(start)
    while piece := file.read(_PIECE):
        size += len(piece)
        digest.update(piece)
    return size, digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """A name given or taken away there is on the disk when this returns."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
