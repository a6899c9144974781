"""What tests share: the repository, a built site, a running service, a browser with visitors."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from scripts import fingerprint, tools
from scripts.children import Child
from scripts.rebuild import line_of
from scripts.service import answers, free_port
from tests.browser.visitor import NewVisitor, Visitor
from tests.browser.windows import Windows

TODAY = "2026-11-21"
os.environ["JINQIAO_TODAY"] = TODAY

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class BuiltSite:
    """A release: `public` is the web root, `private` holds Flask's shells and catalogue."""

    folder: Path

    @property
    def public(self) -> Path:
        return self.folder / "public"

    @property
    def private(self) -> Path:
        return self.folder / "_private"


@dataclass(frozen=True)
class LiveServer:
    """Site and forms on one origin. `data` holds this instance's own database and keys."""

    url: str
    site: BuiltSite
    data: Path


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    """The present sources as they look on TODAY: the current release if it is that, else built."""
    current = (ROOT / "var/current").resolve()
    try:
        release = json.loads((current / "_private/release.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        release = {}
    if release.get("today") == TODAY and release.get("fingerprint") == fingerprint.of_sources(ROOT):
        return BuiltSite(current)
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return BuiltSite(_build(tmp_path_factory.mktemp("releases")))
    shared = tmp_path_factory.getbasetemp().parent / "releases"  # one build for all processes
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = [path for path in shared.iterdir() if path.is_dir() and path.name[0] != "."]
        return BuiltSite(done[0] if done else _build(shared))


def _build(out: Path) -> Path:
    """The finished release in the folder `out`, or the end of the test with what is wrong."""
    door = [sys.executable, str(ROOT / "scripts/manage.py")]
    build = subprocess.run(
        [*door, "build", "--json", "--out", str(out)], capture_output=True, text=True, cwd=ROOT
    )
    if build.returncode:
        try:
            problems = [line_of(problem) for problem in json.loads(build.stdout)["problems"]]
        except (ValueError, KeyError):
            problems = [build.stdout]
        pytest.fail("\n".join(["the site does not build", *problems, build.stderr]), pytrace=False)
    return Path(json.loads(build.stdout)["release"])


@pytest.fixture(scope="session")
def live_server(
    built_site: BuiltSite, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    data = tmp_path_factory.mktemp("service")
    port = free_port()
    command = [sys.executable, "-m", "forms_api.cli", "serve", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--site", str(built_site.public)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FORMS_")}
    environ = kept | {
        "FORMS_RELEASE": str(built_site.folder),
        "FORMS_DATABASE_URL": f"sqlite:///{data / 'forms.sqlite'}",
        "FORMS_KEYS_FOLDER": str(data / "keys"),
        "FORMS_SITE_PROBLEMS": str(data / "problems.json"),
        "FORMS_RATE_LIMIT": "off",  # all visitors of all tests come from one address
    }
    with (data / "service.log").open("wb") as log:
        child = Child(command, ROOT, environ, stdout=log)
        try:
            deadline = time.monotonic() + 30
            while not answers("127.0.0.1", port):
                if child.wait(0.1) is not None or time.monotonic() > deadline:
                    said = (data / "service.log").read_text(encoding="utf-8")
                    pytest.fail(f"the service does not start\n{said}", pytrace=False)
            yield LiveServer(f"http://127.0.0.1:{port}", built_site, data)
        finally:
            child.stop()


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    quiet += ["--no-first-run", "--disable-quic", "--disable-gpu", "--disable-dev-shm-usage"]
    if os.geteuid() == 0:
        quiet.append("--no-sandbox")
    home = os.environ.get("HOME") or str(tmp_path_factory.mktemp("home"))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=tools.require(tools.CHROMIUM, ROOT),
            args=quiet,
            env={**os.environ, "HOME": home},
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def windows(browser: Browser, live_server: LiveServer) -> Iterator[Windows]:
    with closing(Windows(browser, live_server.url)) as kept:
        yield kept


@pytest.fixture
def visitor(windows: Windows) -> Iterator[NewVisitor]:
    """`visitor(viewport="phone", lang="en", javascript=False, dark=True)`: a person's browser.

    With `alone` its window is no other test's, before or after: for one that changes its start.
    The test fails if a page asked another origin for anything, lacked a file of its own, or
    reported an error, be it of a script or of the Content-Security-Policy.
    """
    visitors: list[tuple[Visitor, bool]] = []

    def arrive(
        viewport: str = "desktop",
        lang: str = "zh",
        javascript: bool = True,
        dark: bool = False,
        alone: bool = False,
    ) -> Visitor:
        visitors.append((windows.open(viewport, lang, javascript, dark, alone), alone))
        return visitors[-1][0]

    yield arrive
    faults = [fault for one, alone in visitors for fault in windows.leave(one, alone)]
    assert not faults, "\n".join(faults)
