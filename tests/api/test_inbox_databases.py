"""A desk's inbox on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from pathlib import Path

from tests.inbox.office import new_office, text_of


def test_a_desk_reads_answers_and_erases_on_either_database(
    tmp_path: Path, release: Path, url: str
) -> None:
    with new_office(tmp_path, release, database_url=url) as office:
        first, second = office.sends(days_ago=30), office.sends()
        desk = office.desk()
        desk.unlocks()
        assert second.reference in text_of(desk.get("/"))
        office.sends()
        assert desk.get("/").text.count("data-row") >= 4  # the table, and a row each
        code = first.access_code.replace(" ", "")
        assert desk.does(first.reference, "note", note="备注").status_code == 303
        assert desk.does(first.reference, "answer", way="email", text="答复").status_code == 303
        (reply,) = office.service.keeping.replies(code)
        assert reply.text == "答复"
        stale = {**desk.fields(first.reference), "edition": "0"}
        assert desk.post(f"/s/{first.reference}/hand", **stale, desk="liaison").status_code == 409
        assert desk.does(first.reference, "erase", sure="yes").status_code == 303
        assert office.service.keeping.replies(code) == []
        found = office.rows("SELECT count(*) FROM note")
        assert found == [(0,)]
