"""Looking: the list, the search, one submission, the letters that wait."""

from urllib.parse import urlencode

from flask import Blueprint, request
from werkzeug.wrappers import Response as Reply

from forms_api import clock
from forms_api.fields import TextLine
from forms_api.inbox import lists, pages, publishing, single
from forms_api.inbox.desktop import here
from forms_api.inbox.lists import GROUPS, STATUSES, Listed, Wanted
from forms_api.inbox.routes.guard import entry_of, needs_key, see_other
from forms_api.store import desk
from forms_api.store.letters import is_about_address

blueprint = Blueprint("looking", __name__)


@blueprint.get("/")
@needs_key
def inbox() -> Reply:
    mine = here()
    wanted, found = what_is_wanted()
    everything = mine.vault.shelf.entries()
    waiting = publishing.waiting(
        mine.engine, mine.vault.shelf, mine.vault.desk, mine.settings.one_desk
    )
    lead = {one.entry.reference: _first_words(one) for one in found.rows}
    return pages.page(
        "list.html",
        wanted=wanted,
        found=found,
        text=mine.searches.get(wanted.search, ""),
        groups=GROUPS,
        statuses=STATUSES,
        forms=list(mine.forms),
        empty=not everything,
        trouble=mine.post.trouble,
        bad=sum(one.facets.bad for one in everything),
        lead=lead,
        alone=mine.seal_for_desks.alone,
        to_release=sum(one.turn == "ours" for one in waiting),
        unlisted=not mine.seal_for_desks.alone and not mine.vault.listed,
    )


@blueprint.post("/search")
@needs_key
def search() -> Reply:
    """The text stays in memory: the address names it by a number only."""
    mine = here()
    wanted = Wanted.from_query(request.form.to_dict(), mine.vault.desk)
    text = request.form.get("text", "").strip()
    number = mine.remember(text) if text else 0
    return see_other("/?" + urlencode(wanted.query(search=number)))


@blueprint.get("/s/<reference>")
@needs_key
def one(reference: str) -> Reply:
    mine = here()
    entry = entry_of(reference)
    done = request.args.get("done", "")
    return single.page(entry, typed=mine.draft_of(request.path), done=done)


@blueprint.get("/mail")
@needs_key
def mail() -> Reply:
    mine = here()
    with mine.engine.connect() as connection:
        letters = desk.letters_to_persons(connection)
    held = mine.post.held(letters)
    gone = any(row["state"] == "dead" and is_about_address(row["last_error"]) for row in letters)
    return pages.page(
        "mail.html",
        letters=letters,
        held=held,
        trouble=mine.post.trouble,
        works=mine.post.works,
        gone=gone,
    )


@blueprint.post("/mail")
@needs_key
def mail_again() -> Reply:
    here().post.try_again()
    return see_other("/mail")


@blueprint.post("/mail/drop")
@needs_key
def drop_letter() -> Reply:
    mine = here()
    mine.actions.drop_letter(request.form.get("name", ""))
    return see_other("/mail")


def what_is_wanted() -> tuple[Wanted, Listed]:
    """By the address, else what is open at this desk."""
    mine = here()
    wanted = Wanted.from_query(request.args.to_dict(), mine.vault.desk)
    text = mine.searches.get(wanted.search, "")
    entries = mine.vault.shelf.entries()
    return wanted, lists.listed(entries, wanted, mine.forms, clock.today(), text)


def _first_words(row: lists.Row) -> str:
    """The longest text that was typed, cut: it says best what a submission is about."""
    form = here().forms.get(row.entry.form)
    typed = {one.name for one in form.fields if isinstance(one, TextLine)} if form else set()
    given = row.entry.answers or {}
    texts = [str(text) for name, text in given.items() if name in typed]
    longest = " ".join(max(texts, key=len, default="").split())
    return longest if len(longest) <= 60 else f"{longest[:59]}…"
