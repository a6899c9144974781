"""A built tree over HTTP for browsers that measure or test it: strict policy, bytes counted."""

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import brotli
import minify

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
PEERS = POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
BLANK = "/.measure/"  # an empty page of this server, to run modules in


@dataclass
class Served:
    """`bytes` is what has crossed the wire so far, text compressed; `sent` the same by path."""

    address: str = ""
    bytes: int = 0
    sent: Counter[str] = field(default_factory=Counter)
    policy: str = POLICY
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, count: int, path: str) -> None:
        with self.lock:
            self.bytes += count
            self.sent[path] += count

    def below(self, folder: str) -> int:
        """The bytes of all that lies in a folder of the tree."""
        with self.lock:
            return sum(count for path, count in self.sent.items() if path.startswith(folder))


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *args: object, directory: str, served: Served, scripts: Path | None) -> None:
        self.served = served
        self.scripts = scripts
        super().__init__(*args, directory=directory)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path.startswith(BLANK):
            lang = path[len(BLANK) :].strip("/") or "en"
            body = f'<!doctype html><html lang="{lang}"><link rel="icon" href="data:,">'.encode()
            return self._answer(body, "text/html; charset=utf-8")
        file = Path(self.translate_path(path))
        if self.scripts is not None and path.startswith("/assets/js/"):
            file = self.scripts / Path(path).name
        if file.is_dir():
            file = file / "index.html"
        if not file.is_file():
            return self.send_error(404)
        body = file.read_bytes()
        if self.scripts is not None and file.parent == self.scripts:  # as they are published
            body = minify.string("application/javascript", body.decode()).encode()
        return self._answer(body, self.guess_type(str(file)))

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        if body[:2] != b"\x1f\x8b":
            body = brotli.compress(body, quality=9)  # as the twins that a build lays beside text
            self.send_header("Content-Encoding", "br")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # whoever asked has gone
            self.wfile.write(body)
            self.served.add(len(body), self.path)

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", self.served.policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def serve(root: Path, scripts: Path | None = None, *, peers: bool = False) -> Iterator[Served]:
    """Serve `root` on a free port; `/assets/js/` from `scripts` when given.

    `peers` allows workers and WebAssembly, which other searches need and the site does not.
    """
    served = Served(policy=f"{PEERS}; worker-src 'self' blob:" if peers else POLICY)
    handler = partial(_Handler, directory=str(root), served=served, scripts=scripts)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        served.address = f"http://127.0.0.1:{server.server_port}"
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()
