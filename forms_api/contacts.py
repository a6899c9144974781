"""Phone numbers and e-mail addresses as people write them."""

import re
import unicodedata

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import PhoneNumberFormat, ValidationResult

_REGION = "CN"
_WRITTEN = re.compile(r"\+?[\d\s()\-‐‑‒–—―−./]{3,32}", re.ASCII)
_SERVICE = re.compile(r"1\d{4}|9\d{4,5}")  # 12371, 95588: short, but they are answered
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
    """Whether a Chinese mobile number stands anywhere in the text, however it is spaced."""
    plain = unicodedata.normalize("NFKC", text)
    found = phonenumbers.PhoneNumberMatcher(plain, _REGION)
    return any(
        phonenumbers.number_type(one.number) == phonenumbers.PhoneNumberType.MOBILE for one in found
    )


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
