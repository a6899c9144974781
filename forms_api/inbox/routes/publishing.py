"""Making an answer public: one desk proposes it, another reads what will stand and releases it."""

from collections.abc import Mapping

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response as Reply

from forms_api import clock, publishable
from forms_api.guards import clean
from forms_api.inbox import one as looking
from forms_api.inbox import pages, publishing, single
from forms_api.inbox.actions import Stale
from forms_api.inbox.desktop import here
from forms_api.inbox.publishing import Proposal, drafted, turn
from forms_api.inbox.routes.guard import edition_of, entry_of, needs_key, see_other
from forms_api.inbox.shelf import Entry
from forms_api.inbox.simplified import simplified
from forms_api.languages import TRADITIONAL, source
from forms_api.store.answers import AnswerRefused

blueprint = Blueprint("publishing", __name__)
REASON = 1000  # characters


@blueprint.get("/release")
@needs_key
def waiting() -> Reply:
    mine = here()
    found = publishing.waiting(
        mine.engine, mine.vault.shelf, mine.vault.desk, mine.settings.one_desk
    )
    return pages.page("waiting.html", found=found)


@blueprint.get("/s/<reference>/publish")
@needs_key
def edit(reference: str) -> Reply:
    """Filled with what is proposed, else what is published, else the question and the last answer
    in the person's language, to be edited.

    What was asked in Traditional characters stands there in Simplified ones: the site is written
    in these, and the build makes the others.
    """
    entry = entry_of(reference)
    if draft := here().draft_of(request.path):
        return _edit_page(entry, draft, kept=True)
    one = looking.read(here().engine, here().vault.shelf, entry)
    if one.proposal:
        return _edit_page(entry, one.proposal.fields())
    given = entry.answers or {}
    texts = {"topic": str(given.get("topic", ""))}
    if one.published:
        texts["topic"] = one.published.topic
        for part, pair in (("question", one.published.question), ("answer", one.published.answer)):
            texts |= {f"{part}_{lang}": text for lang, text in pair.items()}
    else:
        folder = source(entry.lang)
        texts[f"question_{folder}"] = " ".join(str(given.get("question", "")).split())
        said = [reply.text for reply in one.replies if reply.text]
        texts[f"answer_{folder}"] = said[-1] if said else ""
        if entry.lang == TRADITIONAL:
            texts = {name: simplified(text) for name, text in texts.items()}
    return _edit_page(entry, texts)


@blueprint.post("/s/<reference>/publish")
@needs_key
def propose(reference: str) -> Reply:
    mine, entry = here(), _agreed(reference)
    given = request.form.to_dict()
    proposal = drafted(given)
    if faults := proposal.faults():
        return _edit_page(entry, given, _words_of(faults))
    try:
        mine.actions.propose(entry, edition_of(given), _signed(entry, proposal.text()))
    except Stale:
        mine.vault.shelf.sync()
        return _edit_page(entry_of(reference), given, stale=True)
    return see_other(f"/s/{reference}?done=propose#top")


@blueprint.post("/s/<reference>/take-back")
@needs_key
def take_back(reference: str) -> Reply:
    mine, entry = here(), entry_of(reference)
    given = request.form.to_dict()
    try:
        mine.actions.take_back(entry, edition_of(given))
    except Stale:
        mine.vault.shelf.sync()
        return single.page(entry_of(reference), status=409, stale=given)
    return see_other(f"/s/{reference}?done=take_back#top")


@blueprint.get("/s/<reference>/release")
@needs_key
def read(reference: str) -> Reply:
    draft = here().draft_of(request.path)
    return _release_page(_agreed(reference), draft or {}, kept=draft is not None)


@blueprint.post("/s/<reference>/release")
@needs_key
def release(reference: str) -> Reply:
    """Releases what was shown, or sends it back with a reason."""
    mine, entry = here(), _agreed(reference)
    given = request.form.to_dict()
    _, proposal = publishing.proposal_of(mine.engine, mine.vault.shelf, entry)
    if proposal is None or proposal.mark != given.get("mark"):
        return _release_page(entry, given, stale=True)
    if turn(proposal, mine.vault.desk, mine.settings.one_desk, clock.today()) != "ours":
        return _release_page(entry, given)
    back = given.get("what") == "back"
    if faults := _unsure(given, proposal, back):
        return _release_page(entry, given, faults)
    try:
        if back:
            _send_back(entry, edition_of(given), proposal, clean(given["reason"]))
        else:
            mine.actions.release(entry, edition_of(given), proposal, mine.vault.sign_public)
    except AnswerRefused as refused:  # the rules have changed since it was proposed
        return _edit_page(entry, proposal.fields(), _words_of(refused.faults))
    except (Stale, LookupError):
        mine.vault.shelf.sync()
        return _release_page(_agreed(reference), given, stale=True)
    return see_other(f"/s/{reference}?done={'send_back' if back else 'release'}#top")


