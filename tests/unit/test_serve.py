"""`manage.py serve` with a real watcher and real processes; build and service are stand-ins."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

BUILD = """
import json, os, pathlib, sys, time
root = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, os.environ["REPOSITORY"])
from scripts import fingerprint
seen = fingerprint.of_sources(root)
text = (root / "docs/page.md").read_text()
with (root / "builds").open("a") as log:
    log.write(text + "\\n")
time.sleep(0.6 if "slow" in text else 0)
problems = []
if "mistake" in text:
    problems = [{"file": "docs/page.md", "line": 1, "code": "word", "message": "no such word"}]
else:
    for name in ("public", "_private"):
        (root / "var/current" / name).mkdir(parents=True, exist_ok=True)
    (root / "var/current/public/index.html").write_text(text)
    release = {"fingerprint": seen, "stamp": "1", "today": os.environ["JINQIAO_TODAY"]}
    (root / "var/current/_private/release.json").write_text(json.dumps(release))
print(json.dumps({"seconds": {"total": 0.1}, "problems": problems}))
sys.exit(1 if problems else 0)
"""

SERVICE = """
import http.server, os, pathlib, sys
options = dict(zip(sys.argv[2::2], sys.argv[3::2]))
if "crash at once" in pathlib.Path(__file__).with_name("mode").read_text():
    sys.exit("cannot go on")
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/crash":
            os._exit(3)
        self.send_response(200)
        self.end_headers()
        page = pathlib.Path(options["--site"], "index.html").read_text()
        self.wfile.write(str(os.getpid()).encode() if self.path == "/pid" else page.encode())
    def log_message(self, *words):
        pass
http.server.HTTPServer.allow_reuse_address = True
http.server.HTTPServer((options["--host"], int(options["--port"])), Handler).serve_forever()
"""


# On SIGALRM it is interrupted where Python drops exceptions: while a weak reference is called back.
DROPPED = """
import os, signal, weakref
class Thing: pass
def interrupted(reference):
    os.kill(os.getpid(), signal.SIGINT)
    for _ in range(1000): pass
def once(*_):
    thing = Thing()
    reference = weakref.ref(thing, interrupted)
    del thing
