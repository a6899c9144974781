"""Texts, headers and bodies that no friend would send, from a seeded generator."""

from __future__ import annotations

import random
from typing import Any, Final

_PIECES: Final = [
    "", " ", "\x00", "\ud800", "\udfff\ud800", "=1+1", "@SUM(A1)", "<script>alert(1)</script>",
    "{{7*7}}", "${jndi:ldap://x}", "' OR 1=1 --", "../../etc/passwd", "%00", "%s%n", "\r\nX: y",
    "\u202e\u2066", "a\u0301" * 30, "１１０１０１１９９００３０７７５８",
    "yes", "no", "email", "phone", "2026-13",
    "0000-00", "99999999999999999999", "-1", "1e999", "NaN", "zq7marker", "林" * 500, "x" * 5000,
    "🀄" * 50, "\u200d" * 50, "ﷺ" * 80, "a@b.c", "@", "a@" + "b" * 300, "+" * 40, "440300", "dues",
]  # fmt: skip
_KINDS: Final = [
    "", "text/plain", "application/json; charset=utf-7", "multipart/form-data",
    "multipart/form-data; boundary=x", 'multipart/form-data; boundary="\xe9"', "application/xml",
    "application/x-www-form-urlencoded; charset=x", "a/b/c", "/", "application/json",
]  # fmt: skip
_HEADERS: Final = [
    "", "*/*", "application/json", "text/html", "zh-Hans,zh;q=0.9", "en;q=x", "null", "same-origin",
    "none", "zh-TW", "zh-Hant-HK;q=0.9",
    "cross-site", "http://localhost", "https://evil.example", "http://[", "\xff\xfe", "q=" * 500,
    "application/json;q=0.5,text/html;q=nan", "*;q=-1", "x" * 64, "localhost:99999", "a b",
    "http://[::1",
]  # fmt: skip


def text(chance: random.Random) -> str:
    """A few hostile pieces in a row, or characters from anywhere in Unicode."""
    if chance.random() < 0.3:
        return "".join(chr(chance.randrange(0x110000)) for _ in range(chance.randint(1, 40)))
    return "".join(chance.choice(_PIECES) for _ in range(chance.randint(1, 3)))


def raw(chance: random.Random) -> bytes:
    """Bytes for a query: names that are read, with anything behind them."""
    name = chance.choice([b"lang=", b"lang=zh-Hant&x=", b"branch=", b"x=", b"&&=", b""])
    return name + chance.randbytes(chance.randint(0, 30))


def header(chance: random.Random) -> str:
    """One line of latin-1, as WSGI has it."""
    if chance.random() < 0.2:
        line = chance.randbytes(chance.randint(0, 60)).decode("latin-1")
        return line.translate({10: None, 13: None})
    return chance.choice(_HEADERS)


def value(chance: random.Random, depth: int = 0) -> Any:
    """What JSON can hold: mostly texts, sometimes what no field expects."""
    pick = chance.random()
    if pick < 0.7 or depth > 4:
        return text(chance)
    if pick < 0.8:
        return chance.choice([None, True, False, 0, -1, 1.5, 10**30, float("nan"), float("inf")])
    if pick < 0.95:
        return [value(chance, depth + 1) for _ in range(chance.randint(0, 5))]
    return {text(chance): value(chance, depth + 1)}


def damaged(chance: random.Random, body: bytes) -> bytes:
    """A byte changed, a piece cut out, or the end missing."""
    if not body:
        return b"\xff"
    at = chance.randrange(len(body))
    changed = body[:at] + chance.randbytes(1) + body[at + 1 :]
    cut = body[:at] + body[at + chance.randint(1, 20) :]
    return chance.choice([changed, cut, body[:at], body + body])


def strange_body(chance: random.Random) -> tuple[bytes, str]:
    """A body and a type that need not fit it: deep JSON, broken multipart, too much, noise."""
    parts = b'--x\r\nContent-Disposition: form-data; name="token"; filename="a"\r\n\r\nb\r\n'
    body = chance.choice(
        [
            b"[" * 20_000,
            b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
            b'{"lang": "\\ud800", "question": "\\u0000"}',
            b'"text"',
            b"null",
            b"1" * 5000,
            parts * 3,
            parts + b"--x--\r\n",
            b"--x\r\n" * 2_000,
            b"&".join(b"a=1" for _ in range(5_000)),
            b"a" * 200_000,
            chance.randbytes(chance.randint(0, 300)),
        ]
    )
    return body, chance.choice(_KINDS)
