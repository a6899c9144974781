"""What a desk does: each action, its line of record, and that nobody's version is overwritten."""

from __future__ import annotations

import html
import json
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest

from forms_api import codes, traditional
from forms_api.smtp import Smtp
from forms_api.store.answers import mark_pulled, to_pull
from forms_api.store.seats import Wish
from forms_api.tokens import Draft, new_key
from scripts.prove.mail_servers import Mailbox
from scripts.service import free_port
from tests.inbox.office import Desk, Office, releases, text_of

PUBLISHED = {
    "topic": "dues",
    "question_zh": "在外地怎么交党费？",
    "question_en": "How are dues paid while away?",
    "answer_zh": "向组织关系所在的支部交，可以线上交，也可以请人代交。",
    "answer_en": "To the branch that holds the relationship; online, or through somebody else.",
}


def status(office: Office, code: str) -> Any:
    return office.service.keeping.status(code.replace(" ", ""))


@pytest.mark.parametrize(
    ("action", "fields", "line"),
    [
        ("status", {"status": "handling"}, "guide status:handling"),
        ("note", {"note": "明天再问一次"}, "guide note"),
        ("hand", {"desk": "liaison"}, "guide handed:liaison"),
        ("spam", {"spam": "yes"}, "guide spam"),
        ("answer", {"way": "status", "text": "向支部交。"}, "guide answered:status"),
        ("answer", {"way": "phone", "text": "电话里说了。"}, "guide answered:phone"),
        ("erase", {"sure": "yes"}, "guide erased"),
    ],
)
def test_every_action_is_recorded_with_the_desk(
    office: Office, desk: Desk, action: str, fields: dict[str, str], line: str
) -> None:
    reference = office.sends().reference
    assert desk.does(reference, action, **fields).status_code == 303
    before = [] if action == "erase" else ["public received"]
    assert office.record(reference) == [*before, line]


def test_an_answer_can_be_read_by_the_holder_of_the_code_and_by_the_desks_alone(
    office: Office, desk: Desk
) -> None:
    receipt = office.sends()
    said = "向组织关系所在的支部交。"
    desk.does(receipt.reference, "answer", way="status", text=said)
    (reply,) = office.service.keeping.replies(receipt.access_code.replace(" ", ""))
    assert (reply.text, reply.way) == (said, "status")
    assert status(office, receipt.access_code).status == "answered"
    assert said in desk.get(f"/s/{receipt.reference}").text
    shown = office.public.post("/forms/status", json={"code": receipt.access_code}).json
    assert [one["text"] for one in shown["replies"]] == [said]
    page = office.public.post("/forms/status", data={"code": receipt.access_code})
    assert "给您的答复" in page.text and said in page.text
    stored = office.rows("SELECT sealed, kept FROM reply")[0]
    assert all(said.encode() not in bytes(one) for one in stored)
    other = office.sends().access_code.replace(" ", "")
    with pytest.raises(Exception, match="decrypt"):
        codes.open_as_holder(other, bytes(stored[0]))


def test_a_letter_waits_sealed_until_an_unlocked_inbox_can_send_it(office: Office) -> None:
    port = free_port()
    desk = office.desk(mailer=Smtp(f"smtp+plain://127.0.0.1:{port}"))
    desk.unlocks()
    receipt = office.sends(lang="en")
    said = "To your own branch, online if it takes that."
    desk.does(receipt.reference, "answer", way="email", text=said)
    desk.desktop.post.turn()
    assert office.rows("SELECT state, attempts FROM outbox WHERE kind = 'reply'") == [
        ("waiting", 1)
    ]
    assert receipt.reference in text_of(desk.get("/mail"))
    desk.post("/lock")
    box = Mailbox(port)
    box.open()
    try:
        assert desk.desktop.post.turn() == 0
        desk.post("/unlock", desk="guide")
        desk.desktop.vault.wait(10)
        desk.post("/mail")
        assert desk.desktop.post.turn() == 1
        assert desk.desktop.post.turn() == 0
    finally:
        box.close()
    (mail,) = box.mails
    assert mail["To"] == "wanderer.lin@example.org" and receipt.reference in mail["Subject"]
    assert mail["Message-ID"].startswith("<reply.")
    body = mail.get_payload(decode=True).decode()
    assert said in body and "https://jinqiao.example.org/forms/status" in body
    found = office.rows("SELECT state, sealed, facts FROM outbox WHERE kind = 'reply'")
    assert found == [("sent", None, "{}")]


