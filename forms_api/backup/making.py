"""Making a backup: snapshot, seal, read back; the list of what was forgotten; old ones go."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from forms_api import clock, heartbeat
from forms_api.backup import archive, forgotten, snapshots
from forms_api.backup.archive import Manifest
from forms_api.privacy import TOMBSTONE_DAYS
from forms_api.store.engine import head, revision_of
from forms_api.store.forgetting import stones

KEPT: Final = 3  # so many backups stay, however old
# What a process leaves that is killed; those of before this version among them.
_LEFT: Final = (f"{snapshots.PREFIX}*", f".*{archive.PART}*", ".*.sealed-*", ".forgotten.txt-*")
_LEFT_FOLDERS: Final = ("jinqiao-check-*", "jinqiao-restore-*")


def make(engine: Engine, folder: Path, recipients: tuple[str, ...]) -> tuple[Path, Manifest]:
    """A new file in `folder`, verified after writing, and the list brought up to date."""
    with _alone(folder):
        for path in leftovers(folder):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        moment = clock.now()
        path = _free(folder / f"jinqiao-{archive.stamp(moment)}{archive.SUFFIX}")
        with snapshots.anonymous(folder) as snapshot:
            known = snapshots.take(engine, snapshot)
            created = {"created_at": clock.utc(moment), **known}
            archive.write(snapshot.file, path, recipients, created)
        about = archive.verify(path)
    note_forgotten(engine, folder)
    return path, about


def note_forgotten(engine: Engine, folder: Path, now: datetime | None = None) -> int:
    """The list alone: quick enough for every few minutes. How many references it has.

    A line goes when no backup may be restored that needs it: none in the folder is as old, and
    400 days have passed, by a clock that can be trusted.
    """
    with engine.connect() as connection:
        found = stones(connection)
    trusted_now, drop_before = trusted(engine, now or clock.now()), ""
    if trusted_now is not None:
        too_old = (trusted_now - timedelta(TOMBSTONE_DAYS)).date().isoformat()
        made = [about.created_at[:10] for _, about in archive.listed(folder)]
        drop_before = min([too_old, *made])
    with _alone(folder):
        return forgotten.add(folder / forgotten.NAME, found, drop_before)


def drop_old(engine: Engine, folder: Path, days: int, now: datetime | None = None) -> list[Path]:
    """Delete backups older than so many days, never the newest three; which they were.

    None go while the clock cannot be trusted.
    """
    trusted_now = trusted(engine, now or clock.now())
    if trusted_now is None:
        return []
    old = outdated(archive.listed(folder), trusted_now, days)
    for path in old:
        path.unlink(missing_ok=True)
    if old:
        archive.sync_folder(folder)
    return old


def outdated(listed: list[tuple[Path, Manifest]], now: datetime, days: int) -> list[Path]:
    """Those of more than so many days before, without the newest three.

    What was made at a moment that lies ahead stays, and is none of the three.
    """
    past = [(path, about) for path, about in listed if about.created_at <= clock.utc(now)]
    limit = clock.utc(now - timedelta(days))
    return [path for path, about in past[KEPT:] if about.created_at < limit]


def trusted(engine: Engine, now: datetime) -> datetime | None:
    """The moment to delete by, if this host's clock, which says `now`, can be trusted."""
    if revision_of(engine) != head():
        return None
    with engine.connect() as connection:
        verdict = heartbeat.look(connection, now)
    return None if verdict.why else verdict.now


def check(path: Path, identities: list[str]) -> Manifest:
    """Verify a backup as far as can be: without keys file and hash, with one also the rows."""
    if not identities:
        return archive.verify(path)
    with snapshots.anonymous() as snapshot:
        about = archive.unseal(path, identities, snapshot.file)
        snapshot.settle()
        with snapshot.engine.connect() as connection:
            rows: Mapping[str, int] = snapshots.counted(connection)
    if rows != about.rows:
        raise archive.broken(path)
    return about


def leftovers(folder: Path) -> list[Path]:
    """What killed processes left there and in the folder of temporary files."""
    found = [path for pattern in _LEFT for path in folder.glob(pattern)]
    temporary = Path(tempfile.gettempdir())
    folders = [path for pattern in _LEFT_FOLDERS for path in temporary.glob(pattern)]
    mine = [path for path in folders if path.is_dir() and path.stat().st_uid == os.getuid()]
    return sorted({*found, *mine})


def is_busy(folder: Path) -> bool:
    """Whether a backup is being made there just now."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time writes there: what others began is then left over."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _free(path: Path) -> Path:
    """Two backups in one second do not overwrite each other."""
    number, wanted = 2, path
    while wanted.exists():
        wanted = path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
    return wanted
