"""No acknowledgement leaves before the disk has its commit: read from a system-call trace.

The service runs under strace. Requests are sent one after another, so that the only commit
between a request and its 201 is its own: in the trace a sync of the database's log must begin
and complete after the request was read and before the answer is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal

from scripts import tools
from scripts.progress import step
from scripts.prove.instance import ROOT, Running, draft, folder

_CALLS: Final = "fsync,fdatasync,read,recvfrom,recvmsg,write,writev,sendto,sendmsg"
_LINE: Final = re.compile(r"^(?P<pid>\d+)\s+(?P<rest>.*)$")
_SYNC: Final = re.compile(r"f(?:data)?sync\(\d+<[^>]*-wal>")
Moment = Literal["read", "synced", "answered"]


def prove(quick: bool) -> dict[str, Any]:
    posts = 20 if quick else 200
    strace = tools.require(tools.STRACE, ROOT)
    with folder() as where, step("strace") as progress:
        trace = where / "trace"
        traced = [str(strace), "-f", "-qq", "-y", "-s", "48", "-e", f"trace={_CALLS}"]
        service = Running(where, before=[*traced, "-o", str(trace)])
        try:
            statuses = []
            for number in range(posts):
                statuses.append(service.confirm(draft(f"Is number {number} on the disk?"))[0])
                progress.update(number + 1, posts)
        finally:
            service.stop()
        with trace.open(encoding="utf-8", errors="replace") as lines:
            found = list(moments(lines))
    early = unsynced(found)
    acknowledged = found.count("answered")
    return {
        "holds": early == 0 and acknowledged == posts == statuses.count(201),
        "requests": posts,
        "acknowledged": acknowledged,
        "syncs": found.count("synced"),
        "acknowledged_before_sync": early,
    }


def unsynced(found: Iterable[Moment]) -> int:
    """How many answers left without a sync completed since their request was read."""
    early, synced = 0, False
    for moment in found:
        if moment == "answered":
            early += not synced
        synced = moment == "synced" or (synced and moment != "read" and moment != "answered")
    return early


def moments(lines: Iterable[str]) -> Iterator[Moment]:
    """What matters of a trace of `strace -f -y`, in order.

    A call that another thread interrupts is written in two lines; a sync counts when its second
    line, the return with 0, appears; a write when it begins; a read when it returns.
    """
    syncing: set[str] = set()
    for line in lines:
        match = _LINE.match(line)
        if not match:
            continue
        pid, rest = match["pid"], match["rest"]
        if _SYNC.match(rest):
            if rest.rstrip().endswith("= 0"):
                yield "synced"
            elif "<unfinished" in rest:
                syncing.add(pid)
        elif pid in syncing and re.match(r"<\.\.\. f(?:data)?sync resumed>", rest):
            syncing.discard(pid)
            if rest.rstrip().endswith("= 0"):
                yield "synced"
        elif '"POST /forms/' in rest and re.search(r"\b(read|recvfrom|recvmsg)\b", rest):
            yield "read"
        elif '"HTTP/1.1 201' in rest:
            yield "answered"
