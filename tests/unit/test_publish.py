"""Publishing and going back, with readers who never notice; copies for other hosts."""

from __future__ import annotations

import http.client
import threading
from collections import Counter
from pathlib import Path

import pytest

from scripts import handing, publish, release
from scripts.outcome import CannotRun
from scripts.prove.instance import Running

FORM_PAGE = "/forms/status"


def make(root: Path, words: str) -> Path:
    """A small release of its own, published."""
    with release.staging(root / "var/releases") as folder:
        (folder / "public/about").mkdir(parents=True)
        for page in ("index.html", "about/index.html"):
            (folder / "public" / page).write_text(f"<p>{words}</p>", encoding="utf-8")
        return release.publish(folder, root / "var/releases", root / "var/current")


def served(root: Path) -> str:
    return (root / "var/current/public/index.html").read_text(encoding="utf-8")


def go_back(root: Path) -> int:
    return publish.publish(root, rollback=True, to=None, as_json=True)


def test_going_back_serves_the_release_before(tmp_path: Path) -> None:
    for words in ("first", "second", "third"):
        make(tmp_path, words)
    assert go_back(tmp_path) == 0
    assert "second" in served(tmp_path)
    assert go_back(tmp_path) == 0
    assert "first" in served(tmp_path)
    with pytest.raises(CannotRun, match="no earlier release"):
        go_back(tmp_path)
    assert "first" in served(tmp_path)


def test_what_was_rolled_back_from_is_never_returned_to(tmp_path: Path) -> None:
    make(tmp_path, "good")
    make(tmp_path, "bad")
    go_back(tmp_path)
    make(tmp_path, "mended")
    go_back(tmp_path)
    assert "good" in served(tmp_path)


def test_three_good_releases_are_kept_whatever_was_withdrawn(tmp_path: Path) -> None:
    good = [make(tmp_path, "one"), make(tmp_path, "two")]
    make(tmp_path, "bad")
    go_back(tmp_path)
    good += [make(tmp_path, "three")]
    assert sorted((tmp_path / "var/releases").iterdir()) == good


def test_without_a_release_there_is_nothing_to_go_back_to(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="no earlier release"):
        go_back(tmp_path)


class Reader(threading.Thread):
    """Asks for a page again and again, each time on a connection of its own."""

    def __init__(self, port: int, path: str, enough: threading.Event) -> None:
        super().__init__(daemon=True)
        self.port, self.path, self.enough = port, path, enough
        self.seen: Counter[str] = Counter()

    def run(self) -> None:
        while not self.enough.is_set():
            self.seen[self._ask()] += 1

    def _ask(self) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", self.path)
            reply = connection.getresponse()
            text = reply.read().decode()
            return text if reply.status == 200 else f"status {reply.status}"
        except (OSError, http.client.HTTPException) as fault:
            return f"{type(fault).__name__}: {fault}"
        finally:
            connection.close()


def test_no_request_fails_while_releases_are_published_and_rolled_back(tmp_path: Path) -> None:
    make(tmp_path, "release 0")
    current = tmp_path / "var/current"
    service = Running(
        tmp_path, {"FORMS_RELEASE": str(current), "FORMS_SITE": str(current / "public")}
    )
    enough = threading.Event()
    readers = [Reader(service.port, path, enough) for path in ("/", "/about/", FORM_PAGE)]
    try:
        for reader in readers:
            reader.start()
        for turn in range(1, 13):
            make(tmp_path, f"release {turn}")
            enough.wait(0.1)
            if turn % 2 == 0:
                go_back(tmp_path)
                enough.wait(0.1)
        enough.set()
        for reader in readers:
            reader.join(60)
    finally:
        enough.set()
        service.stop()
    home, about, form = (reader.seen for reader in readers)
    good = {f"<p>release {turn}</p>" for turn in range(13)}
    assert set(home) | set(about) <= good, (home, about)
    assert len(home) > 3
    assert [text[:20] for text in form if "<form" not in text] == []


def test_a_copy_is_whole_and_replaces_an_earlier_one(tmp_path: Path) -> None:
    make(tmp_path, "first")
    target = tmp_path / "host/www"
    public = tmp_path / "var/current/public"
    assert handing.copy_whole(public, "1", target) == 2
    (target / "gone.html").write_text("from the release before")
    make(tmp_path, "second")
    assert handing.copy_whole(public, "2", target) == 2
    names = sorted(str(path.relative_to(target)) for path in target.rglob("*.html"))
    assert names == ["about/index.html", "index.html"]
    assert "second" in (target / "index.html").read_text(encoding="utf-8")
    assert (target / handing.MARK).read_text().strip() == "2"
    assert [path.name for path in target.parent.iterdir()] == ["www"]


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    make(tmp_path, "first")
    (tmp_path / "home").mkdir()
    (tmp_path / "home/letter.txt").write_text("mine")
    with pytest.raises(CannotRun, match="left alone"):
        handing.copy_whole(tmp_path / "var/current/public", "1", tmp_path / "home")
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["letter.txt"]
