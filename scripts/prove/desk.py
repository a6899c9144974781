"""A desk with its inbox in a process of its own, used as its browser would use it."""

from __future__ import annotations

import http.client
import os
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from scripts.children import Child
from scripts.outcome import CannotRun

ROOT = Path(__file__).resolve().parents[2]
_LINK = re.compile(r"http://127\.0\.0\.1:\d+/open/\S+")
_FIELD = re.compile(r'name="(csrf|edition|newest)" value="([^"]*)"')


class Desk:
    """`identity` is a key file; the database is an address or a file."""

    def __init__(
        self,
        place: Path,
        database: str,
        identity: Path,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        kept = {name: text for name, text in os.environ.items() if not name.startswith("FORMS_")}
        kept |= {"FORMS_KEYS_FOLDER": str(place / "keys"), "PYTHONUNBUFFERED": "1"}
        self._said = place / f"desk-{time.monotonic_ns()}.log"
        command = [sys.executable, "-m", "forms_api.cli", "inbox", "--no-browser"]
        command += ["--database", database, "--identity", str(identity), "--desk", "guide"]
        with self._said.open("wb") as out:
            self.child = Child(command, ROOT, {**kept, **(environ or {})}, stdout=out, stderr=out)
        self.link = self._wait()
        self.port = urlsplit(self.link).port or 0
        self.cookie = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def enters(self) -> None:
        status, headers, _ = self.request("POST", urlsplit(self.link).path, {})
        self.cookie = headers.get("Set-Cookie", "").split(";")[0]
        if status != 303:
            raise CannotRun("收件箱的网址打不开。", "the inbox's address did not open.")

    def unlocks(self, passphrase: str = "") -> None:
        """Asks for the list right after; what is opened by then is another matter."""
        _, _, page = self.request("GET", "/")
        token = dict(_FIELD.findall(page))["csrf"]
        given = {"csrf": token, "desk": "guide", "passphrase": passphrase, "then": "/"}
        self.request("POST", "/unlock", given)

    def does(self, reference: str, action: str, fields: Mapping[str, str]) -> int:
        """The status of one action on what is shown just now. Raises OSError without an answer."""
        _, _, page = self.request("GET", f"/s/{reference}")
        shown = dict(reversed(_FIELD.findall(page)))
        return self.request("POST", f"/s/{reference}/{action}", {**shown, **fields})[0]

    def searches(self, text: str) -> str:
        """The page of what is found. Raises RuntimeError when it is no such page."""
        token = dict(_FIELD.findall(self.request("GET", "/?desk=")[2])).get("csrf", "")
        given = {"csrf": token, "desk": "", "text": text}
        there = self.request("POST", "/search", given)[1].get("Location", "")
        status, _, page = self.request("GET", there or "/search")
        if status != 200 or not there:
            raise RuntimeError(f"the search was answered with {status}")
        return page

    def request(
        self, method: str, path: str, form: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            headers = {"Cookie": self.cookie, "Connection": "close"}
            body = urlencode(form) if form is not None else None
            if body is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request(method, path, body, headers)
            reply = connection.getresponse()
            return reply.status, dict(reply.getheaders()), reply.read().decode()
        finally:
            connection.close()

    def stop(self) -> None:
        self.child.stop()

    def kill(self) -> None:
        """kill -9"""
        self.child.kill()

    def _wait(self) -> str:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if found := _LINK.search(self._said.read_text("utf-8")):
                return found[0]
            if self.child.wait(0.05) is not None:
                break
        said = self._said.read_text("utf-8").strip().splitlines()
        why = said[-1] if said else ""
        self.child.stop()
        raise CannotRun(f"收件箱没有打开：{why}", f"the inbox did not open: {why}")
