"""The tables as the code uses them; migrations/versions make them.

Days are ISO dates in the office's zone and compare as text in every database. What concerns
persons has a day and no moment: whoever holds the file shall not be able to match it with a log of
connections. Order is the order of numbers. Moments (ISO 8601 in UTC, to the second) are left
where a letter is tried again or leased, and go when it was sent.
"""

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
)

metadata: Final = MetaData()

submission: Final = Table(
    "submission",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reference", String(20), nullable=False, unique=True),
    Column("form", String(60), nullable=False),
    Column("version", Integer, nullable=False),
    Column("lang", String(2), nullable=False),
    # received, handling, answered, closed, withdrawn
    Column("status", String(10), nullable=False, index=True),
    Column("desk", String(60), nullable=False),  # "" once erased
    Column("branch", String(120)),
    Column("received_on", String(10), nullable=False),
    Column("due_on", String(10)),  # NULL once erased
    Column("answered_on", String(10)),
    Column("closed_on", String(10)),
    Column("retain_until", String(10), nullable=False, index=True),
    Column("spam_score", Integer, nullable=False),
    Column("spam_reason", String(40), nullable=False),
    Column("ciphertext", LargeBinary),  # NULL once erased
    Column("key_ids", String(200), nullable=False),
    Column("code_hash", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("duplicate_of", Integer, ForeignKey("submission.id")),
    # Whether a desk has counted its choices, see `aggregate`.
    Column("counted", Boolean, nullable=False, server_default=false()),
    # One more with each change by a desk: what somebody saw before it is then known to be old.
    Column("edition", Integer, nullable=False, server_default="0"),
)

idempotency: Final = Table(
    "idempotency",
    metadata,
    Column("key_hash", LargeBinary, primary_key=True),
    Column("body_hash", LargeBinary, nullable=False),
    Column("submission", Integer, ForeignKey("submission.id"), nullable=False),
    Column("wrapped_code", LargeBinary),  # NULL once a receipt may no longer be shown again
    Column("created_on", String(10), nullable=False, index=True),
)

consent: Final = Table(
    "consent",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission", Integer, ForeignKey("submission.id"), nullable=False, index=True),
    Column("purpose", String(40), nullable=False),
    Column("notice_version", String(20), nullable=False),
    Column("notice_hash", LargeBinary, nullable=False),
    Column("separate", Boolean, nullable=False),
    Column("given_on", String(10), nullable=False),
    Column("withdrawn_on", String(10)),
)

# Append-only: who (public, desk id, system) did what; nothing personal.
event: Final = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission", Integer, ForeignKey("submission.id"), index=True),
    Column("day", String(10), nullable=False),
    Column("actor", String(60), nullable=False),
    Column("action", String(40), nullable=False),
)

