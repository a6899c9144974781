"""The forms service as a child of `manage.py serve`: started, watched, started again."""

from __future__ import annotations

import http.client
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from scripts.children import Child
from scripts.outcome import CannotRun, both
from scripts.progress import say, step

START_PATIENCE = 60.0  # seconds for the service to answer
CRASHES = 5  # in a row, before we give up
STEADY = 30.0  # seconds after which a crash no longer counts as one in a row


def answers(host: str, port: int) -> bool:
    """Whether a forms service speaks there, well or not."""
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/forms/health")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def free_port() -> int:
    """A port of this machine that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Service:
    """The forms service, which in development also hands out the site's files."""

    root: Path
    host: str
    port: int
    child: Child | None = None
    started: float = 0.0
    crashes: int = 0
    resume: float = 0.0  # when to start it again, on the clock of time.monotonic

    @property
    def address(self) -> str:
        """Where a program on this machine reaches it."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104

    @property
    def url(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"http://{host}:{self.port}/"

    def start(self) -> None:
        site = self.root / "var/current/public"
        command = [sys.executable, "-m", "forms_api.cli", "serve", "--site", str(site)]
        command += ["--host", self.host, "--port", str(self.port)]
        self.child = Child(command, self.root)
        self.started = time.monotonic()

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop()
        self.child = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def wait_until_it_answers(self) -> None:
        with step(both("正在启动网站", "Starting the site")):
            while not answers(self.address, self.port):
                code = self.child.wait(0.1) if self.child else None
                if code is not None:
                    raise CannotRun(
                        f"表单服务没有启动（代码 {code}），原因见上面几行。",
                        f"the forms service did not start (code {code}); the lines above say why.",
                    )
                if time.monotonic() - self.started > START_PATIENCE:
                    raise CannotRun(
                        f"表单服务 {START_PATIENCE:.0f} 秒内没有应答。",
                        f"the forms service gave no answer within {START_PATIENCE:.0f} seconds.",
                    )

    def tend(self) -> None:
        """Called every tick: a crash is told, and mended after a pause that doubles each time."""
        now = time.monotonic()
        if self.child is None:
            if now >= self.resume:
                self.start()
            return
        code = self.child.ended()
        if code is None:
            return
        self.crashes = 1 if now - self.started > STEADY else self.crashes + 1
        self.stop()
        if self.crashes > CRASHES:
            raise CannotRun(
                f"表单服务连续 {CRASHES} 次出错退出，已停止；原因见上面几行。",
                f"the forms service broke off {CRASHES} times in a row and is left stopped; "
                "the lines above say why.",
            )
        pause = 2 ** (self.crashes - 1)
        self.resume = now + pause
        zh, en = f"表单服务退出（代码 {code}），", f"the forms service ended (code {code}), "
        say(both(f"{zh}{pause} 秒后重启", f"{en}starting it again in {pause} s"))
