"""Making a backup: snapshot, seal, read back; then the list of what was forgotten."""

import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from forms_api import clock
from forms_api.backup import archive, forgotten, snapshots
from forms_api.backup.archive import Manifest
from forms_api.privacy import TOMBSTONE_DAYS
from forms_api.store.forgetting import tombstone_days


def make(engine: Engine, folder: Path, recipients: tuple[str, ...]) -> tuple[Path, Manifest]:
    """A new file in `folder`, verified after writing, and the list brought up to date."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    moment = clock.now()
    stamp = clock.utc(moment).replace("-", "").replace(":", "")
    path = _free(folder / f"jinqiao-{stamp}{archive.SUFFIX}")
    with tempfile.TemporaryDirectory(prefix=".snapshot-", dir=folder) as place:
        snapshot = Path(place) / "snapshot.sqlite"
        known = snapshots.take(engine, snapshot)
        archive.write(snapshot, path, recipients, {"created_at": clock.utc(moment), **known})
    about = archive.verify(path)
    note_forgotten(engine, folder)
    return path, about


def note_forgotten(engine: Engine, folder: Path) -> int:
    """The list alone: quick enough for every few minutes. How many references it has."""
    with engine.connect() as connection:
        stones = tombstone_days(connection)
    too_old = (clock.today() - timedelta(TOMBSTONE_DAYS)).isoformat()
    return forgotten.add(folder / forgotten.NAME, stones, too_old)


def check(path: Path, identities: list[str]) -> Manifest:
    """Verify a backup as far as can be: without keys file and hash, with one also the rows."""
    if not identities:
        return archive.verify(path)
    with tempfile.TemporaryDirectory(prefix="jinqiao-check-") as place:
        snapshot = Path(place) / "snapshot.sqlite"
        about = archive.unseal(path, identities, snapshot)
        with snapshots.opened(snapshot) as copy, copy.connect() as connection:
            rows: Mapping[str, int] = snapshots.counted(connection)
    if rows != about.rows:
        raise archive.broken(path)
    return about


def _free(path: Path) -> Path:
    """Two backups in one second do not overwrite each other."""
    number, wanted = 2, path
    while wanted.exists():
        wanted = path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
    return wanted
