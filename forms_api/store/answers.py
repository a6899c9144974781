"""Questions and answers on their way to the site: released by a desk, pulled, taken back.

What a desk proposes lies sealed in a table of its own (store/desk.py) until another has released it
here.

An answer outlives the submission it was made from, and nothing in it leads there: it keeps a hash
of the hash by which the access code finds its submission. As long as the submission is there, its
desk finds the answer; once it is purged, only the holder of the code does, to take it back.
Taking back empties the row and leaves a tombstone, which a restored backup and `answers pull`
obey. The desk that releases it signs what will stand: `answers pull` takes nothing else.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, insert, select, update

from forms_api import clock, codes, publishable
from forms_api.detached_signatures import Sign
from forms_api.publishable import Fault
from forms_api.store import submissions
from forms_api.store.tables import proposal, published_answer, submission, tombstone

OFFERED: Final = "offered"
PULLED: Final = "pulled"
WITHDRAWN: Final = "withdrawn"
#: What a release is among the texts that desks sign.
KIND: Final = "release"
_TEXTS: Final = {"question_zh": "", "question_en": "", "answer_zh": "", "answer_en": ""}
_EMPTY: Final = {**_TEXTS, "signature": None}
_SLUG: Final = "A-"  # how the tombstone of an answer begins; references have two dashes
_ALL = select(published_answer)


class AnswerRefused(Exception):
    """What cannot be published, with everything that is wrong; nothing was stored."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(", ".join(f"{one.part} {one.lang} {one.code}" for one in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class PublishedAnswer:
    """`checked` is a year; texts are empty once it is withdrawn."""

    slug: str
    topic: str
    question: Mapping[str, str]
    answer: Mapping[str, str]
    checked: int
    version: int
    state: str
    signature: str | None = None

    def said(self) -> dict[str, object]:
        """What is signed of it."""
        return {
            "slug": self.slug,
            "topic": self.topic,
            "question": self.question,
            "answer": self.answer,
            "checked": self.checked,
            "version": self.version,
        }


def offer_answer(
    connection: Connection,
    *,
    topic: str,
    question: Mapping[str, str],
    answer: Mapping[str, str],
    desk: str,
    sign: Sign,
    number: int | None = None,
) -> str:
    """The slug of the answer, which the next pull takes to the site. In a writing transaction.

    `number` is the submission it was made from: whoever offers has opened it and seen that its
    `publish_ok` is yes. Offering again for the same submission changes the answer already there;
    the same words are stored once, with the newer signature. Raises AnswerRefused, and LookupError
    for a submission that is gone or withdrawn: its consent went with it.
    """
    asked, said = publishable.cleaned(question), publishable.cleaned(answer)
    if wrong := publishable.faults(topic, asked, said):
        raise AnswerRefused(wrong)
    holder = _holder_of(connection, number) if number is not None else None
    words = {"topic": topic, "checked": clock.today().year}
    words |= {f"question_{lang}": text for lang, text in asked.items()}
    words |= {f"answer_{lang}": text for lang, text in said.items()}
    there = _there(connection, holder, words)
    if there is None:
        slug = codes.new_slug()
        row = {"slug": slug, **words, "version": 1, "state": OFFERED, "holder": holder}
        signature = sign(KIND, as_object(row).said())
        connection.execute(insert(published_answer).values(**row, signature=signature))
    else:
        slug = there["slug"]
        same = all(there[name] == value for name, value in words.items())
        new = {**words, "version": there["version"]}
        if not same:
            new |= {"version": there["version"] + 1, "state": OFFERED}
        signature = sign(KIND, as_object({**there, **new}).said())
        mine = published_answer.c.slug == slug
        connection.execute(update(published_answer).where(mine).values(**new, signature=signature))
        if same:
            return str(slug)
    submissions.note(connection, number, clock.today().isoformat(), desk, "offered")
    return str(slug)


def answer_of(connection: Connection, number: int) -> PublishedAnswer | None:
    """The answer made from this submission, unless it was withdrawn."""
    key = select(submission.c.code_hash).where(submission.c.id == number)
    code_hash = connection.execute(key).scalar_one_or_none()
    return held(connection, code_hash) if code_hash else None


