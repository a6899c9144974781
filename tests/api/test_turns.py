"""Who may write to the SQLite file, and when: a busy service keeps no other process waiting."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import threading
import time
from pathlib import Path

from forms_api.sealing import development_recipients
from forms_api.store.engine import begin_writing, migrate, open_engine
from scripts.bench import forms_load
from scripts.bench.forms_sides import Ours
from scripts.prove.instance import ROOT

#: What a purge or the inbox does: one short transaction after the other. Prints how long each took.
OTHER = """
import sys, time
from forms_api import privacy
from forms_api.store import submissions
from forms_api.store.engine import open_engine
write = privacy.directly(open_engine(sys.argv[1]))
while True:
    began = time.monotonic()
    write(lambda one: submissions.note(one, None, "2026-11-21T04:00:00Z", "system", "purged"))
    print(time.monotonic() - began, flush=True)
    time.sleep(0.01)
"""


def test_neither_a_loaded_service_nor_another_process_waits_a_second(tmp_path: Path) -> None:
    recipients = tmp_path / "recipients"
    recipients.write_text("\n".join(development_recipients(tmp_path / "keys")), "utf-8")
    service = Ours(tmp_path, recipients)
    try:
        requests = list(service.requests(400))
        database = f"sqlite:///{tmp_path / 'forms.sqlite'}"
        with subprocess.Popen(
            [sys.executable, "-c", OTHER, database], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as other:
            assert other.stdout is not None
            first = other.stdout.readline()  # it has begun
            load = forms_load.load(service.port, 8, requests)
            other.kill()
            waits = [float(line) for line in [first, *other.stdout.read().splitlines()]]
    finally:
        service.stop()
    assert load["statuses"] == {"201": 400}
    assert load["p99_ms"] < 1000
    assert len(waits) > 10
    assert max(waits) < 1


def test_whoever_waits_goes_before_the_one_who_has_just_written(tmp_path: Path) -> None:
    path = tmp_path / "forms.sqlite"
    engines = [open_engine(f"sqlite:///{path}") for _ in range(2)]
    migrate(engines[0])
    order: list[str] = []

    def write(number: int, name: str) -> None:
        with engines[number].begin() as connection:
            begin_writing(connection)
            order.append(name)

    waiter = threading.Thread(target=write, args=(1, "who waited"))
    with engines[0].begin() as connection:
        begin_writing(connection)
        waiter.start()
        wait_until_taken(Path(f"{path}-next"))
    write(0, "who wrote before")
    waiter.join(10)
    assert order == ["who waited", "who wrote before"]
    for engine in engines:
        engine.dispose()


def wait_until_taken(door: Path) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with door.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
        time.sleep(0.005)
    raise TimeoutError


def test_a_closed_database_leaves_no_file_open(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'forms.sqlite'}")
    migrate(engine)
    assert opened(tmp_path)
    engine.dispose()
    assert not opened(tmp_path)


def opened(folder: Path) -> list[str]:
    """The files of a folder that this process has open."""
    here = (entry.readlink() for entry in Path("/proc/self/fd").iterdir() if entry.is_symlink())
    return [str(path) for path in here if str(path).startswith(str(folder))]
