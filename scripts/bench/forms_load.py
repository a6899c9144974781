"""Sends prepared requests over a number of connections and times each answer.

    python forms_load.py PORT CONNECTIONS FILE

One process, one thread, one loop over sockets that are kept open: a few hundredths of a
millisecond a request, so that it takes little of the processor from the server it measures; its
own share is part of what it prints. Standard library only, so that it starts at once.
"""

from __future__ import annotations

import json
import re
import selectors
import socket
import struct
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_SIZE = struct.Struct("!I")
PATIENCE = 60.0  # seconds without any answer after which the run is given up


def write(path: Path, requests: Iterable[bytes]) -> None:
    """The file that `main` reads: each request behind its length."""
    with path.open("wb") as file:
        for one in requests:
            file.write(_SIZE.pack(len(one)))
            file.write(one)


def _read(path: Path) -> list[bytes]:
    raw, at, found = path.read_bytes(), 0, []
    while at < len(raw):
        (size,) = _SIZE.unpack_from(raw, at)
        found.append(raw[at + 4 : at + 4 + size])
        at += 4 + size
    return found


class _Line:
    """One connection, with the answer that is coming in on it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.began = 0.0
        self.open()

    def open(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.got = b""

    def send(self, request: bytes) -> None:
        self.request = request
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def send_again(self) -> None:
        """On a new connection, as a client does whose old one the server has let go."""
        self.socket.close()
        self.open()
        self.socket.sendall(self.request)

    def answer(self) -> bytes | None:
        """The head of a whole answer, b"" of a broken one, None while more is to come."""
        chunk = self.socket.recv(1 << 16)
        if not chunk:
            return b""
        self.got += chunk
        head, end, body = self.got.partition(b"\r\n\r\n")
        length = _LENGTH.search(head) if end else None
        if length is None or len(body) < int(length[1]):
            return None
        self.got = b""
        return head


def load(port: int, connections: int, requests: list[bytes]) -> dict[str, Any]:
    """`rps`, `p50_ms`, `p99_ms`, answers by `statuses`, and the `processor` share of this loop."""
    poll = selectors.DefaultSelector()
    lines = [_Line(port) for _ in range(min(connections, len(requests)))]
    times: list[float] = []
    statuses: Counter[str] = Counter()
    waiting: Iterator[bytes] = iter(requests)
    again = 0
    began, worked = time.perf_counter(), time.process_time()
    for line in lines:
        poll.register(line.socket, selectors.EVENT_READ, line)
        line.send(next(waiting))
    while len(times) < len(requests):
        ready = poll.select(PATIENCE)
        if not ready:
            raise TimeoutError(f"no answer for {PATIENCE:.0f} seconds")
        for key, _ in ready:
            line = key.data
            head = line.answer()
            if head is None:
                continue
            if not head and again < len(lines) * 4:
                again += 1
                poll.unregister(key.fileobj)
                line.send_again()
                poll.register(line.socket, selectors.EVENT_READ, line)
                continue
            times.append(time.perf_counter() - line.began)
            statuses[head[9:12].decode() or "none"] += 1
            following = next(waiting, None)
            if not head or _CLOSES.search(head):
                poll.unregister(line.socket)
                line.socket.close()
                if following is not None:
                    line.open()
                    poll.register(line.socket, selectors.EVENT_READ, line)
            if following is not None:
                line.send(following)
    seconds = time.perf_counter() - began
    for line in lines:
        line.socket.close()
    times.sort()
    return {
        "rps": len(times) / seconds,
        "p50_ms": times[len(times) // 2] * 1000,
        "p99_ms": times[int(len(times) * 0.99)] * 1000,
        "statuses": dict(statuses),
        "processor": (time.process_time() - worked) / seconds,
    }


if __name__ == "__main__":
    print(json.dumps(load(int(sys.argv[1]), int(sys.argv[2]), _read(Path(sys.argv[3])))))
