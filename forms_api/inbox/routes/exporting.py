"""Taking a list out: asked for, confirmed, recorded."""

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as Reply

from forms_api import clock
from forms_api.inbox import export, pages
from forms_api.inbox.desktop import here
from forms_api.inbox.routes.guard import needs_key
from forms_api.inbox.routes.looking import what_is_wanted

blueprint = Blueprint("exporting", __name__)


@blueprint.get("/export")
@needs_key
def ask() -> Reply:
    return _ask()


@blueprint.post("/export")
@needs_key
def take() -> Reply:
    """The same filters as in the address; the record says how many went out and in which form."""
    mine = here()
    kind = request.form.get("kind", "")
    if request.form.get("sure") != "yes" or kind not in export.FORMATS:
        return _ask(pages.words(mine.lang)("export.sure_missing"))
    _, found = what_is_wanted()
    make, mimetype = export.FORMATS[kind]
    entries = list(found.ordered())
    raw = make(entries, export.columns(entries, mine.forms))
    mine.actions.said(f"exported:{kind} {found.total}")
    reply = Response(raw, mimetype=mimetype)
    name = f"inbox-{clock.today().isoformat()}.{kind}"
    reply.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return reply


def _ask(fault: str = "") -> Reply:
    wanted, found = what_is_wanted()
    return pages.page(
        "export.html",
        status=422 if fault else 200,
        wanted=wanted,
        found=found,
        names=export.columns(list(found.ordered()), here().forms),
        kinds=list(export.FORMATS),
        fault=fault,
        text=here().searches.get(wanted.search, ""),
    )
