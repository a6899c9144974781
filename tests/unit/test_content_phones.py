"""Public telephone numbers in running text can be called; other digits stay digits."""

from __future__ import annotations

import pytest

from scripts.content import phones


def called(number: str) -> str:
    return f'<a href="tel:{number}">{number}</a>'


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("<p>打 12333，问一问</p>", ["12333"]),
        ("打12371。", ["12371"]),
        ("12371、12345 和 12388", ["12371", "12345", "12388"]),
        ("<li>急事打 110 或 120，着火打 119。</li>", ["110", "120", "119"]),
        ("<td>120, then 12333</td>", ["120", "12333"]),
        ("Call 12348.", ["12348"]),
        ("<p>打 <strong>12380</strong>。</p>", ["12380"]),
        ('<p><span class="jq-fact">12371</span></p>', ["12371"]),
    ],
)
def test_a_number_in_running_text_becomes_a_link(text: str, numbers: list[str]) -> None:
    linked = phones.link(text)
    for number in numbers:
        assert called(number) in linked
    assert linked.count("tel:") == len(numbers)


@pytest.mark.parametrize(
    "text",
    [
        "电话 0755-12345",
        "000-5550-0110",
        "12345678",
        "1,120 元",
        "8,12345",
        "2012-11-120",
        "2003–120",
        "120–150",
        "1.120",
        "120 人参加",
        "110 members",
        "119 页",
        "12371.cn",
        "https://www.12371.cn/",
        "TY-12345",
        "x12345",
        "12345x",
        "12333%",
    ],
)
def test_digits_that_are_no_number_to_call_stay_as_they_are(text: str) -> None:
    assert phones.link(f"<p>{text}</p>") == f"<p>{text}</p>"


@pytest.mark.parametrize(
    "closed",
    [
        '<h2 id="x">打 12345</h2>',
        '<a href="tel:12345">12345</a>',
        '<a href="/x/">打 12345 <b>12345</b></a>',
        "<code>12345</code>",
        '<img alt="12345">',
        "<!-- 12345 -->",
        "<summary>12345</summary>",
        '<ul class="jq-rules"><li>12345</li></ul>',
        "[[form: help-12345]]",
    ],
)
def test_headings_links_code_and_what_nobody_reads_are_left_alone(closed: str) -> None:
    assert phones.link(closed) == closed