def _agreed(reference: str) -> Entry:
    """404 for what its sender did not agree to publish."""
    entry = entry_of(reference)
    if (entry.answers or {}).get("publish_ok") != "yes":
        abort(404)
    return entry


def _unsure(given: Mapping[str, str], proposal: Proposal, back: bool) -> dict[str, str]:
    w = pages.words(here().lang)
    reason = clean(given.get("reason", ""))
    if back and not reason:
        return {"reason": w("release.reason_missing")}
    if back and len(reason) > REASON:
        return {"reason": w("fault.too_long", max=REASON, over=len(reason) - REASON)}
    if back:
        return {}
    sure = set(request.form.getlist("ask"))
    faults = {
        f"ask-{number}": w("release.ask_missing", about=one.message(here().lang))
        for number, one in enumerate(proposal.questions())
        if one.key not in sure
    }
    return faults | ({} if given.get("sure") == "yes" else {"sure": w("release.sure_missing")})


def _send_back(entry: Entry, edition: int, proposal: Proposal, reason: str) -> None:
    returned = _signed(entry, proposal.text(back=True))
    note = _signed(entry, reason, "note")
    here().actions.send_back(entry, edition, proposal, returned, note)


def _signed(entry: Entry, text: str, kind: str = publishing.KIND) -> bytes:
    """By this desk, and sealed to all of them."""
    mine = here()
    _, signed = mine.vault.sign(kind, entry.reference, text=text)
    return mine.seal_for_desks.sealer(mine.vault.recipient).seal(signed)


def _words_of(faults: list[publishable.Fault] | tuple[publishable.Fault, ...]) -> dict[str, str]:
    """By field of the page for editing; the first fault of each."""
    lang = here().lang
    return {
        f"{fault.part}_{fault.lang}".rstrip("_"): fault.message(lang) for fault in reversed(faults)
    }


def _edit_page(
    entry: Entry,
    typed: Mapping[str, str],
    faults: Mapping[str, str] | None = None,
    *,
    stale: bool = False,
    kept: bool = False,
) -> Reply:
    mine = here()
    single.note_reading(entry)
    one = looking.read(mine.engine, mine.vault.shelf, entry)
    return pages.page(
        "publish.html",
        status=409 if stale else 422 if faults else 200,
        entry=entry,
        one=one,
        answers=list(mine.labels.rows(entry.form, entry.answers or {}, mine.lang)),
        allowed=(entry.answers or {}).get("publish_ok") == "yes",
        one_desk=mine.settings.one_desk,
        topics={value: text[mine.lang] for value, text in publishable.topics().items()},
        typed=typed,
        faults=faults or {},
        stale=stale,
        kept=kept,
        lengths=publishable.LENGTHS,
    )


def _release_page(
    entry: Entry,
    typed: Mapping[str, str],
    faults: Mapping[str, str] | None = None,
    *,
    stale: bool = False,
    kept: bool = False,
) -> Reply:
    mine = here()
    single.note_reading(entry)
    one = looking.read(mine.engine, mine.vault.shelf, entry)
    if not one.proposed:
        return single.page(
            entry, status=409 if stale else 404, stale=dict(typed) if stale else None
        )
    by = turn(one.proposal, mine.vault.desk, mine.settings.one_desk, clock.today())
    return pages.page(
        "release.html",
        status=409 if stale else 422 if faults else 200,
        entry=entry,
        one=one,
        proposal=one.proposal,
        turn=by,
        questions=one.proposal.questions() if one.proposal else [],
        sure=set(request.form.getlist("ask")),
        answers=list(mine.labels.rows(entry.form, entry.answers or {}, mine.lang)),
        topics={value: text[mine.lang] for value, text in publishable.topics().items()},
        typed=typed,
        faults=faults or {},
        stale=stale,
        kept=kept,
    )
