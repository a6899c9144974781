"""The privacy page names every column that stands in the clear, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Column

from forms_api.store.tables import metadata

ROOT = Path(__file__).resolve().parents[2]

#: Ciphertext: it says nothing.
SEALED = {
    "submission.ciphertext",
    "note.sealed",
    "reply.sealed",
    "reply.kept",
    "outbox.sealed",
    "reading.sealed",
    "proposal.sealed",
    "aggregate.sealed",
}
#: What the page calls each column that can be read: Chinese, English.
NAMED: dict[str, tuple[str, str]] = {
    "submission.id": ("先后的号码", "number in order"),
    "submission.reference": ("回执编号", "the reference"),
    "submission.form": ("哪张表", "which form"),
    "submission.version": ("它的版本", "which version of it"),
    "submission.lang": ("用中文还是英文填的", "in Chinese or English"),
    "submission.status": ("办到哪一步", "how far it has got"),
    "submission.desk": ("归哪个岗位", "The desk"),
    "submission.branch": ("哪个支部", "the branch"),
    "submission.received_on": ("哪天收到", "The day it came"),
    "submission.due_on": ("该哪天答", "the day an answer is due"),
    "submission.answered_on": ("哪天答复", "the day it was answered"),
    "submission.closed_on": ("哪天办结", "the day it was closed"),
    "submission.retain_until": ("哪天该删", "the day it must be deleted"),
    "submission.spam_score": ("是不是疑似垃圾", "Whether it looks like spam"),
    "submission.spam_reason": ("为什么", "and why"),
    "submission.key_ids": ("封给哪几把钥匙", "Which keys it is sealed to"),
    "submission.code_hash": ("查询码的摘要", "a digest of the access code"),
    "submission.public_key": ("封答复用的公钥", "the public key that answers are sealed to"),
    "submission.duplicate_of": ("是不是重复的", "whether it repeats another"),
    "submission.counted": ("选项数过没有", "whether its choices were counted"),
    "submission.edition": ("改过几次", "how often it was changed"),
    "idempotency.key_hash": ("随机键的摘要", "a digest of a random key"),
    "idempotency.body_hash": ("内容的加密摘要", "a keyed digest of the content"),
    "idempotency.wrapped_code": ("封好的查询码", "the access code, sealed"),
    "idempotency.created_on": ("封好的查询码、哪天", "sealed, the day"),
    "consent.purpose": ("同意书：为了什么", "Consent: what for"),
    "consent.notice_version": ("哪一版", "which version"),
    "consent.notice_hash": ("文字的摘要", "a digest of its words"),
    "consent.separate": ("是不是单独同意", "whether it is separate"),
    "consent.given_on": ("哪天同意", "the day it was given"),
    "consent.withdrawn_on": ("哪天撤回", "the day it was withdrawn"),
    "event.day": ("办理记录：哪天", "The record: the day"),
    "event.actor": ("谁（您、哪个岗、系统）", "who (you, which desk, the system)"),
    "event.action": ("做了什么", "did what"),
    "tally.form": ("哪张表几份", "how many of which form"),
    "tally.field": ("“这页有用吗”", "“Was this page useful?”"),
    "tally.choice": ("哪一页、有用没用", "which page, yes or no"),
    "tally.month": ("几次 | 月", "how often | month"),
    "tally.count": ("几次", "how often"),
    "aggregate.form": ("选项的合计：哪张表", "Totals of choices: which form"),
    "aggregate.edition": ("数过几回", "how often it was counted"),
    "aggregate.released": ("能公布的格子", "the cells that may be published"),
    "aggregate.signature": ("和受理岗的签名", "with a desk’s signature"),
    "seat.event": ("报名：哪一场", "Signing up: which event"),
    "seat.seats": ("一共几个名额", "how many seats there are"),
    "seat.taken": ("占了几个", "how many are taken"),
    "place.event": ("哪一场", "which event"),
    "place.seats": ("您要几个", "how many you want"),
    "place.waiting": ("是不是候补", "whether you wait for one"),
    "note.day": ("备注和答复：哪天", "Notes and answers: the day"),
    "note.desk": ("哪个岗", "the desk"),
    "reply.day": ("备注和答复：哪天", "Notes and answers: the day"),
    "reply.desk": ("哪个岗", "the desk"),
    "reply.way": ("用什么方式答的", "by which way it was answered"),
    "outbox.dedupe": ("邮件：编号", "Mail that tells a desk: the reference"),
    "outbox.kind": ("通知岗位的邮件", "Mail that tells a desk"),
    "outbox.desk": ("哪个岗", "the desk"),
    "outbox.facts": ("该哪天答", "the day an answer is due"),
    "outbox.state": ("发没发", "whether it was sent"),
    "outbox.attempts": ("试过几次", "how many tries"),
    "outbox.next_at": ("下次再试的时刻", "the moment of the next try"),
    "outbox.lease": ("发没发", "whether it was sent"),
    "outbox.lease_until": ("下次再试的时刻", "the moment of the next try"),
    "outbox.sent_on": ("哪天发的", "the day it was sent"),
    "outbox.last_error": ("出错的代号", "the code of an error"),
    "published_answer.slug": ("您同意公开的问答", "Questions that you let us publish"),
    "published_answer.topic": ("问答：题目", "publish: topic"),
    "published_answer.question_zh": ("文字", "text"),
    "published_answer.question_en": ("文字", "text"),
    "published_answer.answer_zh": ("文字", "text"),
    "published_answer.answer_en": ("文字", "text"),
    "published_answer.checked": ("哪年核对", "the year it was checked"),
    "published_answer.version": ("改过几次", "how often it was changed"),
    "published_answer.state": ("您同意公开的问答", "Questions that you let us publish"),
    "published_answer.signature": ("放行它的受理岗的签名", "a desk’s signature of its release"),
    "published_answer.holder": ("查询码的摘要", "a digest of the access code"),
    "tombstone.reference": ("删掉的：回执编号", "What was deleted: the reference"),
    "tombstone.day": ("回执编号、哪天", "the reference, the day"),
    "tombstone.why": ("为什么", "why"),
    "heartbeat.at": ("信到哪一刻", "until when it is trusted"),
    "heartbeat.too_many_since": ("删除停没停", "whether deleting has stopped"),
    "heartbeat.confirmed_at": ("信到哪一刻", "until when it is trusted"),
}


def _says_something(column: Column[object]) -> bool:
    """Numbers of rows and what leads from one to another are told with the submission's."""
    return not column.foreign_keys and (column.name != "id" or column.table.name == "submission")