def held(connection: Connection, code_hash: bytes) -> PublishedAnswer | None:
    """The answer that the holder of this access code may take back."""
    mine = published_answer.c.holder == _holder(code_hash)
    row = connection.execute(_ALL.where(mine)).mappings().first()
    return as_object(row) if row else None


def is_proposed(connection: Connection, code_hash: bytes) -> bool:
    """Whether a desk wants to publish what came from the holder of this access code."""
    mine = select(proposal.c.id).join(submission, submission.c.id == proposal.c.submission)
    return connection.execute(mine.where(submission.c.code_hash == code_hash)).first() is not None


def withdraw_answer(connection: Connection, slug: str, *, actor: str) -> bool:
    """Empties it for good; the next pull removes its file. False when there is nothing to empty.

    `actor` is the desk, or "public". In a writing transaction.
    """
    c = published_answer.c
    mine = (c.slug == slug, c.state != WITHDRAWN)
    gone = {**_EMPTY, "state": WITHDRAWN, "holder": None}
    if connection.execute(update(published_answer).where(*mine).values(gone)).rowcount == 0:
        return False
    today = clock.today().isoformat()
    submissions.bury(connection, slug.upper(), today, "withdrawn")
    submissions.note(connection, None, today, actor, "answer-withdrawn")
    return True


def withdraw_again(connection: Connection, names: Sequence[str]) -> int:
    """Tombstones replayed on a restored database; how many answers had come back."""
    slugs = [name.lower() for name in names if name.startswith(_SLUG)]
    return sum(withdraw_answer(connection, slug, actor="system") for slug in slugs)


def to_pull(connection: Connection) -> list[PublishedAnswer]:
    """All that are to stand on the site, by topic and slug; offered or pulled before."""
    order = (published_answer.c.topic, published_answer.c.slug)
    wanted = _ALL.where(published_answer.c.state != WITHDRAWN).order_by(*order)
    return [as_object(row) for row in connection.execute(wanted).mappings()]


def withdrawn(connection: Connection) -> set[str]:
    """Slugs that must not stand on the site, also those whose rows a restored backup lacks.

    No desk's signature is asked for: whoever holds the access code takes an answer back without
    any. A forged one takes a page away and no more.
    """
    gone = select(published_answer.c.slug).where(published_answer.c.state == WITHDRAWN)
    stones = select(tombstone.c.reference).where(tombstone.c.reference.startswith(_SLUG))
    found = [*connection.execute(gone).scalars(), *connection.execute(stones).scalars()]
    return {name.lower() for name in found if isinstance(name, str)}


def mark_pulled(connection: Connection, taken: Sequence[PublishedAnswer]) -> None:
    """Unless a desk changed it meanwhile: then the next pull takes it again."""
    for one in taken:
        c = published_answer.c
        same = (c.slug == one.slug, c.version == one.version, c.state == OFFERED)
        connection.execute(update(published_answer).where(*same).values(state=PULLED))


def _there(
    connection: Connection, holder: bytes | None, words: Mapping[str, Any]
) -> RowMapping | None:
    """The row to change: of the same submission, or of the same words without any."""
    c = published_answer.c
    if holder is not None:
        found = _ALL.where(c.holder == holder)
    else:
        equal = [c[name] == value for name, value in words.items() if name != "checked"]
        found = _ALL.where(c.holder.is_(None), c.state != WITHDRAWN, *equal)
    return connection.execute(found).mappings().first()


def _holder_of(connection: Connection, number: int) -> bytes:
    c = submission.c
    found = select(c.code_hash).where(c.id == number, c.status != "withdrawn")
    code_hash = connection.execute(found).scalar_one_or_none()
    if code_hash is None:
        raise LookupError(number)
    return _holder(code_hash)


def _holder(code_hash: bytes) -> bytes:
    return hashlib.blake2b(code_hash, digest_size=32, person=b"jq answer").digest()


def as_object(row: Mapping[str, Any] | RowMapping) -> PublishedAnswer:
    return PublishedAnswer(
        slug=row["slug"],
        topic=row["topic"],
        question={"zh": row["question_zh"], "en": row["question_en"]},
        answer={"zh": row["answer_zh"], "en": row["answer_en"]},
        checked=row["checked"],
        version=row["version"],
        state=row["state"],
        signature=row.get("signature"),
    )