def test_an_address_that_takes_no_mail_is_shown_to_the_desk_and_to_nobody_as_sent(
    office: Office,
) -> None:
    port = free_port()
    box, desk = Mailbox(port), office.desk(mailer=Smtp(f"smtp+plain://127.0.0.1:{port}"))
    box.unknown["wanderer.lin@example.org"] = "550 5.1.1 wanderer.lin@example.org: no such user"
    desk.unlocks()
    receipt = office.sends(lang="en")
    desk.does(receipt.reference, "answer", way="email", text="To your own branch.")

    def shown() -> str:
        return text_of(
            office.public.post("/forms/status?lang=en", data={"code": receipt.access_code})
        )

    def states() -> list[str]:
        found = office.public.post("/forms/status", json={"code": receipt.access_code}).json
        return [reply["mail"] for reply in found["replies"]]

    assert "not yet sent by e-mail" in shown() and states() == ["waiting"]
    box.open()
    try:
        assert desk.desktop.post.turn() == 0
        assert office.rows("SELECT state, attempts FROM outbox WHERE kind = 'reply'") == [
            ("dead", 1)
        ]
        for lang, words in (
            ("zh", ("没有这个邮箱", "550 5.1.1", "不再试", "请改用电话")),
            ("en", ("no such mailbox", "550 5.1.1", "Not again", "Answer by telephone")),
        ):
            page = text_of(desk.get(f"/mail?lang={lang}"))
            assert not [one for one in words if one not in page]
            assert "wanderer.lin@example.org" not in page
        assert "could not be delivered" in shown() and states() == ["dead"]
        assert "sent by e-mail" not in shown()
        box.unknown.clear()
        desk.post("/mail")
        assert desk.desktop.post.turn() == 1
    finally:
        box.close()
    assert "sent by e-mail as well" in shown() and states() == ["sent"]


@pytest.mark.parametrize(
    ("knows", "code", "foot"),
    [(True, "zh-Hant", "forms/status 隨時查看"), (False, "zh-Hans", "forms/status 随时查看")],
)
def test_who_wrote_in_traditional_characters_gets_a_letter_in_them(
    office: Office, release: Path, knows: bool, code: str, foot: str
) -> None:
    if not knows:
        (release / "_private" / traditional.FILE).unlink()
    port = free_port()
    box, desk = Mailbox(port), office.desk(mailer=Smtp(f"smtp+plain://127.0.0.1:{port}"))
    desk.unlocks()
    asked = "在外地怎麼交黨費？"
    receipt = office.sends(lang="zh-hant", question=asked, publish_ok="yes")
    assert office.rows("SELECT lang FROM submission") == [("zh",)]
    shown = text_of(desk.get(f"/s/{receipt.reference}"))
    assert "中文（繁体）" in shown and asked in shown and "简体繁体都行" in shown
    publishing = desk.get(f"/s/{receipt.reference}/publish").text
    assert "已转成简体" in publishing and ">\n在外地怎么交党费？</textarea>" in publishing
    for words in ("怎么交党费", "交黨費"):
        found = desk.get(desk.post("/search", text=words).headers["Location"])
        assert receipt.reference in text_of(found)
    said = "向组织关系所在的支部交。"
    desk.does(receipt.reference, "answer", way="email", text=said)
    box.open()
    try:
        assert desk.desktop.post.turn() == 1
    finally:
        box.close()
    (mail,) = box.mails
    text = mail.get_payload(decode=True).decode()
    assert mail["Content-Language"] == code
    assert said in text and foot in text
    subject = str(make_header(decode_header(mail["Subject"])))
    assert ("關於您的" in subject, "关于您的" in subject) == (knows, not knows)


