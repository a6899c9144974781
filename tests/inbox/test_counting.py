"""What was chosen is counted by an unlocked inbox, once, and nothing on the host tells of few."""

from __future__ import annotations

import json
from typing import Any

import pyrage
import pytest

from forms_api import clock, detached_signatures
from forms_api.sealing import Sealer
from forms_api.signatures import Trust
from forms_api.store import aggregates, submissions
from tests.api.examples import answers
from tests.inbox.office import Office

SURVEY = "branch-survey"
PAST = 32  # days: another month, whichever it is


def survey(office: Office, days_ago: int = PAST, **changes: Any) -> str:
    given = answers(office.service.forms[SURVEY])
    return office.sends(SURVEY, days_ago, **{**given, **changes}).reference


def opens(office: Office, key: str = "desk") -> None:
    one = office.desk(key=key)
    one.unlocks()
    (follow,) = one.desktop.vault.follows
    follow(one.desktop.vault.shelf)  # again: nothing is counted twice


def counted(office: Office) -> dict[str, Any]:
    """What a desk's key opens of the counts."""
    with office.service.engine.connect() as connection:
        sealed = aggregates.find(connection, SURVEY).sealed
    assert sealed is not None
    identity = office.identities["recovery"].read_text("utf-8").split()[-1]
    envelope = json.loads(pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(identity)]))
    found: dict[str, Any] = json.loads(json.loads(envelope["signed"])["text"])
    return found


def released(office: Office) -> Any:
    return json.loads(office.rows("SELECT released FROM aggregate WHERE form = ?", SURVEY)[0][0])


def test_the_host_does_not_know_what_anybody_chose(office: Office) -> None:
    survey(office)
    office.sends("help-rights", PAST, **answers(office.service.forms["help-rights"]))
    assert office.rows("SELECT * FROM tally") == []
    opens(office)
    assert released(office) == {}
    assert counted(office)["fields"]["know"] == {"persons": 1, "cells": {"yes": 1}}
    assert office.rows("SELECT counted FROM submission") == [(1,), (1,)]


def test_cells_of_ten_and_more_stand_in_the_clear_and_smaller_ones_do_not(office: Office) -> None:
    for number in range(25):
        survey(office, know="yes" if number < 12 else "no" if number < 22 else "unsure")
    opens(office)
    assert released(office)["know"] == {"yes": 12, "no": None, "unsure": None}
    assert counted(office)["fields"]["know"]["cells"] == {"yes": 12, "no": 10, "unsure": 3}
    for _ in range(9):
        survey(office, know="yes")
    opens(office, "recovery")
    assert released(office)["know"]["yes"] == 12
    survey(office, know="yes")
    opens(office)
    assert released(office)["know"]["yes"] == 22
    assert (counted(office)["persons"], len(office.rows("SELECT * FROM aggregate"))) == (35, 1)


def test_what_is_erased_set_aside_or_of_this_month_is_not_counted(office: Office) -> None:
    kept, erased, spam = survey(office), survey(office), survey(office)
    survey(office, days_ago=0)
    today = clock.today().isoformat()
    mark = "UPDATE submission SET spam_score = 100 WHERE reference = ?"
    write = office.service.writer.submit
    write(lambda connection: connection.exec_driver_sql(mark, (spam,))).result(10)
    write(lambda connection: submissions.erase_again(connection, [erased], today)).result(10)
    opens(office)
    assert office.rows("SELECT reference FROM submission WHERE counted = 1") == [(kept,)]
    assert counted(office)["persons"] == 1


def test_what_is_about_to_be_deleted_is_counted_before_its_month_is_over(office: Office) -> None:
    survey(office, days_ago=0)
    soon = "UPDATE submission SET retain_until = ?"
    office.service.writer.submit(
        lambda c: c.exec_driver_sql(soon, (clock.today().isoformat(),))
    ).result(10)
    opens(office)
    assert counted(office)["persons"] == 1


def test_two_inboxes_at_once_count_nothing_twice(office: Office) -> None:
    survey(office)
    opens(office)
    with office.service.engine.connect() as connection:
        stale = aggregates.find(connection, SURVEY)
    survey(office)
    opens(office)
    number = office.rows("SELECT max(id) FROM submission")[0][0]
    late = aggregates.Aggregate(stale.edition + 1, stale.sealed, {})
    done = office.service.writer.submit(lambda c: aggregates.put(c, SURVEY, late, [number]))
    with pytest.raises(aggregates.Raced):
        done.result(10)
    again = aggregates.Aggregate(stale.edition + 2, stale.sealed, {})
    done = office.service.writer.submit(lambda c: aggregates.put(c, SURVEY, again, [number]))
    with pytest.raises(aggregates.Raced):  # it is counted already
        done.result(10)
    assert counted(office)["persons"] == 2


def test_cells_that_the_host_wrote_into_the_clear_are_not_carried_on(office: Office) -> None:
    for _ in range(12):
        survey(office, know="yes")
    opens(office)
    lie = json.dumps({"know": {"yes": 900}})
    office.service.writer.submit(
        lambda c: c.exec_driver_sql("UPDATE aggregate SET released = ?", (lie,))
    ).result(10)
    survey(office, know="yes")
    opens(office)
    assert released(office)["know"] == {"yes": 12}
    with office.service.engine.connect() as connection:
        found = aggregates.find(connection, SURVEY)
    said = aggregates.said(SURVEY, found.released)
    trust = Trust(office.settings.desk_keys)
    detached_signatures.verify(trust, found.signature, aggregates.KIND, said)


@pytest.mark.parametrize("forged", [False, True])
def test_counts_that_are_not_a_desk_s_are_left_as_they_are(office: Office, forged: bool) -> None:
    survey(office)
    opens(office)
    made = {"persons": 900, "looked": 0, "fields": {}}
    sealed = Sealer(office.settings.recipients).seal(made) if forged else b"broken"
    before = "UPDATE aggregate SET sealed = ?"
    office.service.writer.submit(lambda c: c.exec_driver_sql(before, (sealed,))).result(10)
    survey(office)
    opens(office)
    assert office.rows("SELECT sealed, edition FROM aggregate") == [(sealed, 1)]
    assert office.rows("SELECT count(*) FROM submission WHERE counted = 0") == [(1,)]
