"""Phone numbers and e-mail addresses as people write them."""

import re
from itertools import pairwise

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import PhoneNumberFormat, PhoneNumberType, ValidationResult

from forms_api.guards import number_runs
from forms_api.skeleton import skeleton

_REGION = "CN"
_WRITTEN = re.compile(r"\+?[\d\s()\-‐‑‒–—―−./]{3,32}", re.ASCII)
_SERVICE = re.compile(r"1\d{4}|9\d{4,5}")  # 12371, 95588: short, but they are answered
_MOBILE = re.compile(r"(?:00?86|86|0)?(1[3-9][0-9]{9})")
_MOBILE_GROUPS = (
    (11,),
    (3, 4, 4),
    (3, 8),
    (3, 3, 5),
    (4, 4, 3),
    (4, 3, 4),
    (5, 6),
    (7, 4),
    (1,) * 11,
)
_ABROAD = re.compile(r"\+[0-9][0-9 ().\-]{6,20}")
_SHORT_MOBILE = re.compile(r"1\d{5,9}")  # no landline starts with 1: digits are missing


def check_phone(text: str) -> tuple[str, str | None]:
    """(number as it is dialled in China or with its country code, None) or (text, code)."""
    digits = re.sub(r"[^\d+]", "", text)
    if not _WRITTEN.fullmatch(text) or not digits.strip("+"):
        return text, "phone"
    if _SERVICE.fullmatch(digits):
        return digits, None
    if len(digits) < 5 or _SHORT_MOBILE.fullmatch(digits):
        return text, "phone-short"
    if len(digits.lstrip("+")) > 15:  # the longest there is (E.164)
        return text, "phone-long"
    try:
        number = phonenumbers.parse(digits, _REGION)
    except phonenumbers.NumberParseException:
        return text, "phone"
    reason = phonenumbers.is_possible_number_with_reason(number)
    if phonenumbers.is_possible_number(number):
        domestic = number.country_code == phonenumbers.country_code_for_region(_REGION)
        style = PhoneNumberFormat.NATIONAL if domestic else PhoneNumberFormat.INTERNATIONAL
        return phonenumbers.format_number(number, style), None
    if reason == ValidationResult.TOO_SHORT:
        return text, "phone-short"
    return text, "phone-long" if reason == ValidationResult.TOO_LONG else "phone"


def holds_mobile(text: str) -> bool:
    """Whether a mobile number stands anywhere in the text, however it is written: a Chinese one, or
    another country's with its code.
    """
    return any(map(_is_mobile, _ABROAD.findall(skeleton(text)))) or any(
        _starts_mobile(run.digits, start, run.starts)
        for run in number_runs(text)
        for start in run.starts
    )


def _starts_mobile(digits: str, start: int, starts: tuple[int, ...]) -> bool:
    found = _MOBILE.match(digits, start, start + 15)
    if not found or not (found.end() in starts or found.end() == len(digits)):
        return False
    edges = [found.start(1), *(one for one in starts if found.start(1) < one < found.end())]
    return (
        tuple(after - before for before, after in pairwise([*edges, found.end()])) in _MOBILE_GROUPS
    )


def _is_mobile(text: str) -> bool:
    try:
        number = phonenumbers.parse(text, _REGION)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.number_type(number) == PhoneNumberType.MOBILE


def check_email(text: str) -> tuple[str, str | None]:
    """(address in its usual spelling, None) or (text, code). Nothing is looked up.

    A domain outside ASCII is kept readable and travels as Punycode; a name before the @ that is
    outside ASCII could be written to by few servers, and by none if one on the way is not.
    """
    try:
        found = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return text, "email"
    if "=?" in text:  # an encoded word: mail programs would read another address
        return text, "email"
    return (found.normalized, None) if found.ascii_email else (text, "email-name")


def address_as_sent(address: str) -> str | None:
    """As mail servers take it, the domain in Punycode; None where the name before the @ is not in
    ASCII. Raises ValueError for what is no address.
    """
    found = validate_email(address, check_deliverability=False, globally_deliverable=False)
    return found.ascii_email
