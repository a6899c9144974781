"""64 equal POSTs at once make one record and 64 identical receipts, again and again.

Against a real service over HTTP; the requests of a round leave together. Before the first record,
after it, and with another body under the same key, which is refused.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from forms_api.store.engine import open_engine
from scripts.prove.instance import Running, draft, folder

AT_ONCE = 64


def prove(quick: bool) -> dict[str, Any]:
    rounds = 2 if quick else 20
    with folder() as where:
        service = Running(where)
        try:
            outcomes = [_round(service, number) for number in range(rounds)]
        finally:
            service.stop()
        records = _records(where)
    same = sum(one["same"] for one in outcomes)
    refused = sum(one["refused"] for one in outcomes)
    return {
        "holds": (same, refused) == (rounds, rounds) and records == rounds,
        "rounds": rounds,
        "requests": rounds * (AT_ONCE + 2),
        "rounds_with_one_receipt": same,
        "other_bodies_refused": refused,
        "records": records,
    }


def _round(service: Running, number: int) -> dict[str, bool]:
    one = draft(f"What is the answer to number {number}?")
    gate = threading.Barrier(AT_ONCE)

    def post(_: int) -> tuple[int, str]:
        gate.wait(60)
        status, receipt = service.confirm(one)
        return status, str(receipt)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        replies = set(pool.map(post, range(AT_ONCE)))
    later_status, later = service.confirm(one)
    other_status, _ = service.confirm(draft("Something else entirely?", one.key))
    return {
        "same": replies == {(201, str(later))} and later_status == 201,
        "refused": other_status == 422,
    }


def _records(where: Any) -> int:
    engine = open_engine(f"sqlite:///{where / 'forms.sqlite'}")
    with engine.connect() as connection:
        count = int(connection.exec_driver_sql("SELECT count(*) FROM submission").scalar_one())
    engine.dispose()
    return count
