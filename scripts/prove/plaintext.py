"""Nothing that was typed can be read on the host: not in database, logs, outbox, temporary files.

A real service is sent forms that are right, wrong, too long or not understood, and a desk answers
some in its inbox. Then every file of the host is searched for each typed value of four or more
characters, as UTF-8 and UTF-16, each also in base64 at its three alignments and inside whatever
unpacks as gzip or zlib.
"""

from __future__ import annotations

import base64
import contextlib
import json
import secrets
import tempfile
import zlib
from pathlib import Path
from typing import Any

from scripts.prove.desk import Desk
from scripts.prove.instance import Running, draft, folder, mark

_WORDS = "棠砚松笺坂田望笛雁归桥畔灯火船坞砚台竹影渡口石板青苔"


def prove(quick: bool) -> dict[str, Any]:
    turns = 5 if quick else 100
    with folder() as where:
        service = Running(where, {"FORMS_QUEUE": "64"})
        try:
            typed = [text for _ in range(turns) for text in _send(service)]
            typed += _answer(service, turns)
        finally:
            service.stop()
        files = {path: path.read_bytes() for path in where.rglob("*") if path.is_file()}
        found = sorted({path.name for path, held in files.items() if _holds(held, typed)})
        noticed = _holds(b"x" + typed[0].encode() + b"x", typed)  # that the search can find
        return {
            "holds": not found and noticed and len(files) >= 3,
            "typed": len(typed),
            "files": len(files),
            "bytes": sum(map(len, files.values())),
            "found_in": found,
            "database_files": len([path for path in files if "sqlite" in path.name]),
        }


def _text() -> str:
    return "".join(secrets.choice(_WORDS) for _ in range(8)) + mark()


def _send(service: Running) -> list[str]:
    """One of each kind of request; what was typed in them."""
    good, wrong, strange, code = (_text() for _ in range(4))
    mail = f"{mark()}@example.org"
    answers = {"topic": "dues", "question": good, "publish_ok": "no", "reply_by": "email"}
    service.post("/forms/help-ask/check", {**answers, "contact": mail, "consent": "yes"}, {})
    service.post("/forms/help-ask/check", {**answers, "contact": wrong}, {})
    service.post("/forms/help-ask/check", {"question": strange * 200, strange: "x"}, {})
    service.post("/forms/status", {"code": code}, {})
    service.post("/forms/" + secrets.token_hex(8), {"question": strange}, {"X-Name": "x"})
    status, receipt = service.confirm(draft(good))
    if status != 201:
        raise RuntimeError(f"not stored: {status}")
    erased = service.confirm(draft(wrong))[1]["access_code"]
    service.post("/forms/status/erase", {"code": erased}, {})
    return [good, wrong, strange, code, mail, receipt["access_code"], erased.replace(" ", "")]


def _answer(service: Running, turns: int) -> list[str]:
    """What a desk writes in its inbox, mail waiting for want of a server; the words of it."""
    database = f"sqlite:///{service.place / 'forms.sqlite'}"
    with tempfile.TemporaryDirectory() as elsewhere:  # a desk's computer is not the host
        key = Path(elsewhere) / "desk.key"
        key.write_text(f"{service.identity}\n", "utf-8")
        desk = Desk(Path(elsewhere), database, key, {"TMPDIR": str(service.place)})
        typed = []
        try:
            desk.enters()
            desk.unlocks()
            for _ in range(turns):
                reference = service.confirm(draft(_text()))[1]["reference"]
                note, letter, said, sought = (_text() for _ in range(4))
                done = (
                    desk.does(reference, "note", {"note": note}),
                    desk.does(reference, "answer", {"way": "email", "text": letter}),
                    desk.does(reference, "answer", {"way": "status", "text": said}),
                )
                if done != (303, 303, 303):
                    raise RuntimeError(f"not written: {done}")
                desk.searches(sought)
                typed += [note, letter, said, sought]
            waiting = desk.request("GET", "/mail")[2].count("/s/")
        finally:
            desk.stop()
    if waiting != turns:
        raise RuntimeError(f"{waiting} letters wait")
    return typed


def _holds(held: bytes, typed: list[str]) -> bool:
    views = [held, *_unpacked(held)]
    return any(one in view for text in typed for one in _spellings(text) for view in views)


def _spellings(text: str) -> list[bytes]:
    escaped = json.dumps(text)[1:-1].encode()
    plain = [text.encode("utf-8"), text.encode("utf-16-le"), text.encode("utf-16-be")]
    shifted = [base64.b64encode(b"x" * n + raw)[4:-4] for raw in plain for n in range(3)]
    url_safe = [one.translate(bytes.maketrans(b"+/", b"-_")) for one in shifted]
    return [*plain, escaped, *(one for one in (*shifted, *url_safe) if len(one) >= 8)]


def _unpacked(held: bytes) -> list[bytes]:
    """What begins like gzip or zlib anywhere in it, unpacked as far as it goes."""
    found = []
    for magic in (b"\x1f\x8b\x08", b"\x78\x01", b"\x78\x9c", b"\x78\xda"):
        start = held.find(magic)
        while start >= 0:
            with contextlib.suppress(zlib.error):
                piece = zlib.decompressobj(47).decompress(held[start : start + (1 << 20)])
                found.append(piece)
            start = held.find(magic, start + 1)
    return found
