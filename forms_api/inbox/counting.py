"""Counting what was chosen, by an unlocked inbox: the host cannot read it.

A submission is counted once its month is over, or a week before it is deleted. What no inbox has
opened until then is not counted. The counts are signed and sealed to the desks; cells that single
nobody out stand in the clear beside them (totals.py), signed as well, for `answers pull`.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from forms_api import clock, totals
from forms_api.answers import Value
from forms_api.detached_signatures import Sign
from forms_api.fields import Checks
from forms_api.form import Form
from forms_api.inbox import one
from forms_api.inbox.shelf import Entry, Shelf
from forms_api.payloads import Unreadable
from forms_api.privacy import Write
from forms_api.sealing import Sealer
from forms_api.signatures import NotGenuine, Piece
from forms_api.store import aggregates
from forms_api.store.aggregates import Aggregate, Raced

KIND: Final = "counts"  # of what is signed; in place of a reference stands the form
_LAST_DAYS: Final = timedelta(7)
# Somebody was quicker, the database is away, the inbox was locked, or a desk's counts are not what
# they should be: they are never written over.
_FAULTS: Final = (
    Raced,
    SQLAlchemyError,
    Unreadable,
    NotGenuine,
    LookupError,
    ValueError,
    TypeError,
)
_log = structlog.get_logger()


@dataclass(slots=True)
class Counted:
    """Of one field: how many answered it, and how often each choice was made."""

    persons: int = 0
    cells: Counter[str] = field(default_factory=Counter)


class Accumulator:
    """Counts of one form, as they are sealed."""

    def __init__(self, form: Form, payload: Mapping[str, Any] | None = None) -> None:
        known = payload or {"persons": 0, "looked": 0, "fields": {}}
        self._form = form
        self._persons: int = known["persons"]
        self._looked: int = known["looked"]
        self._fields: dict[str, Counted] = defaultdict(Counted)
        for name, made in known["fields"].items():
            self._fields[name] = Counted(made["persons"], Counter(made["cells"]))

    def payload(self) -> dict[str, Any]:
        """`looked`: how many persons there were when it was last looked at what may be released."""
        fields = {
            name: {"persons": one.persons, "cells": dict(one.cells)}
            for name, one in self._fields.items()
        }
        return {
            "form": self._form.id,
            "persons": self._persons,
            "looked": self._looked,
            "fields": fields,
        }

    def add(self, answers: Mapping[str, Value]) -> None:
        """One person's."""
        chosen: dict[str, set[str]] = defaultdict(set)
        for name, choice in self._form.tallies(answers):
            chosen[name].add(choice)
        self._persons += 1
        for name, choices in chosen.items():
            self._fields[name].persons += 1
            self._fields[name].cells.update(choices)

    def release(self, before: Mapping[str, totals.Shown]) -> dict[str, totals.Shown]:
        """What may stand in the clear after what stood there `before`.

        It is looked at anew when LEAST more persons were counted since: whatever changes then tells
        of none of them which choice was theirs.
        """
        released = dict(before)
        if self._persons - self._looked < totals.LEAST:
            return released
        self._looked = self._persons
        for name, counted in self._fields.items():
            ticks = isinstance(self._form.field(name), Checks)
            persons = None if ticks else counted.persons
            if cells := totals.renewed(before.get(name, {}), counted.cells, persons):
                released[name] = cells
        return released


@dataclass(frozen=True, slots=True)
class Counting:
    """`sealer` seals to all desks; None where no list of them is known: then nothing is counted."""

    engine: Engine
    write: Write
    forms: Mapping[str, Form]
    sealer: Callable[[], Sealer | None]
    sign: Callable[..., tuple[Piece, Mapping[str, str]]]
    sign_public: Sign

    def __call__(self, shelf: Shelf) -> None:
        """After the inbox was opened; what cannot be counted now is counted another time."""
        sealer = self.sealer()
        if sealer is None:
            return
        for name, entries in self._due(shelf, clock.today()).items():
            try:
                self._count(self.forms[name], entries, shelf, sealer)
            except _FAULTS as error:
                _log.warning("not counted", kind=type(error).__name__)

    def _due(self, shelf: Shelf, today: date) -> Mapping[str, list[Entry]]:
        try:
            with self.engine.connect() as connection:
                numbers = list(aggregates.uncounted(connection))
        except SQLAlchemyError as error:
            _log.warning("not counted", kind=type(error).__name__)
            return {}
        due: dict[str, list[Entry]] = defaultdict(list)
        for entry in filter(None, map(shelf.get, numbers)):
            form = self.forms.get(entry.form)
            if form is None or form.counted_by_host or not form.counts or entry.answers is None:
                continue
            over = entry.received_on[:7] < f"{today:%Y-%m}"
            if over or one.last_day(entry, self.forms) - today <= _LAST_DAYS:
                due[form.id].append(entry)
        return due

    def _count(self, form: Form, entries: Iterable[Entry], shelf: Shelf, sealer: Sealer) -> None:
        with self.engine.connect() as connection:
            before = aggregates.find(connection, form.id)
        known = None
        if before.sealed is not None:
            known = json.loads(shelf.piece(before.sealed, KIND, form.id).text)
        counts, numbers = Accumulator(form, known), []
        for entry in entries:
            counts.add(entry.answers or {})
            numbers.append(entry.number)
        # What stood in the clear is taken from what is sealed: the host may have written there.
        released = counts.release((known or {}).get("released", before.released))
        payload = {**counts.payload(), "released": released}
        _, signed = self.sign(KIND, form.id, text=json.dumps(payload))
        signature = self.sign_public(aggregates.KIND, aggregates.said(form.id, released))
        new = Aggregate(before.edition + 1, sealer.seal(signed), released, signature)
        self.write(partial(aggregates.put, form=form.id, new=new, numbers=numbers))
