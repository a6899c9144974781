"""The page of one submission, as it is, or beside what somebody else has made of it meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response

from forms_api import clock
from forms_api.inbox import lists, pages
from forms_api.inbox import one as reading
from forms_api.inbox.actions import STATUSES
from forms_api.inbox.desktop import here
from forms_api.inbox.one import Happened
from forms_api.inbox.reading import record
from forms_api.inbox.replies import WAYS
from forms_api.inbox.shelf import Entry

#: What a desk types or chooses on the page; shown again when it could not be done.
_FIELDS = ("way", "text", "close", "note", "status", "desk", "original")


@dataclass(frozen=True, slots=True)
class Conflict:
    """What was seen, what is there now, and what others did in between."""

    seen_status: str
    seen_desk: str
    since: Sequence[Happened]


def note_reading(entry: Entry) -> None:
    """That this desk has the content before it today."""
    mine = here()
    if entry.answers is not None:
        sealer = mine.seal_for_desks.sealer(mine.vault.recipient)
        record(mine.engine, mine.write, mine.vault, entry, sealer)


def page(
    entry: Entry,
    *,
    status: int = 200,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    stale: Mapping[str, str] | None = None,
    done: str = "",
) -> Response:
    """`typed` stands in the forms again; `faults` are words by field; `stale` is a form that was
    made for an older version: what was typed in it is kept, and sent again it counts for this one.
    """
    mine = here()
    note_reading(entry)
    shelf = mine.vault.shelf
    one = reading.read(mine.engine, shelf, entry)
    held = {name: why.reason for name, why in mine.post.held(one.letters).items()}
    kept = stale or typed or {}
    conflict = None
    if stale is not None:
        seen = lists.whole_number(stale.get("newest", "")) or 0
        since = [line for line in one.history if line.id > seen]
        conflict = Conflict(stale.get("seen_status", ""), stale.get("seen_desk", ""), since)
    way = reading.way_of(entry)
    return pages.page(
        "one.html",
        status=status,
        one=one,
        entry=entry,
        row=lists.row_of(entry, mine.forms, clock.today()),
        form=mine.forms.get(entry.form),
        answers=list(mine.labels.rows(entry.form, entry.answers or {}, mine.lang)),
        keep_until=reading.last_day(entry, mine.forms),
        contact=reading.contact_of(entry),
        asked_way=way,
        original=shelf.get(entry.duplicate_of) if entry.duplicate_of else None,
        twins=reading.twins(shelf, entry),
        statuses=STATUSES,
        ways=WAYS,
        all_ways=WAYS,
        held=held,
        typed={**dict.fromkeys(_FIELDS, ""), "way": way if way in WAYS else "status"}
        | {name: kept[name] for name in _FIELDS if kept.get(name)},
        kept=bool(typed) and not faults,
        done=done if f"done.{done}" in pages.words(mine.lang) else "",
        faults=faults or {},
        conflict=conflict,
        mail_works=mine.post.works,
    )