def section(lang: str) -> str:
    text = (ROOT / f"docs/{lang}/about/privacy.md").read_text("utf-8")
    return text.split("{#clear}")[1].split("\n## ")[0]


def test_every_column_is_ciphertext_or_named() -> None:
    columns = {str(c) for table in metadata.sorted_tables for c in table.c if _says_something(c)}
    there = columns | {"place.event", "submission.duplicate_of"}
    assert there == SEALED | NAMED.keys()


@pytest.mark.parametrize("place", NAMED)
def test_the_page_says_that_it_is_kept(place: str) -> None:
    for lang, words in zip(("zh", "en"), NAMED[place], strict=True):
        table = "\n".join(line for line in section(lang).splitlines() if line.startswith("|"))
        assert words in table, lang


MOMENTS = {"outbox.next_at", "heartbeat.at", "heartbeat.confirmed_at"}


@pytest.mark.parametrize(("lang", "word"), [("zh", "时刻"), ("en", "moment")])
def test_only_what_the_page_calls_a_moment_is_one(lang: str, word: str) -> None:
    rows = [line.split("|") for line in section(lang).splitlines() if line.startswith("|")]
    named = "".join(row[1] for row in rows if word in row[2])
    exact = {
        str(column)
        for table in metadata.sorted_tables
        for column in table.c
        if column.name == "at" or column.name.endswith("_at")
    }
    assert exact == MOMENTS
    position = ("zh", "en").index(lang)
    assert [
        place for place in exact - {"outbox.next_at"} if NAMED[place][position] not in named
    ] == []
    assert "outbox.next_at" in exact and NAMED["outbox.sent_on"][position] in named
