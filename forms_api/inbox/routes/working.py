"""Working on one submission: what is posted to /s/<reference>/…, each one action."""

from collections.abc import Mapping

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response as Reply

from forms_api.codes import parse_reference
from forms_api.contacts import check_email
from forms_api.guards import clean
from forms_api.inbox import one as reading
from forms_api.inbox import pages, replies, single
from forms_api.inbox.actions import STATUSES, Stale
from forms_api.inbox.desktop import here
from forms_api.inbox.replies import WAYS, Sealed
from forms_api.inbox.routes.guard import edition_of, entry_of, needs_key, see_other
from forms_api.inbox.shelf import Entry
from forms_api.store import desk
from forms_api.store.letters import of_reply

blueprint = Blueprint("working", __name__)
LONGEST = 5000  # characters of an answer or a note


@blueprint.post("/s/<reference>/<any(status,note,hand,merge,spam,answer,sign):action>")
@needs_key
def work(reference: str, action: str) -> Reply:
    """Does it and goes back to the submission; 409 with both versions when it was changed."""
    entry = entry_of(reference)
    given = request.form.to_dict()
    try:
        faults = _ACTIONS[action](entry, edition_of(given), given)
    except Stale:
        here().vault.shelf.sync()
        return single.page(entry_of(reference), status=409, stale=given)
    if faults:
        return single.page(entry, status=422, typed=given, faults=faults)
    return see_other(f"/s/{reference}?done={action}#top")


@blueprint.get("/s/<reference>/erase")
@needs_key
def ask_erase(reference: str) -> Reply:
    entry = entry_of(reference)
    return pages.page("erase.html", entry=entry, fault="")


@blueprint.post("/s/<reference>/erase")
@needs_key
def erase(reference: str) -> Reply:
    mine, entry = here(), entry_of(reference)
    if request.form.get("sure") != "yes":
        fault = pages.words(mine.lang)("erase.sure_missing")
        return pages.page("erase.html", status=422, entry=entry, fault=fault)
    try:
        mine.actions.erase(entry, edition_of(request.form))
    except Stale:
        mine.vault.shelf.sync()
        return single.page(entry_of(reference), status=409, stale=request.form.to_dict())
    return see_other(f"/s/{reference}")


def _status(entry: Entry, edition: int, given: Mapping[str, str]) -> dict[str, str]:
    if given.get("status") not in STATUSES:
        abort(404)
    here().actions.status(entry, edition, given["status"])
    return {}


def _hand(entry: Entry, edition: int, given: Mapping[str, str]) -> dict[str, str]:
    mine = here()
    to = given.get("desk", "")
    if to not in mine.desks:
        abort(404)
    if to != entry.desk:
        mine.actions.hand(entry, edition, to)
    return {}


def _spam(entry: Entry, edition: int, given: Mapping[str, str]) -> dict[str, str]:
    mine = here()
    is_spam = given.get("spam") == "yes"
    if is_spam != entry.is_spam:
        mine.actions.spam(entry, edition, mine.forms.get(entry.form), is_spam=is_spam)
    return {}


def _merge(entry: Entry, edition: int, given: Mapping[str, str]) -> dict[str, str]:
    mine = here()
    reference = parse_reference(given.get("original", ""))
    original = mine.vault.shelf.find(reference) if reference else None
    wrong = original is None or original.number == entry.number
    if original is None or wrong or original.duplicate_of == entry.number:
        return {"original": pages.words(mine.lang)("fault.original")}
    mine.actions.merge(entry, edition, original)
    return {}


def _note(entry: Entry, edition: int, given: Mapping[str, str]) -> dict[str, str]:
    mine = here()
    text = clean(given.get("note", ""))
    if fault := _unfit(text):
        return {"note": fault}
    sealer = mine.seal_for_desks.sealer(mine.vault.recipient)
    _, signed = mine.vault.sign("note", entry.reference, text=text)
    mine.actions.note(entry, edition, sealer.seal(signed))
    return {}


def _answer(entry: Entry, edition: int, given: Mapping[str, str]) -> dict[str, str]:
    mine = here()
    w = pages.words(mine.lang)
    text, way = clean(given.get("text", "")), given.get("way", "")
    if way not in WAYS:
        return {"way": w("fault.way")}
    if way == "email" and check_email(reading.contact_of(entry))[1]:
        return {"way": w("fault.no_mail")}
    if fault := _unfit(text):
        return {"text": fault}
    mine.actions.answer(
        entry, edition, _sealed(entry, way, text), close=given.get("close") == "yes"
    )
    mine.post.nudge()
    return {}


def _sign(entry: Entry, edition: int, given: Mapping[str, str]) -> dict[str, str]:
    """An answer without a good signature, or with one of long ago: this desk has read it and stands
    for it from now on; mail that still waits goes out.
    """
    mine = here()
    one = reading.read(mine.engine, mine.vault.shelf, entry)
    said = next((each for each in one.replies if str(each.number) == given.get("reply")), None)
    if said is None or not said.text or said.way not in WAYS:
        abort(404)
    if said.way == "email" and check_email(reading.contact_of(entry))[1]:
        return {"way": pages.words(mine.lang)("fault.no_mail")}
    sealed = _sealed(entry, said.way, said.text)
    names = [name for name in (said.letter, of_reply(said.number)) if name]
    if not mine.actions.sign(entry, edition, said.number, sealed, names) and sealed.letter:
        mine.post.sent.add(sealed.letter)  # it went out long ago
    mine.post.nudge()
    return {}


def _sealed(entry: Entry, way: str, text: str) -> Sealed:
    mine = here()
    to = reading.contact_of(entry) if way == "email" else ""
    piece, signed = mine.vault.sign(replies.KIND, entry.reference, way=way, text=text, to=to)
    holder = entry.holder
    if holder is None:  # of before senders' programs sealed it
        with mine.engine.connect() as connection:
            holder = desk.public_key(connection, entry.number)
    sealer = mine.seal_for_desks.sealer(mine.vault.recipient)
    return replies.seal(sealer, holder, piece, signed)


def _unfit(text: str) -> str:
    """Why a text cannot be kept, "" when it can."""
    w = pages.words(here().lang)
    if not text:
        return w("fault.empty")
    return w("fault.too_long", max=LONGEST, over=len(text) - LONGEST) if len(text) > LONGEST else ""


_ACTIONS = {
    "status": _status,
    "note": _note,
    "hand": _hand,
    "merge": _merge,
    "spam": _spam,
    "answer": _answer,
    "sign": _sign,
}
