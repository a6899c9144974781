"""A question and answer that may be published, and its offer in a transaction of its own."""

from __future__ import annotations

from sqlalchemy import Engine

from forms_api.store.answers import offer_answer
from forms_api.store.engine import begin_writing

QUESTION = {"zh": "出门在外，党费怎么交？", "en": "How do I pay dues when I live away?"}
ANSWER = {
    "zh": "党费按月交给所在支部。出门在外，先问支部怎么交。",
    "en": "Dues are paid monthly to your branch. When away, ask it first how to pay.",
}


def offer(engine: Engine, number: int | None = None, **changes: dict[str, str]) -> str:
    """The slug; `changes`: another question or answer."""
    words = {"question": QUESTION, "answer": ANSWER, **changes}
    with engine.begin() as connection:
        begin_writing(connection)
        return offer_answer(connection, topic="dues", desk="guide", number=number, **words)
