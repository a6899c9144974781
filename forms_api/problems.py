"""The one error shape: RFC 9457 for programs, a page in the site's shell for people.

Neither repeats what was sent. A code never changes; its words may.
"""

import errno
import traceback
from typing import Any, Final

import structlog
from flask import Flask, Response, g, json
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug.exceptions import HTTPException

from forms_api import asking, refusal_pages, render, replying
from forms_api.keeping import AlreadySent, InProgress, KeyMismatch, TooSlow
from forms_api.languages import Edition, public
from forms_api.refusals import PASSING, RETRY_SECONDS, STATUS, Refused, code_of
from forms_api.store.fence import Moved
from forms_api.store.file_guard import StorageError
from forms_api.store.writer import Closed, QueueFull
from forms_api.tokens import Expired, TokenError
from forms_api.words import words

MEDIA_TYPE: Final = "application/problem+json"
_CODES: Final[dict[type[Exception], str]] = {
    KeyMismatch: "key-mismatch",
    AlreadySent: "already-sent",
    InProgress: "in-progress",
    TooSlow: "busy",
    QueueFull: "busy",
    Closed: "busy",
    Moved: "moving",
    NoConnection: "busy",
    StorageError: "storage",
    TokenError: "token",
    Expired: "expired",
}
_DISK: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG})
_NOT_THERE: Final = frozenset({"42P01", "3D000", "3F000"})
_log = structlog.get_logger()


def register(app: Flask) -> None:
    """Every exception ends here, but in tests an unexpected one fails as itself."""
    app.register_error_handler(Refused, lambda error: answer(error.code))
    app.register_error_handler(HTTPException, _http)
    for kind, code in _CODES.items():
        app.register_error_handler(kind, lambda _error, code=code: answer(code))
    for kind in (DBAPIError, OSError):
        app.register_error_handler(kind, lambda error: _storage(error, app))
    if not app.testing:
        app.register_error_handler(Exception, _unexpected)


def _http(error: HTTPException) -> Response:
    reply = answer(code_of(error.code or 500), error.code)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            reply.headers[name] = value
    return reply


def passing_code(error: Exception) -> str | None:
    """What to tell where nothing is wrong with what came: too much to do, or a database or disk
    that is away, full, read-only, damaged or locked. None for all else.
    """
    if isinstance(error, Refused):
        return error.code if error.code in PASSING else None
    for kind, code in _CODES.items():
        if isinstance(error, kind):
            return code if code in PASSING else None
    if isinstance(error, OSError):
        return "storage" if error.errno in _DISK else None
    if not isinstance(error, DBAPIError):
        return None
    name = getattr(error.orig, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "busy"
    away = isinstance(error, OperationalError | InterfaceError | InternalError)
    away = away and name != "SQLITE_ERROR"  # a statement that is wrong
    # Plain: SQLite's "malformed" and "not a database". 42P01 and the like: PostgreSQL without
    # our tables or its database.
    broken = type(error) is DatabaseError or getattr(error.orig, "sqlstate", "") in _NOT_THERE
    return "storage" if away or broken or error.connection_invalidated else None


def _storage(error: Exception, app: Flask) -> Response:
    code = passing_code(error)
    if code is None and app.testing:
        raise error
    if code is None:
        return _unexpected(error)
    orig = getattr(error, "orig", error)
    name = getattr(orig, "sqlite_errorname", None) or getattr(orig, "sqlstate", None)
    _log.error("storage", kind=type(orig).__name__, name=name or getattr(orig, "errno", None))
    return answer(code)


def _unexpected(error: Exception) -> Response:
    """The log gets the kind and the places; a message could hold what a person typed."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename}:{frame.lineno}" for frame in frames[-8:]]
    _log.error("unexpected error", kind=type(error).__name__, places=places)
    return answer("server")


def passing(reply: Response, code: str) -> Response:
    """Marks an answer that kept what was typed as one that may be sent again."""
    g.problem = code
    reply.status_code = STATUS[code]
    reply.headers["Retry-After"] = str(RETRY_SECONDS[code])
    return reply


def answer(code: str, status: int | None = None) -> Response:
    """The problem in the reader's language and the dress they asked for."""
    lang = asking.lang()
    g.problem = code
    if asking.wants_json():
        reply = document(code, lang, {}, status)
    else:
        reply = _page(code, lang)
        reply.status_code = status or STATUS[code]
    if code in RETRY_SECONDS:
        reply.headers["Retry-After"] = str(RETRY_SECONDS[code])
    return reply


def document(
    code: str, lang: Edition, extra: dict[str, Any], status: int | None = None
) -> Response:
    """problem+json with a stable `code`; `extra` are further members."""
    body = {**refusal_pages.document(code, lang, status), **extra}
    reply = Response(json.dumps(body), status or STATUS[code], mimetype=MEDIA_TYPE)
    reply.headers["Content-Language"] = public(lang)
    return reply


def _page(code: str, lang: Edition) -> Response:
    w, form = words(lang), replying.form_of_request()
    back = [(render.page_url(form, lang), w("problem.back"))] if form else []
    content = refusal_pages.content(code, lang, back)
    return replying.page(lang, w(f"problem.{code}"), content, form=form)
