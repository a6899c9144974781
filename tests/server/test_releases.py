"""Publishing and going back under nginx, with readers who never notice."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path

from scripts import release
from scripts.prove.instance import Running
from tests.server.front import Front


def script(turn: int) -> str:
    return f"/assets/js/site.{turn:08x}.js"


def make(root: Path, turn: int) -> Path:
    """A small release with a script of its own name, published."""
    releases, current = root / "var/releases", root / "var/current"
    with release.staging(releases) as folder:
        for name, text in (
            ("index.html", f"release {turn}"),
            ("about/index.html", f"release {turn}"),
            (script(turn)[1:], f"// {turn}"),
        ):
            (folder / "public" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "public" / name).write_text(text, "utf-8")
        return release.publish(folder, releases, current)


class Reader(threading.Thread):
    """Asks for a page again and again on connections that nginx keeps open."""

    def __init__(self, front: Front, path: str, enough: threading.Event) -> None:
        super().__init__(daemon=True)
        self.front, self.path, self.enough = front, path, enough
        self.seen: Counter[tuple[int, str]] = Counter()

    def run(self) -> None:
        connection = self.front.connect()
        while not self.enough.is_set():
            connection.request("GET", self.path, headers={"Connection": "keep-alive"})
            reply = connection.getresponse()
            self.seen[reply.status, reply.read().decode()[:9]] += 1
        connection.close()


def test_no_request_fails_while_releases_are_published_and_rolled_back(tmp_path: Path) -> None:
    make(tmp_path, 0)
    releases, current = tmp_path / "var/releases", tmp_path / "var/current"
    service = Running(tmp_path, {"FORMS_RELEASE": str(current)})
    front = Front(tmp_path / "nginx", tmp_path, (f"127.0.0.1:{service.port}",))
    enough = threading.Event()
    readers = [Reader(front, path, enough) for path in ("/", "/about/", "/forms/status")]
    scripts = []
    try:
        for reader in readers:
            reader.start()
        served = 0
        for turn in range(1, 9):
            before, served = served, turn
            make(tmp_path, turn)
            scripts += [front.ask(script(number)).status for number in (before, turn)]
            enough.wait(0.1)
            if turn % 2 == 0:
                release.roll_back(releases, current)
                served = before
                scripts += [front.ask(script(number)).status for number in (before, turn)]
                enough.wait(0.1)
        forgotten = front.ask(script(0)).status
    finally:
        enough.set()
        for reader in readers:
            reader.join(60)
        front.stop()
        service.stop()
    home, about, form = (reader.seen for reader in readers)
    assert {status for status, _ in [*home, *about, *form]} == {200}
    assert {text for _, text in [*home, *about]} <= {f"release {turn}" for turn in range(9)}
    assert len(home) > 3
    assert set(scripts) == {200} and forgotten == 404
