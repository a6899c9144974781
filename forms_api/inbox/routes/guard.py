"""What needs the key: the page for unlocking, or the progress of opening, stands in its place; and
what is read of a query or a form before anything is done with it.
"""

import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final

from flask import Response, abort, redirect, request
from werkzeug.wrappers import Response as Reply

from forms_api.inbox import pages
from forms_api.inbox.desktop import here
from forms_api.inbox.lists import whole_number
from forms_api.inbox.shelf import Entry

View = Callable[..., Reply]
NOT_KEPT = {"csrf", "passphrase", "page"}
#: An address of ours, written as browsers write it: nothing that one of them reads as another host.
_LOCAL: Final = re.compile(r"/(?:[A-Za-z0-9?][!-~]{0,2000})?")


def needs_key(view: View) -> View:
    """What was typed is kept when the inbox locked itself meanwhile, and shown again afterwards."""

    @wraps(view)
    def guarded(**names: Any) -> Reply:
        mine = here()
        if mine.vault.state == "open":
            mine.vault.shelf.sync()
            return view(**names)
        if request.method == "POST" and "reference" in names:
            kept = {name: text for name, text in request.form.items() if name not in NOT_KEPT}
            mine.keep_draft(pages.page_of_post(), kept)
        if mine.vault.state == "opening":
            return see_other(pages.page_of_post()) if request.method == "POST" else opening()
        return unlock_page()

    return guarded


def unlock_page(status: int = 200) -> Response:
    """For the address that was asked for; what was sent there leads to its page."""
    mine = here()
    then = request.full_path.rstrip("?") if request.method == "GET" else pages.page_of_post()
    if request.endpoint == "entering.unlock":
        then = local(request.form.get("then", "/"))
    vault = mine.vault
    return pages.page(
        "unlock.html",
        status=status,
        then=then,
        refusal=vault.refusal,
        idle=vault.idle,
        files=[path.name for path in mine.identities],
        chosen=vault.identity.name if vault.identity else "",
        passphrase=vault.needs_passphrase() or len(mine.identities) > 1,
        chosen_desk=vault.desk or mine.asked_desk,
        kept=then.partition("?")[0] in mine.drafts,
    )


def opening() -> Response:
    done, total = here().vault.progress()
    return pages.page("opening.html", refresh=1, done=done, total=total)


def entry_of(reference: str) -> Entry:
    """404 for what is not there, or was purged."""
    found = here().vault.shelf.find(reference)
    if found is None:
        abort(404)
    return found


def local(given: str) -> str:
    """An address of this inbox, or the list's for anything else."""
    return given if _LOCAL.fullmatch(given) else "/"


def edition_of(given: Mapping[str, str]) -> int:
    """The version that a form was made from; 404 without one."""
    edition = whole_number(given.get("edition", ""))
    if edition is None:
        abort(404)
    return edition


def see_other(path: str) -> Reply:
    return redirect(path, 303)
