"""The built site's files for development, with the headers the real web server will send.

Everything under /forms/ goes to the app. The root is resolved anew for each request, so that a
new release shows at once.
"""

import gzip
import re
from collections.abc import Iterable, Mapping
from email.utils import formatdate, parsedate_to_datetime
from html import escape
from json import loads
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote

from werkzeug.http import http_date, parse_accept_header

from forms_api import headers
from forms_api.languages import EDITIONS, prefix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_WORTH: Final = 256  # bytes from which a text without a twin is compressed as it is sent
_TWINS: Final = (("br", ".br"), ("gzip", ".gz"))
#: Editions that stand below a folder of their own.
_BELOW: Final = [[prefix(one).strip("/")] for one in EDITIONS if prefix(one)]
_MAIN: Final = re.compile(rb"<main\b[^>]*>")


class _Found(NamedTuple):
    path: Path
    status: str


class SiteFiles:
    """`root` may lead through a symlink; `problems` is the file a failed build leaves behind."""

    def __init__(self, root: Path, app: "WSGIApplication", problems: Path) -> None:
        self._root = root
        self._app = app
        self._problems = problems

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        # PATH_INFO holds the UTF-8 bytes as Latin-1 (PEP 3333).
        path = environ.get("PATH_INFO", "/").encode("latin-1").decode("utf-8", "replace")
        if path.startswith("/forms/"):
            return self._app(environ, start_response)
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return _send(start_response, "405 Method Not Allowed", {"Allow": "GET, HEAD"}, b"")
        root = self._root.resolve()
        found = _moved(root).get(path) or _find(root, path)
        if isinstance(found, str):
            query = environ.get("QUERY_STRING", "")
            place = quote(found) + (f"?{query}" if query else "")
            return _send(start_response, "301 Moved Permanently", {"Location": place}, b"")
        if found is None:
            return _send(start_response, "404 Not Found", {"Content-Type": "text/plain"}, b"404\n")
        return self._file(environ, start_response, found, path)

    def _file(
        self, environ: "WSGIEnvironment", start_response: "StartResponse", found: _Found, url: str
    ) -> Iterable[bytes]:
        sent, encoding = found.path, ""
        note = self._note() if found.path.suffix == ".html" else b""
        if not note:
            sent, encoding = _twin(found.path, environ)
            if not encoding and _compressible(found.path) and _takes(environ, "gzip"):
                encoding = "gzip"
        status = sent.stat()
        tag = f'"{status.st_mtime_ns:x}-{status.st_size:x}{encoding and "-" + encoding}"'
        fields = {
            "Content-Type": _type(found.path),
            "Last-Modified": formatdate(status.st_mtime, usegmt=True),
            "Cache-Control": _cache(url if found.status.startswith("200") else "", note),
            "Vary": "Accept-Encoding",
        }
        if encoding:
            fields["Content-Encoding"] = encoding
        if not note:
            fields["ETag"] = tag
            if found.status.startswith("200") and _is_fresh(environ, tag, status.st_mtime):
                return _send(start_response, "304 Not Modified", fields, b"")
        body = sent.read_bytes()
        if note:
            body = _MAIN.sub(lambda main: main[0] + note, body, count=1)
        elif encoding and sent == found.path:
            body = gzip.compress(body, 6, mtime=0)
        fields["Content-Length"] = str(len(body))
        head = environ["REQUEST_METHOD"] == "HEAD"
        return _send(start_response, found.status, fields, b"" if head else body)

    def _note(self) -> bytes:
        """What is wrong with the sources: the pages below are those of the last good build."""
        try:
            listed = loads(self._problems.read_text("utf-8"))["problems"]
            rows = [
                f"<li><code>{escape(str(one.get('file', '')))}:{escape(str(one.get('line', '')))}"
                f"</code> {escape(str(one.get('message', '')))}</li>"
                for one in listed
            ]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return b""
        if not rows:
            return b""
        zh = "改动有问题，显示的是上一次成功的版本"
        title = f"{zh} / The last edit did not build; this is the version before it"
        return (
            f'<div class="jq-problems" role="status"><p>{title}</p><ul>{"".join(rows)}</ul></div>'
        ).encode()


def _find(root: Path, url: str) -> _Found | str | None:
    """The file of an address, another address to go to, or None."""
    # A backslash, NUL or ".." part never names a page; resolve() below also stops symlinks.
    parts = [part for part in url.split("/") if part]
    hidden = any(part.startswith(".") for part in parts) and url != headers.SECURITY
    wrong = "\0" in url or "\\" in url or hidden
    target = root.joinpath(*parts) if not wrong else root / "\x01"
    try:
        inside = target.resolve().is_relative_to(root)
        if inside and target.is_dir() and (target / "index.html").is_file():
            if not url.endswith("/"):
                return "/" + "/".join(parts) + "/"
            return _Found(target / "index.html", "200 OK")
        if inside and target.is_file() and not url.endswith("/"):
            return _Found(target, "200 OK")
    except (OSError, ValueError):
        pass
    lost = root.joinpath(*parts[:1], "404.html") if parts[:1] in _BELOW else root / "404.html"
    return _Found(lost, "404 Not Found") if lost.is_file() else None


def _moved(root: Path) -> dict[str, str]:
    """Old paths of renamed pages with the new, as the build lists them beside the web root."""
    try:
        known: dict[str, str] = loads((root.parent / "_private/moved.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return known


def _twin(path: Path, environ: "WSGIEnvironment") -> tuple[Path, str]:
    """The compressed file beside it that the reader takes, with its encoding; no older one."""
    for encoding, suffix in _TWINS:
        twin = path.with_name(path.name + suffix)
        if (
            _takes(environ, encoding)
            and twin.is_file()
            and twin.stat().st_mtime_ns >= path.stat().st_mtime_ns
        ):
            return twin, encoding
    return path, ""


def _takes(environ: "WSGIEnvironment", encoding: str) -> bool:
    accepted = parse_accept_header(environ.get("HTTP_ACCEPT_ENCODING", ""))
    return encoding in accepted.values() and accepted[encoding] > 0


def _compressible(path: Path) -> bool:
    return headers.is_text(_kind(path)) and path.stat().st_size >= _WORTH


def _kind(path: Path) -> str:
    return headers.TYPES.get(path.suffix, "application/octet-stream")


def _type(path: Path) -> str:
    kind = _kind(path)
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def _cache(url: str, note: bytes) -> str:
    if note:
        return "no-store"
    return headers.cache_of(url)


def _is_fresh(environ: "WSGIEnvironment", tag: str, modified: float) -> bool:
    if held := environ.get("HTTP_IF_NONE_MATCH"):
        return held.strip() == "*" or tag in {
            one.strip().removeprefix("W/") for one in held.split(",")
        }
    try:
        since = parsedate_to_datetime(environ["HTTP_IF_MODIFIED_SINCE"])
    except (KeyError, ValueError, TypeError):
        return False
    return int(modified) <= since.timestamp()


def _send(
    start_response: "StartResponse", status: str, fields: Mapping[str, str], body: bytes
) -> Iterable[bytes]:
    everything = {**headers.SITE, "Date": http_date(), **fields}
    if not status.startswith("304"):
        everything.setdefault("Content-Length", str(len(body)))
    start_response(status, list(everything.items()))
    return [body] if body else []