def test_a_second_desk_that_is_late_sees_both_versions_and_loses_nothing(office: Office) -> None:
    reference = office.sends().reference
    guide, liaison = office.desk("guide"), office.desk("liaison", key="recovery")
    guide.unlocks()
    liaison.unlocks()
    seen = liaison.fields(reference)
    guide.does(reference, "hand", desk="service")
    late = liaison.post(f"/s/{reference}/answer", **seen, way="status", text="我先写的这些")
    assert late.status_code == 409
    shown = text_of(late)
    assert "别的人改过这一份" in shown and "转给服务岗" in shown
    assert "我先写的这些" in late.text
    assert office.rows("SELECT count(*) FROM reply") == [(0,)]
    again = liaison.does(reference, "answer", way="status", text="我先写的这些")
    assert again.status_code == 303
    assert office.record(reference)[1:] == ["guide handed:service", "liaison answered:status"]


@pytest.mark.parametrize("action", ["note", "publish"])
def test_what_the_sender_erased_meanwhile_cannot_be_worked_on(
    office: Office, desk: Desk, action: str
) -> None:
    receipt = office.sends(publish_ok="yes")
    seen = desk.fields(receipt.reference)
    office.service.keeping.erase(receipt.access_code.replace(" ", ""))
    given = {"note": "没存下的话"} if action == "note" else PUBLISHED
    late = desk.post(f"/s/{receipt.reference}/{action}", **seen, **given)
    assert late.status_code == (409 if action == "note" else 404)  # nobody agrees any more
    if action == "note":
        assert "已经删除" in text_of(late) and "没存下的话" in late.text
    assert office.rows("SELECT count(*) FROM note") == [(0,)]


def test_an_answer_to_be_published_that_another_desk_overtook_is_not_lost(office: Office) -> None:
    reference = office.sends(publish_ok="yes").reference
    guide, liaison = office.desk("guide"), office.desk("liaison", key="recovery")
    guide.unlocks()
    liaison.unlocks()
    seen = liaison.fields(reference)
    guide.does(reference, "hand", desk="service")
    late = liaison.post(f"/s/{reference}/publish", **seen, **PUBLISHED)
    assert late.status_code == 409
    assert all(text in html.unescape(late.text) for text in PUBLISHED.values())
    assert office.rows("SELECT count(*) FROM published_answer") == [(0,)]


def test_a_duplicate_is_closed_and_leads_to_the_other(office: Office, desk: Desk) -> None:
    first, second = office.sends().reference, office.sends().reference
    assert first in text_of(desk.get(f"/s/{second}"))
    wrong = desk.does(second, "merge", original="TY-7777-7777")
    assert wrong.status_code == 422
    assert desk.does(second, "merge", original=first.lower()).status_code == 303
    assert office.record(second)[-1] == f"guide merged:{first}"
    assert f'href="/s/{first}"' in desk.get(f"/s/{second}").text
    assert desk.does(first, "merge", original=second).status_code == 422


def test_not_spam_counts_in_the_totals_after_all(office: Office, desk: Desk) -> None:
    """Of a page's foot, which the host counts; what it cannot read it does not count at all."""
    office.sends()
    reference = office.sends("page-feedback", page="help/ask", useful="yes").reference
    counts = "SELECT field, choice, count FROM tally"
    assert office.rows(counts) == [("useful", "help/ask:yes", 1)]
    desk.does(reference, "spam", spam="yes")
    assert office.rows(counts) == [("useful", "help/ask:yes", 0)]
    assert reference not in desk.get("/").text
    assert "1 份待甄别，请看一眼" in desk.get("/").text
    assert reference in desk.get("/?spam=yes").text
    assert "待甄别，请" not in desk.get("/?spam=yes").text
    desk.does(reference, "spam", spam="no")
    assert "待甄别，请" not in desk.get("/").text
    assert office.rows(counts) == [("useful", "help/ask:yes", 1)]


def test_what_is_handed_over_is_told_to_the_other_desk_without_its_content(
    office: Office, desk: Desk
) -> None:
    reference = office.sends().reference
    desk.does(reference, "hand", desk="liaison")
    name, at, facts = office.rows("SELECT dedupe, desk, facts FROM outbox ORDER BY id")[-1]
    assert (name.split(":")[0], at) == ("handed", "liaison")
    assert set(json.loads(facts)) == {"reference", "form", "desk", "due_on"}


