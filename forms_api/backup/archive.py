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
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Final

import pyrage  # type: ignore[import-untyped]

from forms_api.backup.faults import BackupError
from forms_api.recipients import key_id

SUFFIX: Final = ".backup"
_KIND: Final = b"jinqiao-backup 1\n"
_LONGEST: Final = 64 * 1024  # bytes of the line about it
_STANZA: Final = b"\n-> X25519 "
_PIECE: Final = 1 << 20


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
    snapshot: Path, target: Path, recipients: tuple[str, ...], known: Mapping[str, object]
) -> Manifest:
    """Seal a snapshot to the recipients; whole or not at all, on the disk when it returns.

    `known` has the manifest's created_at, schema, rows and source.
    """
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    sealed = target.with_name(f".{target.name}.sealed-{os.getpid()}")
    part = target.with_name(f".{target.name}.part-{os.getpid()}")
    keys = [pyrage.x25519.Recipient.from_str(text) for text in recipients]
    try:
        with snapshot.open("rb") as plain, _private(sealed) as out:
            pyrage.encrypt_io(plain, out, keys)
        sizes = {name: _measured(path) for name, path in (("plain", snapshot), ("sealed", sealed))}
        about = Manifest(
            **known,  # type: ignore[arg-type]
            keys=tuple(key_id(text) for text in recipients),
            plain_bytes=sizes["plain"][0],
            plain_sha256=sizes["plain"][1],
            sealed_bytes=sizes["sealed"][0],
            sealed_sha256=sizes["sealed"][1],
        )
        with _private(part) as file, sealed.open("rb") as body:
            file.write(_KIND + json.dumps(asdict(about)).encode() + b"\n")
            while piece := body.read(_PIECE):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        _sync_folder(target.parent)
    finally:
        sealed.unlink(missing_ok=True)
        part.unlink(missing_ok=True)
    return about


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


def unseal(path: Path, identities: list[str], snapshot: Path) -> Manifest:
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
    with _opened(path) as file, _private(snapshot) as plain:
        _manifest(file, path)
        try:
            pyrage.decrypt_io(file, plain, keys)
        except (pyrage.DecryptError, ValueError) as error:
            raise broken(path) from error
    if _measured(snapshot) != (about.plain_bytes, about.plain_sha256):
        raise broken(path)
    return about


def newest(folder: Path) -> Path | None:
    """The latest backup in a folder: their names are moments."""
    found = sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []
    return found[-1] if found else None


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
    """For writing, readable by nobody else."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    return os.fdopen(handle, "wb")


def _measured(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