signal.signal(signal.SIGALRM, once)
"""


class Serving:
    """A running `serve` over a small project, and what can be seen of it from outside."""

    def __init__(self, root: Path, *, watch: bool = True, today: str = "2026-11-21") -> None:
        self.root = root
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        program = DROPPED + (
            "import sys, pathlib; from scripts import serve, outcome\n"
            "try: sys.exit(serve.serve(pathlib.Path(sys.argv[1]), '127.0.0.1', "
            f"int(sys.argv[2]), watch={watch}))\n"
            "except outcome.CannotRun as reason: print(reason, file=sys.stderr); sys.exit(2)\n"
        )
        self.log = (root / "terminal").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-c", program, str(root), str(self.port)],
            cwd=ROOT,
            env={**os.environ, "REPOSITORY": str(ROOT), "JINQIAO_TODAY": today},
            stdout=self.log,
            stderr=self.log,
        )

    def get(self, path: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        except (OSError, http.client.HTTPException):
            return ""
        finally:
            connection.close()

    def said(self) -> str:
        return (self.root / "terminal").read_text()

    def opens(self) -> bool:
        """Whether it has come so far that a person would begin to look and to edit."""
        return comes_true(lambda: f"http://127.0.0.1:{self.port}/" in self.said())

    def builds(self) -> list[str]:
        file = self.root / "builds"
        return file.read_text().splitlines() if file.exists() else []

    def ends(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(15)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(15)
        self.log.close()


def comes_true(condition: Callable[[], object], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def lives(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {
        "docs/page.md": "first",
        "mkdocs.yml": "",
        "scripts/manage.py": BUILD,
        "forms_api/__init__.py": "",
        "forms_api/cli.py": SERVICE,
        "forms_api/mode": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path.resolve()


Serve = Callable[..., Serving]


@pytest.fixture
def serve(project: Path) -> Iterator[Serve]:
    running: list[Serving] = []

    def start(**options: Any) -> Serving:
        running.append(Serving(project, **options))
        return running[-1]

    yield start
    for one in running:
        one.close()


def test_it_builds_prints_the_address_and_the_second_start_builds_nothing(serve: Serve) -> None:
    first = serve()
    assert first.opens(), first.said()
    assert first.get("/") == "first"
    assert first.ends() == 0
    second = serve()
    assert second.opens(), second.said()
    assert second.builds() == ["first"]


def test_a_site_of_another_day_is_built_anew(serve: Serve) -> None:
    first = serve(today="2026-11-21")
    assert first.opens(), first.said()
    assert first.ends() == 0
    second = serve(today="2026-11-22")
    assert second.opens(), second.said()
    assert second.builds() == ["first", "first"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_it_stops_quietly_and_leaves_no_process_behind(serve: Serve, number: int) -> None:
    site = serve()
    assert site.opens(), site.said()
    pid = site.get("/pid")
    assert site.ends(number) == 0
    assert not lives(pid)
    assert "Traceback" not in site.said()


def test_it_also_stops_when_it_is_interrupted_where_python_drops_exceptions(serve: Serve) -> None:
    site = serve()
    assert site.opens(), site.said()
    assert site.ends(signal.SIGALRM) == 0
    assert "KeyboardInterrupt" in site.said()  # dropped, and told of by Python


def test_even_when_it_is_killed_no_process_stays_behind(serve: Serve) -> None:
    site = serve()
    assert site.opens(), site.said()
    pid = site.get("/pid")
    site.process.kill()
    assert comes_true(lambda: not lives(pid))


def test_a_taken_port_is_refused_before_any_work(serve: Serve) -> None:
    first = serve()
    assert first.opens(), first.said()
    (first.root / "docs/page.md").write_text("changed")
    line = [sys.executable, str(ROOT / "scripts/manage.py"), "serve", "--port", str(first.port)]
    began = time.monotonic()
    done = subprocess.run(line, capture_output=True, text=True, timeout=60)
    assert time.monotonic() - began < 5
    assert done.returncode == 2
    assert f"port {first.port} is taken" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_edit_appears_and_a_mistake_leaves_the_last_good_site_up(serve: Serve) -> None:
    site = serve()
    page, problems = site.root / "docs/page.md", site.root / "var/problems.json"
    assert site.opens(), site.said()
    service = site.get("/pid")

    page.write_text("second")
    assert comes_true(lambda: site.get("/") == "second")

    page.write_text("a mistake")
    assert comes_true(problems.exists)
    told = json.loads(problems.read_text())["problems"]
    assert told[0]["file"] == "docs/page.md"
    assert comes_true(lambda: "docs/page.md:1: no such word [word]" in site.said())
    assert site.get("/") == "second"

    page.write_text("mended")
    assert comes_true(lambda: site.get("/") == "mended")
    assert comes_true(lambda: not problems.exists())
    assert site.get("/pid") == service


def test_a_change_during_a_build_is_built_too(serve: Serve) -> None:
    site = serve()
    page = site.root / "docs/page.md"
    assert site.opens(), site.said()
    page.write_text("slow")
    assert comes_true(lambda: "slow" in site.builds())
    page.write_text("newer")
    assert comes_true(lambda: site.get("/") == "newer")
    assert site.builds() == ["first", "slow", "newer"]


def test_a_replaced_configuration_file_is_noticed_each_time(serve: Serve) -> None:
    site = serve()
    assert site.opens(), site.said()
    for count in (2, 3):
        part = site.root / "mkdocs.part"
        part.write_text(f"site_name: {count}")
        part.replace(site.root / "mkdocs.yml")
        assert comes_true(lambda count=count: len(site.builds()) == count), site.said()


def test_a_file_saved_unchanged_builds_nothing(serve: Serve) -> None:
    site = serve()
    assert site.opens(), site.said()
    page = site.root / "docs/page.md"
    page.write_text("first")
    time.sleep(1.5)
    assert site.builds() == ["first"]


def test_a_change_of_the_service_starts_it_afresh(serve: Serve) -> None:
    site = serve()
    assert site.opens(), site.said()
    before = site.get("/pid")
    time.sleep(1)  # the watcher needs a moment
    (site.root / "forms_api/cli.py").write_text(SERVICE + "# changed\n")
    assert comes_true(lambda: site.get("/pid") not in ("", before)), site.said()
    assert not lives(before)


def test_a_crashed_service_is_told_and_started_again(serve: Serve) -> None:
    site = serve(watch=False)
    assert site.opens(), site.said()
    before = site.get("/pid")
    site.get("/crash")
    assert comes_true(lambda: site.get("/pid") not in ("", before)), site.said()
    assert "the forms service ended (code 3)" in site.said()


def test_a_service_that_does_not_start_ends_it_with_a_sentence(serve: Serve, project: Path) -> None:
    (project / "forms_api/mode").write_text("crash at once")
    site = serve()
    assert site.process.wait(15) == 2
    assert "cannot go on" in site.said()
    assert "the forms service did not start (code 1)" in site.said()


def test_the_first_build_must_succeed(serve: Serve, project: Path) -> None:
    (project / "docs/page.md").write_text("a mistake")
    site = serve()
    assert site.process.wait(15) == 1
    assert "docs/page.md:1: no such word [word]" in site.said()