def test_an_answer_is_published_only_with_consent_and_without_what_tells_who_asked(
    office: Office, desk: Desk
) -> None:
    reference = office.sends(publish_ok="yes").reference
    named = {**PUBLISHED, "question_zh": "我叫李雷，电话 13800138000，怎么交党费？"}
    refused = desk.does(reference, "publish", **named)
    assert refused.status_code == 422
    assert "手机号" in text_of(refused) and "李雷" in refused.text
    assert desk.does(reference, "publish", **PUBLISHED).status_code == 303
    assert office.rows("SELECT count(*) FROM published_answer") == [(0,)]
    assert office.record(reference)[-1] == "guide proposed"
    kept_back = office.sends(publish_ok="no").reference
    assert "没有同意" in text_of(desk.get(f"/s/{kept_back}/publish"))
    assert desk.does(kept_back, "publish", **PUBLISHED).status_code == 404


def test_erasing_asks_first_and_leaves_a_tombstone_and_nothing_published(
    office: Office, desk: Desk
) -> None:
    receipt = office.sends(publish_ok="yes")
    reference = receipt.reference
    desk.does(reference, "note", note="备注")
    desk.does(reference, "answer", way="email", text="答复")
    releases(office, reference, PUBLISHED)
    desk.does(reference, "publish", **{**PUBLISHED, "question_en": "How can dues be paid away?"})
    office.service.writer.submit(lambda c: mark_pulled(c, to_pull(c))).result()
    assert desk.does(reference, "erase").status_code == 422
    assert desk.does(reference, "erase", sure="yes").status_code == 303
    left = (
        "SELECT submission FROM note UNION SELECT submission FROM reply "
        "UNION SELECT submission FROM proposal UNION SELECT submission FROM reading "
        "UNION SELECT submission FROM outbox"
    )
    assert office.rows(left) == [(None,)]  # what the operator is told, of no submission
    assert office.rows("SELECT ciphertext, status FROM submission") == [(None, "withdrawn")]
    assert reference in [row[0] for row in office.rows("SELECT reference FROM tombstone")]
    assert office.rows("SELECT question_zh, state FROM published_answer") == [("", "withdrawn")]
    ((told, facts),) = office.rows("SELECT desk, facts FROM outbox")
    assert told == "operator" and "answers pull" in facts
    assert "How do I pay" not in desk.get(f"/s/{reference}").text
    assert office.rows("SELECT count(*) FROM reading") == [(0,)]
    assert status(office, receipt.access_code).status == "withdrawn"


@pytest.mark.parametrize("text", ["", "   ", "长" * 5001])
def test_an_empty_or_endless_text_is_refused_and_kept(
    office: Office, desk: Desk, text: str
) -> None:
    reference = office.sends().reference
    reply = desk.does(reference, "answer", way="status", text=text)
    assert reply.status_code == 422 and (text.strip() in reply.text)
    assert office.rows("SELECT count(*) FROM reply") == [(0,)]


def test_a_desk_that_marks_spam_gives_its_seats_to_who_waits(office: Office, desk: Desk) -> None:
    form = office.service.forms["away-activities"]
    keeping, wish = office.service.keeping, Wish("tea", 1, 1)
    robot, person = (
        keeping.keep(form, Draft(form.id, form.version, "zh", new_key(), {}), 60, wish)
        for _ in range(2)
    )
    assert (robot.place, person.place) == ("taken", "waiting")
    desk.does(robot.reference, "spam", spam="yes")
    assert not keeping.is_waiting(person.access_code.replace(" ", ""))
    assert office.record(person.reference)[-1] == "system seat"
    desk.does(robot.reference, "spam", spam="no")
    assert keeping.is_waiting(robot.access_code.replace(" ", ""))
    desk.does(person.reference, "spam", spam="yes")
    assert not keeping.is_waiting(robot.access_code.replace(" ", ""))


def test_one_sign_of_a_robot_is_shown_and_hides_nothing(office: Office, desk: Desk) -> None:
    form = office.service.forms["help-ask"]
    quick = Draft(form.id, form.version, "zh", new_key(), {"topic": "dues"})
    reference = office.service.keeping.keep(form, quick, 1).reference
    assert reference in desk.get("/").text
    assert "可能是机器填的" in text_of(desk.get(f"/s/{reference}"))
