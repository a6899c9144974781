"""Getting in and out: the one-time link, the passphrase, the lock; and the pages' own files."""

import re
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, abort, request, send_file
from werkzeug.wrappers import Response as Reply

from forms_api import languages
from forms_api.inbox import pages
from forms_api.inbox.desktop import here
from forms_api.inbox.routes.guard import NOT_KEPT, local, see_other, unlock_page
from forms_api.settings import ROOT

blueprint = Blueprint("entering", __name__)
_OWN: Final = Path(__file__).parents[1] / "assets"
_SITE: Final = ROOT / "docs" / "assets" / "css"
_FILES: Final = {
    "jinqiao.css": _SITE / "jinqiao.css",
    "inbox.css": _OWN / "inbox.css",
    "inbox.js": _OWN / "inbox.js",
}
#: Pages with something to write.
_WRITTEN: Final = re.compile(r"/s/[A-Z0-9-]{1,20}(?:/publish|/release)?")
_WAIT: Final = 0.8  # seconds: a small inbox is open before the next page is asked for


@blueprint.get("/open/<link>")
def look_in(link: str) -> Reply:
    """A page that posts the link; looking (a scanner, a preview, a HEAD) leaves it as it is.

    The post comes from our own page, so that a strict cookie is sent on from there.
    """
    mine = here()
    if not mine.door.knows(link):
        return pages.message("used", status=403)
    asked = languages.parse(request.args.get("lang")) or languages.from_accept_language(
        request.headers.get("Accept-Language")
    )
    mine.lang = languages.source(asked)
    return pages.page("enter.html", link=link)


@blueprint.post("/open/<link>")
def enter(link: str) -> Reply:
    """The link works once; then the cookie of this browser does, until the process ends."""
    mine = here()
    if not mine.door.is_from_here(request):
        return pages.message("foreign", status=403)
    session = mine.door.enter(link)
    if session is None:
        return pages.message("used", status=403)
    reply = see_other("/")
    reply.set_cookie(mine.door.cookie, session, httponly=True, samesite="Strict")
    return reply


@blueprint.get("/assets/<name>")
def asset(name: str) -> Response:
    if name not in _FILES:
        abort(404)
    return send_file(_FILES[name], max_age=0)


@blueprint.post("/unlock")
def unlock() -> Reply:
    mine = here()
    given = request.form
    mine.vault.identity = next(
        (path for path in mine.identities if path.name == given.get("file")), mine.vault.identity
    )
    desk = given.get("desk", "")
    if desk not in mine.desks:
        mine.vault.refusal = "desk"
        return unlock_page(422)
    if mine.vault.unlock(given.get("passphrase", ""), desk):
        return unlock_page(422)
    mine.vault.wait(_WAIT)
    return see_other(local(given.get("then", "/")))


@blueprint.post("/lock")
def lock() -> Reply:
    here().vault.lock()
    return see_other("/")


@blueprint.get("/left")
def left() -> Response:
    """Seconds until the inbox locks itself, 0 once it has: each open page asks, and nobody's work
    is that.
    """
    return Response(f"{here().vault.left():.2f}", mimetype="text/plain")


@blueprint.post("/drafts")
def keep() -> Response:
    """What was being written on a page, before it is covered; also after the lock."""
    given = request.form.to_dict()
    page = given.get("page", "")
    if not _WRITTEN.fullmatch(page):
        abort(404)
    typed = {name: text for name, text in given.items() if name not in NOT_KEPT}
    here().keep_draft(page, typed)
    return Response(status=204)


@blueprint.get("/alive")
def alive() -> Response:
    """Somebody types: asked for by the page's script, so that typing is no idleness."""
    return Response(here().vault.state, mimetype="text/plain")