# What the host itself counts, by month (2026-11): whether a page was useful, and what was purged
# (see forgetting.py). What people chose in other forms it cannot read.
tally: Final = Table(
    "tally",
    metadata,
    Column("form", String(60), primary_key=True),
    Column("field", String(40), primary_key=True),
    Column("choice", String(60), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("count", Integer, nullable=False),
)

# What desks counted of a form's choices when they opened the inbox: all of it `sealed` to them, and
# as JSON the cells that single nobody out (totals.py). `edition` as in `submission`.
aggregate: Final = Table(
    "aggregate",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("form", String(60), nullable=False, unique=True),
    Column("edition", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("released", Text, nullable=False),
    Column("signature", Text),  # of `released`; NULL of before
)

# How many seats of a course or activity are given away; never more than `seats`, the number that
# was published when somebody last signed up.
seat: Final = Table(
    "seat",
    metadata,
    Column("event", String(120), primary_key=True),
    Column("seats", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
)

# What a submission holds of it: seats, or a place on the waiting list. Withdrawing removes the row.
place: Final = Table(
    "place",
    metadata,
    Column("submission", Integer, ForeignKey("submission.id"), primary_key=True),
    Column("event", String(120), ForeignKey("seat.event"), nullable=False, index=True),
    Column("seats", Integer, nullable=False),
    Column("waiting", Boolean, nullable=False),
)

# What desks say among themselves about a submission, sealed to their keys.
note: Final = Table(
    "note",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission", Integer, ForeignKey("submission.id"), nullable=False, index=True),
    Column("day", String(10), nullable=False),
    Column("desk", String(60), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

# Answers of a desk: `sealed` to the holder of the access code, `kept` to the desks' keys.
reply: Final = Table(
    "reply",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission", Integer, ForeignKey("submission.id"), nullable=False, index=True),
    Column("day", String(10), nullable=False),
    Column("desk", String(60), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("way", String(10), nullable=False, server_default="status"),  # email, phone, status
    Column("kept", LargeBinary),
)

# Mail that waits: `facts` is JSON of reference, form, desk and due date, never an answer. A letter
# to a person is `sealed` to the desks' keys: an unlocked inbox sends it, and then it is emptied.
outbox: Final = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dedupe", String(120), nullable=False, unique=True),
    Column("submission", Integer, ForeignKey("submission.id"), index=True),
    Column("kind", String(20), nullable=False),
    Column("desk", String(60), nullable=False),
    Column("facts", String(2000), nullable=False),
    Column("state", String(10), nullable=False),  # waiting, sent, dead
    Column("attempts", Integer, nullable=False),
    Column("next_at", String(20), nullable=False),
    Column("lease", String(40)),  # who sends it just now; NULL when nobody does
    Column("lease_until", String(20)),
    Column("sent_on", String(10)),
    Column("last_error", String(200)),
    Column("sealed", LargeBinary),
    Index("ix_outbox_state_next_at", "state", "next_at"),
)

# Which desks opened it and on which days: one list a submission, sealed to the desks' keys.
reading: Final = Table(
    "reading",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission", Integer, ForeignKey("submission.id"), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)

# What one desk proposes to publish, until another has released it: sealed, since whoever looks a
# second time may find what leads to the asker. The texts, the desk and the day are all inside.
proposal: Final = Table(
    "proposal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission", Integer, ForeignKey("submission.id"), nullable=False, unique=True),
    Column("sealed", LargeBinary, nullable=False),
)

# Questions and answers that a desk made anonymous, in the clear: they are made to be public. No
# moment, no desk, no reference: nothing here leads to whoever asked. `holder` is a hash that can
# be found with the access code of the question alone, and takes the answer back (answers.py).
published_answer: Final = Table(
    "published_answer",
    metadata,
    Column("slug", String(20), primary_key=True),
    Column("topic", String(40), nullable=False),
    Column("question_zh", Text, nullable=False),
    Column("question_en", Text, nullable=False),
    Column("answer_zh", Text, nullable=False),
    Column("answer_en", Text, nullable=False),
    Column("checked", Integer, nullable=False),  # the year in which a desk last saw to it
    Column("version", Integer, nullable=False),
    Column("state", String(10), nullable=False, index=True),  # offered, pulled, withdrawn
    Column("holder", LargeBinary, unique=True),  # NULL without a submission, and once withdrawn
    Column("signature", Text),  # detached_signatures.py; NULL of before, and once withdrawn
)

# What was erased or purged, to be erased again when an older backup is restored.
tombstone: Final = Table(
    "tombstone",
    metadata,
    Column("reference", String(20), primary_key=True),
    Column("day", String(10), nullable=False, index=True),
    Column("why", String(20), nullable=False),  # asked, retention, withdrawn
)

# One row: until when the clocks of this database were trusted (forms_api/heartbeat.py), whether
# too much was due at once and since when, and when a person last said that the clock is right.
heartbeat: Final = Table(
    "heartbeat",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(20), nullable=False),
    Column("too_many_since", String(20)),
    Column("confirmed_at", String(20)),
)
