"""A site that publishes, rolls back and goes away, and a reader whose browser keeps pages."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser

from scripts import release, spare
from scripts.children import Child
from scripts.laying import lay, remove
from scripts.offline import worker
from scripts.service import answers, free_port
from tests.browser.visitor import Visitor

ROOT = Path(__file__).resolve().parents[2]
#: What lies in the caches: [[cache, path and query], …]
KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    const keys = await (await caches.open(name)).keys();
    for (const key of keys) found.push([name, key.url.slice(location.origin.length)]);
  }
  return found;
}"""
WAIT = """async path => {
  for (let turn = 0; turn < 100; turn++) {
    if (await caches.match(path)) return true;
    await new Promise(done => setTimeout(done, 50));
  }
  return false;
}"""
COMES = """navigator.serviceWorker.getRegistration()
  .then(one => Boolean(one.installing || one.waiting))"""
ACTIVE = "navigator.serviceWorker.ready.then(one => one.active.state)"
LOAD = "import(document.querySelector('[data-jq-then]').dataset.jqThen).then(() => true)"
WORKERS = "navigator.serviceWorker.getRegistrations().then(all => all.length)"


class OfflineSite:
    """`built` is shared out by links and served at `url`; each release is another folder."""

    def __init__(self, built: Path, folder: Path) -> None:
        self.releases, self.current = folder / "releases", folder / "current"
        self._data = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        shutil.copytree(built, folder / "first", copy_function=linked)
        with release.staging(self.releases, folder / "first") as staging:
            self._first = release.publish(staging, self.releases, self.current)
        self.starts()

    def is_as_built(self) -> None:
        """The first release again; those that came after it go."""
        release.switch(self.current, self._first)
        for other in self.releases.iterdir():
            if other != self._first:
                shutil.rmtree(other)

    def starts(self) -> None:
        command = [sys.executable, "-m", "forms_api.cli", "serve", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--site", str(self.current / "public")]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FORMS_")}
        environ = kept | {
            "FORMS_RELEASE": str(self.current),
            "FORMS_DATABASE_URL": f"sqlite:///{self._data / 'forms.sqlite'}",
            "FORMS_KEYS_FOLDER": str(self._data / "keys"),
            "FORMS_SITE_PROBLEMS": str(self._data / "problems.json"),
            "FORMS_RATE_LIMIT": "off",
        }
        with (self._data / "log").open("wb") as log:
            self._child = Child(command, ROOT, environ, stdout=log)
        while not answers("127.0.0.1", self.port):
            assert self._child.wait(0.05) is None, (self._data / "log").read_text("utf-8")

    def dies(self) -> None:
        """At once: a server that is asked to stop waits for what browsers keep open."""
        self._child.kill()

    def is_slow(self, slow: bool) -> None:
        """It takes connections and does not answer."""
        os.killpg(self._child.pid, signal.SIGSTOP if slow else signal.SIGCONT)

    def publishes(self, files: Mapping[str, str], offered: bool = True) -> None:
        """The served release again, with these files below the web root."""
        ready = spare.prepare(self.current.resolve())
        with release.staging(self.releases, ready) as staging:
            public = staging / "public"
            for name, text in files.items():
                lay(public / name, text.encode()) if text else remove(public / name)
            identity: dict[str, Any] = json.loads(
                (staging / "_private/identity.json").read_text("utf-8")
            )
            worker.write(ROOT, public, {**identity, "offline": offered}, str(time.time_ns()))
            release.publish(staging, self.releases, self.current, drop=False)

    def rolls_back(self) -> None:
        assert release.roll_back(self.releases, self.current)

    def changes(self, name: str, text: str) -> None:
        """A file of the release being served, behind its worker's back."""
        lay(self.current / "public" / name, text.encode())

    def text(self, name: str) -> str:
        return (self.current / "public" / name).read_text("utf-8")


def linked(source: str, target: str) -> None:
    """A link where both lie on one disk: nothing is ever written into a published file."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


class Reader(Visitor):
    """A phone that keeps pages."""

    def __init__(self, browser: Browser, url: str, lang: str) -> None:
        super().__init__(browser, url, "phone", lang, javascript=True, dark=False, keeps_pages=True)

    def reads_on(self, path: str) -> None:
        """Opens a page and stays until it is kept."""
        self.opens(path)
        self.stays()

    def stays(self) -> None:
        """Long enough for the script that comes last, and for what it begins."""
        self.page.evaluate(LOAD)
        self.waits_until_kept(self.path())

    def waits_until_kept(self, path: str) -> None:
        assert self.page.evaluate(WAIT, path), f"{path} is not kept"

    def stays_at_most(self) -> None:
        """On a page that is not kept, or is about what is."""
        self.page.evaluate(LOAD)

    def path(self) -> str:
        return str(self.page.evaluate("location.pathname"))

    def kept(self) -> list[tuple[str, str]]:
        return [(name, path) for name, path in self.page.evaluate(KEPT)]

    def pages(self, cache: str = "") -> set[str]:
        """Kept paths outside /assets and /data."""
        return {path for name, path in self.kept() if name.startswith(cache) and path.endswith("/")}

    def essential_releases(self) -> set[str]:
        """Those whose essential pages are kept."""
        return {name.split("-")[2] for name, _ in self.kept() if name.startswith("jq-essential-")}

    def essential_release(self) -> str:
        """The one, once there is one."""
        return self._waits(lambda: len(self.essential_releases()) == 1).pop()

    def waits_for_release(self, wanted: str) -> None:
        self._waits(lambda: self.essential_releases() == {wanted})

    def waits_for_another_release(self, old: str) -> None:
        self._waits(lambda: old not in self.essential_releases())

    def waits_until_nothing_is_kept(self) -> None:
        self._waits(lambda: not self.kept() and not self.workers())

    def _waits(self, holds: Callable[[], bool]) -> set[str]:
        deadline = time.monotonic() + 5
        while not holds():
            assert time.monotonic() < deadline, self.kept()
            self.page.wait_for_timeout(50)
        return self.essential_releases()

    def workers(self) -> int:
        return int(self.page.evaluate(WORKERS))

    def waits_until_no_worker_comes(self) -> None:
        """The last one that came was not taken."""
        self._waits(lambda: not self.page.evaluate(COMES))

    def hears_of_the_release(self) -> None:
        """What happens when the browser looks for a new worker, as it does by and by."""
        self.page.evaluate("navigator.serviceWorker.getRegistration().then(one => one.update())")

    def worker_asks_for(self, path: str) -> AbstractContextManager[object]:
        """What is done within makes the worker ask the server for a page, and get it."""
        return self.page.context.expect_event(
            "requestfinished",
            lambda request: bool(request.service_worker) and urlsplit(request.url).path == path,
        )

    def waits_until_the_worker_is_another(self) -> None:
        """Chromium under a debugger loses a page that is opened in the moment of the change."""
        self.waits_until_no_worker_comes()
        self._waits(lambda: bool(self.page.evaluate(ACTIVE) == "activated"))
        self.page.wait_for_timeout(200)
