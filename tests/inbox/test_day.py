"""A desk's day in a browser on an office screen, in both languages, with and without JavaScript."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header, make_header
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from python_calamine import CalamineWorkbook

from scripts.prove.desk import Desk as Process
from scripts.prove.mail_servers import Mailbox
from scripts.service import free_port
from tests.browser.visitor import Visitor
from tests.inbox.office import Office
from tests.inbox.test_working import PUBLISHED

DANGEROUS = "=1+1 怎么交党费，要不要 +86？"


@dataclass(frozen=True)
class Words:
    lang: str
    enter: str
    open: str
    inbox: str
    late: str
    answer: str
    answered: str
    sent: str
    make_public: str
    keep: str
    public: str
    export: str
    take: str
    erase: str
    go: str
    erased: str
    nothing: str


ZH = Words(
    "zh", "进去", "打开", "收件箱", "过期", "答复", "已答复", "邮件已发出", "整理成公开的问答",
    "交去放行", "等放行公开", "导出这个列表", "导出", "删除这一份", "删除",
    "内容已经删除", "这里没有",
)  # fmt: skip
EN = Words(
    "en", "Come in", "Open", "Inbox", "late", "Answer", "Answered", "mail sent",
    "Make it a published answer", "Propose it", "Waits to be released",
    "Export this list", "Export", "Erase this one", "Erase", "The content is erased",
    "Nothing here",
)  # fmt: skip


@dataclass
class Seat:
    """An inbox in a process of its own, and the mail server it knows."""

    process: Process
    box: Mailbox


@pytest.fixture
def seat(office: Office) -> Iterator[Seat]:
    port = free_port()
    box = Mailbox(port)
    box.open()
    environ = {
        "FORMS_SMTP_URL": f"smtp+plain://127.0.0.1:{port}",
        "FORMS_MAIL_FROM": "forms@jinqiao.example.org",
        "FORMS_RELEASE": str(office.settings.release),
        "FORMS_KEYS_FOLDER": str(office.settings.keys_folder),
    }
    process = Process(
        office.folder, office.settings.database_url, office.identities["desk"], environ
    )
    try:
        yield Seat(process, box)
    finally:
        process.stop()
        box.close()


def comes_in(browser: Browser, seat: Seat, words: Words, javascript: bool = True) -> Visitor:
    member = Visitor(browser, seat.process.url, "office", words.lang, javascript, False)
    member.page.goto(seat.process.link)
    if not javascript:
        member.needs_no_sideways_scrolling()
        member.presses(words.enter)
    member.is_at("/")
    checks(member)
    member.presses(words.open)
    member.sees_heading(words.inbox)
    return member


def checks(member: Visitor) -> None:
    member.meets_no_barrier()
    member.needs_no_sideways_scrolling()


@pytest.mark.parametrize(
    ("words", "javascript"),
    [pytest.param(ZH, True, id="zh"), pytest.param(EN, False, id="en without JavaScript")],
)
def test_a_desks_day(
    browser: Browser, office: Office, seat: Seat, words: Words, javascript: bool
) -> None:
    office.sends(question="How do I get a book?")
    urgent = office.sends(days_ago=30, publish_ok="yes", question=DANGEROUS).reference
    member = comes_in(browser, seat, words, javascript)
    check = checks if javascript else Visitor.needs_no_sideways_scrolling
    check(member)

    first = member.page.locator("[data-row]").first  # the most urgent
    assert urgent in first.inner_text()
    member.sees(words.late)
    first.click()
    member.sees("=1+1")
    check(member)

    member.page.locator("#text").fill("向组织关系所在的支部交。To your own branch.")
    member.page.get_by_role("button", name=words.answer, exact=True).click()
    member.sees(words.answered)
    while not seat.box.mails:
        member.page.wait_for_timeout(50)
    assert urgent in str(make_header(decode_header(seat.box.mails[0]["Subject"])))
    member.reloads()
    member.sees(words.sent)
    check(member)

    member.follows(words.make_public)
    for name, text in PUBLISHED.items():
        field = member.page.locator(f"#{name}")
        field.select_option(text) if name == "topic" else field.fill(text)
    check(member)
    member.presses(words.keep)
    member.sees(words.public)
    member.follows(words.public)
    check(member)  # the desk that proposed it reads it and cannot release it
    other = office.desk("liaison", key="recovery")
    other.unlocks()
    other.decides(urgent, "release", sure="yes")
    assert office.rows("SELECT state FROM published_answer") == [("offered",)]

    member.opens("/?status=all")
    member.follows(words.export)
    check(member)
    for kind in ("xlsx", "csv", "json"):
        member.page.locator(f"#kind-{kind}").check()
        member.page.locator("#sure").check()
        with member.page.expect_download() as download:
            member.page.get_by_role("button", name=words.take, exact=True).click()
        looks_right(kind, Path(download.value.path()).read_bytes(), urgent)
    exported = office.rows("SELECT actor, action FROM event WHERE action LIKE 'exported%'")
    assert exported == [("guide", f"exported:{kind} 2") for kind in ("xlsx", "csv", "json")]

    member.opens(f"/s/{urgent}")
    member.follows(words.erase)
    check(member)
    member.page.locator("#sure").check()
    member.page.get_by_role("button", name=words.go, exact=True).click()
    member.sees(words.erased)
    check(member)
    member.opens("/?desk=directory")
    member.sees_heading(words.nothing)
    check(member)
    member.opens("/mail")
    check(member)
    assert member.leaves() == []


def looks_right(kind: str, raw: bytes, reference: str) -> None:
    """Two rows; the columns are named by fields; what a spreadsheet would compute is text."""
    if kind == "json":
        rows = json.loads(raw)
        texts = {row["reference"]: row["question"] for row in rows}
        assert len(rows) == 2 and texts[reference] == DANGEROUS
        return
    if kind == "csv":
        assert raw.startswith(b"\xef\xbb\xbf")
        table = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    else:
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        table = book.get_sheet_by_index(0).to_python()
    head = table[0]
    assert head[:2] == ["reference", "form"] and "question" in head
    found = {row[0]: row[head.index("question")] for row in table[1:]}
    assert len(found) == 2 and found[reference] == f"'{DANGEROUS}"


def test_two_desks_at_once_see_what_the_other_did(
    browser: Browser, office: Office, seat: Seat
) -> None:
    reference = office.sends().reference
    member = comes_in(browser, seat, ZH)
    member.opens(f"/s/{reference}")
    other = office.desk("liaison", key="recovery")
    other.unlocks()
    other.does(reference, "hand", desk="service")
    member.page.locator("#note").fill("我正在写的备注")
    member.presses("存下备注")
    member.sees_heading("您打开以后，别的人改过这一份")
    member.sees("转给服务岗")
    member.focus_is_on(".jq-summary")
    checks(member)
    assert member.page.locator("#note").input_value() == "我正在写的备注"
    member.presses("存下备注")
    member.sees("我正在写的备注")
    assert office.record(reference)[1:] == ["liaison handed:service", "guide note"]
    assert member.leaves() == []


def test_the_arrows_go_from_row_to_row_and_enter_opens(
    browser: Browser, office: Office, seat: Seat
) -> None:
    for _ in range(3):
        office.sends()
    member = comes_in(browser, seat, ZH)
    rows = member.page.locator("[data-row]")
    rows.first.focus()
    member.types("ArrowDown")
    member.types("ArrowDown")
    second = rows.nth(2).get_attribute("href")
    assert member.page.evaluate("document.activeElement.getAttribute('href')") == second
    member.types("Enter")
    member.is_at(str(second))
    assert member.leaves() == []
