"""nginx with the files that `manage.py server-files` makes, on ports of its own, as any user."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scripts import tools
from scripts.children import Child
from scripts.prove.certificates import certificate_for
from scripts.server.command import write
from scripts.server.host import Host
from scripts.service import free_port
from tests.conftest import ROOT

NAME = "localhost"
# As Debian's own nginx.conf has it around the files of conf.d; what it sets for all sites must not
# change ours. Only its places are those of the test.
AROUND = """
{user}
daemon off;
worker_processes 2;
pid {place}/nginx.pid;
error_log {place}/logs/error.log;
events {{ worker_connections 768; }}
http {{
    client_body_temp_path {place}/body;
    proxy_temp_path {place}/proxy;
    fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi;
    scgi_temp_path {place}/scgi;
    sendfile on;
    tcp_nopush on;
    types_hash_max_size 2048;
    default_type application/octet-stream;
    ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
    ssl_prefer_server_ciphers on;
    access_log {place}/logs/access.log;
    gzip on;
    include {place}/etc/nginx/conf.d/*.conf;
}}
"""


@dataclass(frozen=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Front:
    """Running nginx; `root` is the folder in which var/current leads to a release."""

    def __init__(self, place: Path, root: Path, services: tuple[str, ...], **changes: Any) -> None:
        place.mkdir(parents=True, exist_ok=True)
        self.place = place
        certificate = str(certificate_for(1, place))
        host = Host(
            domain=NAME,
            root=root,
            services=services,
            http_port=free_port(),
            https_port=free_port(),
            certificate=certificate,
            certificate_key=certificate,
            challenges=place / "challenges",
            logs=place / "logs",
        )
        self.host = replace(host, **changes)
        write(self.host, place / "etc")
        (place / "logs").mkdir(exist_ok=True)
        (place / "challenges").mkdir(exist_ok=True)
        user = "user root;" if os.geteuid() == 0 else ""  # pytest's folders are for one user only
        (place / "nginx.conf").write_text(AROUND.format(place=place, user=user), "utf-8")
        self._command = [str(tools.require(tools.NGINX, ROOT)), "-p", str(place)]
        self._command += ["-e", str(place / "logs/start.log"), "-c", str(place / "nginx.conf")]
        tried = subprocess.run([*self._command, "-t"], capture_output=True, text=True)
        assert tried.returncode == 0, tried.stderr
        self.warnings = [line for line in tried.stderr.splitlines() if "[warn]" in line]
        self._child = Child(self._command, place)
        _wait_for(self.host.https_port)

    @property
    def url(self) -> str:
        return f"https://{self.host.authority}"

    @property
    def log(self) -> str:
        return (self.place / "logs/jinqiao.log").read_text("utf-8")

    def connect(self) -> http.client.HTTPSConnection:
        trusted = ssl.create_default_context(cafile=self.host.certificate)
        return http.client.HTTPSConnection(NAME, self.host.https_port, timeout=30, context=trusted)

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        return ask(self.connect(), path, method, body, headers)

    def plain(self, path: str) -> Reply:
        """Asked without TLS."""
        return ask(http.client.HTTPConnection(NAME, self.host.http_port, timeout=30), path)

    def reload(self) -> None:
        subprocess.run([*self._command, "-s", "reload"], check=True, capture_output=True)
        time.sleep(0.3)

    def stop(self) -> None:
        self._child.stop()


def ask(
    connection: http.client.HTTPConnection,
    path: str,
    method: str = "GET",
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> Reply:
    """One request on a connection of its own."""
    try:
        connection.request(method, path, body, headers or {})
        reply = connection.getresponse()
        return Reply(reply.status, reply.headers, reply.read())
    finally:
        connection.close()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < deadline, "nginx does not start"
            time.sleep(0.02)
