"""Publishing: one desk proposes, another releases; and who has looked at a submission."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from forms_api import clock
from forms_api.pulling import pull
from forms_api.sealing import Sealer
from forms_api.signatures import Trust
from forms_api.store.answers import mark_pulled, to_pull
from tests.inbox.office import URL, Desk, Office, new_office, releases, text_of
from tests.inbox.test_working import PUBLISHED

STATES = "SELECT state, version, question_zh FROM published_answer"
OTHER = "在外地的党员怎么交党费？"


@pytest.fixture
def liaison(office: Office) -> Desk:
    one = office.desk("liaison", key="recovery")
    one.unlocks()
    return one


def proposals(office: Office) -> int:
    return int(office.rows("SELECT count(*) FROM proposal")[0][0])


def test_nothing_is_offered_to_the_site_before_another_desk_has_released_it(
    office: Office, desk: Desk, liaison: Desk
) -> None:
    receipt = office.sends(publish_ok="yes")
    reference = receipt.reference
    assert "没有等着放行的" in text_of(liaison.get("/release"))
    assert desk.does(reference, "publish", **PUBLISHED).status_code == 303
    assert office.rows(STATES) == [] and proposals(office) == 1
    (sealed,) = office.rows("SELECT sealed FROM proposal")[0]
    assert b"guide" not in bytes(sealed) and PUBLISHED["question_zh"].encode() not in bytes(sealed)

    assert "等另一个岗" in text_of(desk.get("/release"))
    assert "要由另一个岗放行" in text_of(desk.get(f"/s/{reference}/release"))
    desk.decides(reference, "release", sure="yes")
    assert office.rows(STATES) == []

    assert "有 1 份公开的问答等您这个岗放行" in text_of(liaison.get("/"))
    shown = text_of(liaison.get(f"/s/{reference}/release"))
    assert all(text in shown for name, text in PUBLISHED.items() if name != "topic")
    unsure = liaison.decides(reference, "release")
    assert unsure.status_code == 422 and "再打勾" in text_of(unsure)
    assert liaison.decides(reference, "release", sure="yes").status_code == 303
    assert office.rows(STATES) == [("offered", 1, PUBLISHED["question_zh"])]
    assert proposals(office) == 0
    assert office.record(reference)[1:] == ["guide proposed", "liaison offered"]
    assert "已放行公开" in text_of(desk.get(f"/s/{reference}"))
    assert "guide" not in str(office.rows("SELECT * FROM published_answer"))


def test_what_is_sent_back_keeps_its_text_and_says_why_to_the_desks_alone(
    office: Office, desk: Desk, liaison: Desk
) -> None:
    reference = office.sends(publish_ok="yes").reference
    desk.does(reference, "publish", **PUBLISHED)
    assert liaison.decides(reference, "back", reason=" ").status_code == 422
    assert liaison.decides(reference, "back", reason="地名太小，认得出人").status_code == 303
    assert "地名太小" in text_of(desk.get(f"/s/{reference}"))
    assert "公开的提议被退回" in text_of(desk.get(f"/s/{reference}"))
    edit = desk.get(f"/s/{reference}/publish").text
    assert PUBLISHED["question_zh"] in edit and "退回来了" in edit
    liaison.decides(reference, "release", sure="yes")
    assert office.rows(STATES) == []  # nobody releases what was sent back
    desk.does(reference, "publish", **{**PUBLISHED, "question_zh": OTHER})
    assert liaison.decides(reference, "release", sure="yes").status_code == 303
    assert office.rows(STATES) == [("offered", 1, OTHER)]
    lines = ["guide proposed", "liaison sent-back", "guide proposed", "liaison offered"]
    assert office.record(reference)[1:] == lines


def test_whoever_changes_a_proposal_has_made_it_and_needs_the_other(
    office: Office, desk: Desk, liaison: Desk
) -> None:
    reference = office.sends(publish_ok="yes").reference
    desk.does(reference, "publish", **PUBLISHED)
    liaison.does(reference, "publish", **{**PUBLISHED, "question_zh": OTHER})
    liaison.decides(reference, "release", sure="yes")
    assert office.rows(STATES) == []
    assert desk.decides(reference, "release", sure="yes").status_code == 303
    assert office.rows(STATES) == [("offered", 1, OTHER)]


def test_only_what_was_seen_is_released(office: Office, desk: Desk, liaison: Desk) -> None:
    """The proposal is another one by the time the button is pressed, in whatever order."""
    reference = office.sends(publish_ok="yes").reference
    desk.does(reference, "publish", **PUBLISHED)
    page = liaison.get(f"/s/{reference}/release").text
    mark = page.split('name="mark" value="')[1].split('"')[0]
    desk.does(reference, "publish", **{**PUBLISHED, "question_zh": OTHER})
    for seen in (liaison.fields(reference), {"edition": "0"}):
        late = liaison.post(
            f"/s/{reference}/release", **seen, mark=mark, what="release", sure="yes"
        )
        assert late.status_code == 409 and OTHER in late.text
    assert office.rows(STATES) == []


def test_what_the_filter_is_not_sure_of_is_ticked_one_by_one(
    office: Office, desk: Desk, liaison: Desk
) -> None:
    reference = office.sends(publish_ok="yes").reference
    texts = {**PUBLISHED, "answer_zh": "请打老张的电话 6620 1234，或者去人民路 12 号问一问。"}
    assert desk.does(reference, "publish", **texts).status_code == 303
    page = liaison.get(f"/s/{reference}/release").text
    asked = [html.unescape(one) for one in re.findall(r'name="ask" value="([^"]*)"', page)]
    assert len(asked) >= 3
    mark = re.findall(r'name="mark" value="([^"]*)"', page)[0]
    given = {**liaison.fields(reference), "mark": mark, "what": "release", "sure": "yes"}
    given["csrf"] = liaison.desktop.door.csrf
    for ticked, status in (([], 422), (asked[1:], 422), (["digits"], 422), (asked, 303)):
        reply = liaison.client.post(
            f"/s/{reference}/release", base_url=URL, data={**given, "ask": ticked}
        )
        assert reply.status_code == status
        assert reply.text.count('id="ask-0-error"') == (status == 422)
    assert [row[0] for row in office.rows(STATES)] == ["offered"]


def test_a_new_wording_leaves_what_stands_on_the_site_until_it_is_released(
    office: Office, desk: Desk
) -> None:
    reference = office.sends(publish_ok="yes").reference
    releases(office, reference, PUBLISHED)
    office.service.writer.submit(lambda c: mark_pulled(c, to_pull(c))).result()
    desk.does(reference, "publish", **{**PUBLISHED, "question_zh": OTHER})
    assert office.rows(STATES) == [("pulled", 1, PUBLISHED["question_zh"])]
    releases(office, reference, {**PUBLISHED, "question_zh": OTHER})
    assert office.rows(STATES) == [("offered", 2, OTHER)]


def test_what_is_released_is_signed_by_its_desk_and_pulled_by_the_list_of_keys(
    office: Office, desk: Desk, tmp_path: Path
) -> None:
    reference = office.sends(publish_ok="yes").reference
    releases(office, reference, PUBLISHED)
    listed, today = office.settings.desk_keys, clock.today()
    (released,) = [key for key in listed if key.name == "recovery"]
    (kept,) = office.rows("SELECT signature FROM published_answer")[0]
    assert released.signs in kept and reference not in kept and str(today) not in kept
    engine, folder = office.service.engine, tmp_path / "data" / "answers"
    office.service.writer.submit(
        lambda c: c.exec_driver_sql("UPDATE published_answer SET signature = NULL")
    ).result()
    assert list(pull(engine, folder, today, Trust(listed)).forged.values()) == ["unsigned"]
    releases(office, reference, PUBLISHED)  # the same words, as those of before signatures
    done = pull(engine, folder, today, Trust(listed))
    assert (len(done.new), done.forged) == (1, {})
    assert office.rows(STATES) == [("pulled", 1, PUBLISHED["question_zh"])]


@pytest.mark.parametrize("by", ["desk", "sender"])
@pytest.mark.parametrize("state", ["proposed", "returned", "offered", "pulled", "changed"])
def test_it_is_taken_back_in_every_state(
    office: Office, desk: Desk, liaison: Desk, state: str, by: str
) -> None:
    receipt = office.sends(publish_ok="yes")
    reference, code = receipt.reference, receipt.access_code.replace(" ", "")
    desk.does(reference, "publish", **PUBLISHED)
    if state == "returned":
        liaison.decides(reference, "back", reason="再改改")
    elif state != "proposed":
        liaison.decides(reference, "release", sure="yes")
    if state in ("pulled", "changed"):
        office.service.writer.submit(lambda c: mark_pulled(c, to_pull(c))).result()
    if state == "changed":
        desk.does(reference, "publish", **{**PUBLISHED, "question_zh": OTHER})
    published = office.public.post("/forms/status", data={"code": code, "lang": "zh-Hans"})
    said = "还没有公开" if state in ("proposed", "returned") else "登在网上"
    assert said in published.text
    if by == "desk":
        assert desk.does(reference, "take-back").status_code == 303
        assert "撤下公开的问答" in text_of(desk.get(f"/s/{reference}"))
    else:
        office.service.keeping.erase(code)
    assert proposals(office) == 0
    assert {row[0] for row in office.rows(STATES)} <= {"withdrawn"}
    with office.service.engine.connect() as connection:
        assert to_pull(connection) == []


def test_an_office_of_one_desk_releases_on_another_day(
    tmp_path: Path, release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with new_office(tmp_path, release, one_desk=True) as office:
        desk = office.desk()
        desk.unlocks()
        reference = office.sends(publish_ok="yes").reference
        desk.does(reference, "publish", **PUBLISHED)
        assert "隔一天" in text_of(desk.get(f"/s/{reference}/release"))
        desk.decides(reference, "release", sure="yes")
        assert office.rows(STATES) == []
        monkeypatch.setenv("JINQIAO_TODAY", "2026-11-22")
        assert desk.decides(reference, "release", sure="yes").status_code == 303
        assert office.rows(STATES) == [("offered", 1, PUBLISHED["question_zh"])]


def test_a_proposal_that_no_desk_has_signed_is_not_released_and_may_be_replaced(
    office: Office, desk: Desk, liaison: Desk
) -> None:
    reference = office.sends(publish_ok="yes").reference
    desk.does(reference, "publish", **PUBLISHED)
    said = {"topic": "dues", "question": PUBLISHED, "answer": PUBLISHED, "desk": "guide"}
    own = Sealer(office.settings.recipients).seal({"text": said, "desk": "guide"})
    office.service.writer.submit(
        lambda c: c.exec_driver_sql("UPDATE proposal SET sealed = ?", (own,))
    ).result()
    for path in ("/", "/release", f"/s/{reference}", f"/s/{reference}/publish"):
        assert liaison.get(path).status_code == 200
    assert "打不开" in text_of(liaison.get(f"/s/{reference}/release"))
    liaison.does(reference, "publish", **PUBLISHED)
    assert desk.decides(reference, "release", sure="yes").status_code == 303


# Who has looked


def test_that_it_was_read_is_kept_sealed_once_for_a_desk_and_day(
    office: Office, desk: Desk, liaison: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = office.sends(publish_ok="yes").reference
    desk.get("/")
    assert office.rows("SELECT count(*) FROM reading") == [(0,)]  # a list is not the whole
    for _ in range(3):
        desk.get(f"/s/{reference}")
    liaison.get(f"/s/{reference}/publish")
    monkeypatch.setenv("JINQIAO_TODAY", "2026-11-22")
    shown = text_of(desk.get(f"/s/{reference}"))
    assert "看过的岗位" in shown
    assert "2026 年 11 月 22 日、2026 年 11 月 21 日" in shown
    ((sealed,),) = office.rows("SELECT sealed FROM reading")  # one list of all of them
    assert b"guide" not in bytes(sealed) and b"2026" not in bytes(sealed)
    assert office.record(reference) == ["public received"]
    english = text_of(desk.get(f"/s/{reference}?lang=en"))
    assert "Seen by" in english and "22 November 2026" in english


def test_who_read_it_goes_with_the_submission(office: Office, desk: Desk) -> None:
    receipt = office.sends()
    desk.get(f"/s/{receipt.reference}")
    office.service.keeping.erase(receipt.access_code.replace(" ", ""))
    assert office.rows("SELECT count(*) FROM reading") == [(0,)]
    desk.get(f"/s/{receipt.reference}")
    assert office.rows("SELECT count(*) FROM reading") == [(0,)]
    assert clock.today().isoformat() not in str(office.rows("SELECT * FROM reading"))
