"""A question and answer that may be published, and its offer in a transaction of its own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from nacl.signing import SigningKey
from sqlalchemy import Engine

from forms_api import clock, detached_signatures, signatures
from forms_api.recipients import Key
from forms_api.signatures import Trust
from forms_api.store.answers import offer_answer
from forms_api.store.engine import begin_writing

QUESTION = {"zh": "出门在外，党费怎么交？", "en": "How do I pay dues when I live away?"}
ANSWER = {
    "zh": "党费按月交给所在支部。出门在外，先问支部怎么交。",
    "en": "Dues are paid monthly to your branch. When away, ask it first how to pay.",
}
SECRET = signatures.signing_key("a desk's key")
TRUST = Trust([Key("guide", "age1guide", "2026-01-01", signs=signatures.public_text(SECRET))])


def signed(kind: str, said: Mapping[str, object], secret: SigningKey = SECRET) -> str:
    return detached_signatures.sign(secret, kind, clock.today().year, said)


def offer(
    engine: Engine,
    number: int | None = None,
    secret: SigningKey = SECRET,
    **changes: dict[str, str],
) -> str:
    """The slug; `changes`: another question or answer."""
    words = {"question": QUESTION, "answer": ANSWER, **changes}
    sign = partial(signed, secret=secret)
    with engine.begin() as connection:
        begin_writing(connection)
        return offer_answer(
            connection, topic="dues", desk="guide", sign=sign, number=number, **words
        )
