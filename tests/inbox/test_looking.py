"""The list: most urgent first, what others did meanwhile, the search, the words."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import get_args

import pytest
from sqlalchemy import update

from forms_api import clock, workdays
from forms_api.inbox import pages
from forms_api.inbox.pages import words
from forms_api.inbox.replies import HELD
from forms_api.inbox.vault import Refusal
from forms_api.payloads import Reason
from forms_api.sealing import Sealer
from forms_api.signatures import Flaw
from forms_api.store.tables import submission
from forms_api.words import load
from tests.inbox.office import Desk, Office, text_of


def order(desk: Desk, query: str = "") -> list[str]:
    return re.findall(r'href="/s/([A-Z0-9-]+)" data-row', desk.get(f"/{query}").text)


def test_the_most_urgent_stands_first_and_what_is_overdue_says_so(
    office: Office, desk: Desk
) -> None:
    new, late, later = (office.sends(days_ago=days).reference for days in (0, 30, 7))
    assert order(desk) == [late, later, new]
    shown = text_of(desk.get("/"))
    assert "个工作日" in shown and re.search(r"已过期\s+2", shown)
    assert order(desk, "?due=overdue") == [late, later]
    assert order(desk, "?sort=new") == [new, later, late]


def test_a_list_shows_what_others_did_since(office: Office, desk: Desk) -> None:
    first = office.sends()
    assert order(desk) == [first.reference]
    second = office.sends()
    assert set(order(desk)) == {first.reference, second.reference}
    office.service.keeping.erase(first.access_code.replace(" ", ""))
    assert order(desk) == [second.reference]
    assert order(desk, "?status=withdrawn") == [first.reference]
    other = office.desk("liaison", key="recovery")
    other.unlocks()
    other.does(second.reference, "hand", desk="liaison")
    assert order(desk) == [] and order(desk, "?desk=liaison") == [second.reference]


@pytest.mark.parametrize("text", ["东莞", "DONGGUAN", "wanderer.lin", "Ｐａｙ my dues", "多谢您"])
def test_a_search_finds_what_was_typed_and_the_words_of_what_was_chosen(
    office: Office, desk: Desk, text: str
) -> None:
    found = office.sends().reference
    office.sends(city="440300", question="Another question", contact="x@example.org")
    there = desk.post("/search", text=text).headers["Location"]
    assert "search=1" in there and text not in there
    assert order(desk, there.removeprefix("/")) == [found]


def test_a_search_without_result_and_an_empty_inbox_are_pages_of_their_own(
    office: Office, desk: Desk
) -> None:
    assert "还没有人来过" in text_of(desk.get("/"))
    office.sends()
    there = desk.post("/search", text="不存在的话").headers["Location"]
    assert "没搜到" in text_of(desk.get(there))


def test_what_was_typed_as_html_stays_text(office: Office, desk: Desk) -> None:
    reference = office.sends(question="<script>alert(1)</script> & more").reference
    for path in ("/", f"/s/{reference}"):
        page = desk.get(path).text
        assert "<script>alert" not in page and "&lt;script&gt;" in page


def test_a_submission_sealed_before_this_key_is_listed_and_says_who_can_open_it(
    office: Office,
) -> None:
    reference = office.sends().reference
    own = office.settings.recipients[0]
    desk = office.desk(key="recovery")
    sealer = Sealer((own,))
    raw, key = sealer.seal({"answers": {}}), sealer.key_ids[0]
    office.sends()
    values = {"ciphertext": raw, "key_ids": json.dumps([key])}
    change = update(submission).where(submission.c.reference == reference).values(values)
    office.service.writer.submit(lambda connection: connection.execute(change)).result()
    desk.unlocks()
    assert "这把钥匙打不开" in text_of(desk.get("/"))
    shown = text_of(desk.get(f"/s/{reference}"))
    assert key in shown and "写答复" not in shown


@pytest.mark.parametrize(
    ("today", "due", "left"),
    [
        ("2026-11-20", "2026-11-20", 0),
        ("2026-11-20", "2026-11-23", 1),
        ("2026-11-20", "2026-11-27", 5),
        ("2026-11-23", "2026-11-20", -1),
        ("2026-09-30", "2026-10-08", 1),
        ("2026-10-08", "2026-09-30", -1),
    ],
)
def test_working_days_left_follow_the_calendar(today: str, due: str, left: int) -> None:
    found = workdays.until(date.fromisoformat(today), date.fromisoformat(due))
    assert found == left


def test_pages_follow_one_another(office: Office, desk: Desk) -> None:
    sent = {office.sends().reference for _ in range(27)}
    assert len(order(desk)) == 25
    assert set(order(desk)) | set(order(desk, "?desk=guide&page=2")) == sent
    assert order(desk, "?page=99") == order(desk, "?page=2")


BLANK = re.compile(r"{(\w+)}")


def test_both_languages_have_the_same_words_with_the_same_blanks() -> None:
    zh, en = (load(lang, pages._HERE / "strings") for lang in ("zh", "en"))
    assert list(zh) == list(en)
    for key in zh:
        assert set(BLANK.findall(zh[key])) == set(BLANK.findall(en[key])), key


#: Words whose names are put together where they are used: how they begin, then how they end.
COMPOSED = {
    "status.": "open all received handling withdrawn",
    "way.": "email phone status",
    "actor.": "public system",
    "action.": "received status note handed merged spam not-spam answered offered erased seat "
    "proposed sent-back taken-back signed",
    "letter.": "waiting sent dead",
    "refusal.": " ".join(get_args(Refusal)),
    "unreadable.": " ".join(get_args(Reason)),
    "flaw.": " ".join(get_args(Flaw)),
    "held.": " ".join((*get_args(Flaw), *HELD, *(set(get_args(Reason)) - {"moved"}))),
    "filter.": "status form desk spam sort",
    "due.": "overdue today soon later none",
    "done.": "status note hand merge spam answer propose release send_back take_back sign",
    "reply.asked_": "email phone status none",
    "reply.by_": "email phone status",
    "reply.lang_": "zh zh-hant en",
    "one.lang_": "zh zh-hant en",
    "turn.": "ours theirs tomorrow returned closed",
    "release.": "theirs tomorrow",
    "export.": "xlsx csv json",
    "publish.": "question_zh question_en answer_zh answer_en",
}


def test_no_word_is_unused() -> None:
    folder = pages._HERE
    files = [*folder.rglob("*.py"), *folder.rglob("*.html")]
    code = "\n".join(path.read_text("utf-8") for path in files)
    composed = {f"{first}{last}" for first, lasts in COMPOSED.items() for last in lasts.split()}
    pages_only = {f"{name}.{part}" for name in ("outside", "used", "foreign", "lost", "too_long",
                  "database", "broken") for part in ("title", "text")}  # fmt: skip
    unused = [
        key
        for key in load("zh", folder / "strings")
        if f'"{key}"' not in code
        and f"'{key}'" not in code
        and key not in composed
        and key not in pages_only
    ]
    assert unused == []
    assert words("en")("left.late", days=2) == "2 working days late"


def test_a_date_is_written_in_the_language_of_the_desk(office: Office, desk: Desk) -> None:
    reference = office.sends().reference
    assert f"{clock.today().year} 年" in text_of(desk.get(f"/s/{reference}"))
    shown = text_of(desk.get(f"/s/{reference}?lang=en"))
    assert "Answer due by" in shown and " 年 " not in shown
