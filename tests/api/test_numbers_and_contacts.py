"""What is refused, folded and accepted among numbers, addresses and months."""

from __future__ import annotations

from datetime import date

import pytest

from forms_api.answers import Context, Fault
from forms_api.contacts import check_email, check_phone
from forms_api.fields import Month
from forms_api.guards import clean, refused_number
from forms_api.words import Text


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("我的号是110101199003071234", "id-number"),
        ("11010119900307123X", "id-number"),
        ("11010119900307123x 谢谢", "id-number"),
        ("１１０１０１１９９００３０７１２３４", "id-number"),
        ("110101 19900307 1234", "id-number"),
        ("1 1 0 1 0 1 1 9 9 0 0 3 0 7 1 2 3 4", "id-number"),
        ("110101-19900307-123X", "id-number"),
        ("110101\u200b19900307\u200b1234", "id-number"),
        ("123456789012345678", None),
        ("110101900307123", "id-number"),
        ("6222021234567890128", "bank-number"),
        ("6222 0212 3456 7890 128", "bank-number"),
        ("６２２２ ０２１２ ３４５６ ７８９０ １２８", "bank-number"),
        ("4111-1111-1111-1111", "bank-number"),
        ("4111111111111111", "bank-number"),
        ("138 0013 8000", None),
        ("13800138000 13900139000", None),
        ("0755-12345678、0755-87654321", None),
        ("2026-11-21 到 2026-11-28", None),
        ("2026 11 21 08 30 2026", None),
        ("订单 4111111111111112", None),
        ("110101991307123", None),
        ("12371、12345、12333、12348", None),
        ("统一社会信用代码 91440300MA5DXXXX0A", None),
        ("", None),
    ],
)
def test_identity_and_bank_numbers_are_refused_however_they_are_written(
    text: str, refusal: str | None
) -> None:
    assert refused_number(clean(text)) == refusal or refused_number(text) == refusal


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("138 0013 8000", "138 0013 8000"),
        ("13800138000", "138 0013 8000"),
        ("+86 138-0013-8000", "138 0013 8000"),
        ("0755 1234 5678", "0755 1234 5678"),
        ("+852 9123 4567", "+852 9123 4567"),
        ("12371", "12371"),
        ("95588", "95588"),
    ],
)
def test_phone_numbers_are_kept_as_they_are_dialled(written: str, kept: str) -> None:
    assert check_phone(written) == (kept, None)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("138 0013", "phone-short"),
        ("1380013800", "phone-short"),
        ("123", "phone-short"),
        ("138001380001234567", "phone-long"),
        ("找林师傅", "phone"),
        ("138001380oo", "phone"),
        ("+", "phone"),
        ("12 + 34 + 567890", "phone"),
    ],
)
def test_a_wrong_phone_number_says_what_is_wrong(written: str, code: str) -> None:
    assert check_phone(written) == (written, code)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("lin@example.org", None),
        ("zhang@例子.中国", None),
        ("lin+party@straße.de", None),
        ("o'brien@example.org", None),
        ("林@例子.公司", "email-name"),
        ("张三@例子.中国", "email-name"),
        ("用户@example.com", "email-name"),
        ("邮箱lin@qq.com", "email-name"),
        ("straße@example.de", "email-name"),
        ("lin@", "email"),
        ("=?utf-8?q?lin?=@example.org", "email"),
        ("lin.example.org", "email"),
        ("a@b@example.org", "email"),
        ("lin@example.org\nbcc: x@example.org", "email"),
    ],
)
def test_an_email_address_needs_no_network_to_be_checked(written: str, code: str | None) -> None:
    assert check_email(written)[1] == code


@pytest.mark.parametrize(
    ("written", "kept", "code"),
    [
        ("2025-03", "2025-03", None),
        ("2025年3月", "2025-03", None),
        ("２０２５．３", "2025-03", None),
        ("2025/12", "2025-12", None),
        ("202611", "2026-11", None),
        ("2026-12", "2026-12", "month-future"),
        ("2025-13", "2025-13", "month"),
        ("去年春天", "去年春天", "month"),
        ("0025-03", "0025-03", "month"),
    ],
)
def test_a_month_may_be_written_as_people_write_it(
    written: str, kept: str, code: str | None
) -> None:
    field = Month(name="since", label=Text(zh="何时", en="Since"))
    found = field.check([written], Context({}, date(2026, 11, 21)))
    assert found == (kept, Fault(code) if code else None)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  林\t师傅 \r\n第二行 ", "林\t师傅 \n第二行"),
        ("a\x00b\x07c\x1bd", "abcd"),
        ("ab\u202ecd\u200b", "abcd"),
        ("\ud800x", "x"),
        ("👩\u200d🌾", "👩\u200d🌾"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("x\ufdd0\ufdef\ufffe\U0010ffffy", "xy"),
        ("\u202bx\u061c\u2067", "x"),
        ("\ue000\u3164·・\U000e0100", "\ue000\u3164·・\U000e0100"),
    ],
)
def test_control_and_invisible_characters_are_taken_out(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@pytest.mark.parametrize(
    "written",
    # One of each block of rare characters, and what no version of Unicode has yet.
    ["㛃", "鿾", "𠀀", "𪜀", "𫝀", "𫠠", "𬺰", "𮯰", "丽", "𰀀", "李\U0003158e", "\U000323b0", "🫨",
     "\U000200ff\U0003fffd", "\U00040000", "\u0378"],
)  # fmt: skip
def test_no_character_is_dropped_because_this_python_does_not_know_it(written: str) -> None:
    assert clean(written) == written
