"""A confirmed draft as rows: what is sealed, what stays in the clear, what the desk is told."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from forms_api import clock, codes, retention, tokens, workdays
from forms_api.answers import Value
from forms_api.codes import Locks
from forms_api.fields import Consent
from forms_api.form import Form
from forms_api.languages import Edition, Folder, source
from forms_api.sealing import Sealer
from forms_api.store.arriving import Consented, NewSubmission
from forms_api.store.seats import Wish
from forms_api.tokens import Draft

_ASIDE: Final = 100  # spam points; any number above 0 says the same


class Composer:
    """`prefix` gives the first letters of references at the moment of use; `quoted` the reference
    that an access code belongs to, "" for an unknown one.
    """

    def __init__(
        self,
        sealer: Sealer,
        prefix: Callable[[], str],
        quoted: Callable[[str], str],
        secret: str,
    ) -> None:
        self._sealer = sealer
        self._secret = secret
        self._prefix = prefix
        self._quoted = quoted
        self._key_ids = json.dumps(sealer.key_ids)

    def reference(self) -> str:
        return codes.new_reference(self._prefix())

    def compose(
        self, form: Form, draft: Draft, seconds: int, wish: Wish | None
    ) -> tuple[NewSubmission, str]:
        """What is to be stored, and its access code. `seconds` passed since the first read-back."""
        today = clock.today()
        lang = cast(Edition, draft.lang)
        code = codes.new_access_code()
        locks = codes.locks(code)
        branch = form.branch(draft.values)
        days = form.days_to_answer(draft.values)
        event = {"event": wish.on if wish else None}
        last = retention.last_day(form.retention, today, event)
        score, reason = _spam(form, draft, seconds)
        columns: dict[str, Any] = {
            "reference": self.reference(),
            "form": form.id,
            "version": draft.version,
            "lang": source(lang),
            "status": "received",
            "desk": form.desk if branch else form.desk_without_branch or form.desk,
            "branch": branch,
            "received_on": today.isoformat(),
            "due_on": (workdays.after(today, days) if days else last).isoformat(),
            "retain_until": last.isoformat(),
            "spam_score": score,
            "spam_reason": reason,
            "ciphertext": self._sealer.seal(self._payload(form, draft, locks)),
            "key_ids": self._key_ids,
            "code_hash": locks.code_hash,
            "public_key": locks.public_key,
        }
        new = NewSubmission(
            columns=columns,
            consents=[_consented(one, source(lang)) for one in form.consents],
            tallies=list(form.tallies(draft.values)) if form.counted_by_host and not score else [],
            month=f"{today:%Y-%m}",
            key_hash=tokens.key_hash(draft.key),
            body_hash=tokens.body_hash(draft.key, draft),
            wrapped_code=tokens.wrap_code(draft.key, code, self._secret),
            wish=wish,
            notice=None if score or not days else _notice(columns),
        )
        return new, code

    def _payload(self, form: Form, draft: Draft, locks: Locks) -> Mapping[str, object]:
        """What is sealed: the answers by field name, without the consents, which have their table.

        The edition is sealed too: in the clear a submission only says Chinese or English.

        An access code opens and erases, so its place is taken by the reference it belongs to.

        The public key that answers are sealed to stands in the clear too; sealed, it ties these
        answers to their row, and nobody who writes to the database can put another in its place.
        """
        ticks = {one.name for one in form.consents}
        answers: dict[str, Value] = {
            name: value for name, value in draft.values.items() if name not in ticks
        }
        for name, code in form.access_codes(answers).items():
            answers[name] = self._quoted(code)
        return {
            "form": form.id,
            "version": draft.version,
            "lang": draft.lang,
            "answers": answers,
            "holder": locks.public_key.hex(),
        }


def _notice(columns: Mapping[str, object]) -> dict[str, str]:
    """What the desk's mail may say: never an answer."""
    return {name: str(columns[name]) for name in ("reference", "form", "desk", "due_on")}


def _consented(field: Consent, lang: Folder) -> Consented:
    """The hash is of the words that people wrote: those in Traditional characters follow from them,
    and a hash of their own would tell in the clear who reads which.
    """
    digest = hashlib.sha256(field.wording(lang).encode()).digest()
    return Consented(field.purpose, field.version, digest, field.separate)


def _spam(form: Form, draft: Draft, seconds: int) -> tuple[int, str]:
    """Points, and the signs seen. A submission with points is set aside: stored, but hidden from
    the desk's first list, told to nobody, and without a seat.

    One sign alone only marks it, since a person gives each: whoever changes one word of the
    read-back is quick, and an extension may fill in the field that people do not see. A negative
    age is that of clocks that differ, not of anybody's haste. A form without a read-back has no
    haste to measure and owes nobody an answer: there the field alone sets aside.
    """
    signs = ["honeypot"] if draft.trapped else []
    if 0 <= seconds < tokens.FASTEST:
        signs.append("too-fast")
    return (_ASIDE if len(signs) > 1 or (signs and not form.check_page) else 0), ",".join(signs)
