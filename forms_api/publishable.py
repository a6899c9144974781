"""What may stand in a published answer: both languages, plain text, and nothing that leads to a
person. Pure: the desk's inbox, the store and the build's check ask the same question here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from forms_api import codes, forms, guards
from forms_api.contacts import holds_mobile
from forms_api.fields import Select
from forms_api.languages import FOLDERS, Folder
from forms_api.options import Listed
from forms_api.words import Text, words

#: The form whose topics answers are sorted by.
FORM: Final = "help-ask"
#: Characters, least and most, by part and language.
LENGTHS: Final[Mapping[str, Mapping[str, tuple[int, int]]]] = {
    "question": {"zh": (5, 120), "en": (10, 300)},
    "answer": {"zh": (15, 2000), "en": (30, 5000)},
}
#: What may be wrong; the words are publishable.… in strings/.
CODES: Final = (
    *("unknown-topic", "missing", "too-short", "too-long", "one-line", "language", "id-number"),
    *("bank-number", "mobile", "reference", "access-code", "mail", "link", "account", "name"),
    "day",
)
Pair = Mapping[str, str]

_LETTERS: Final = "34679ACDEFGHJKMNPQRTWXY"  # of references, see codes.py
_REFERENCE = re.compile(
    rf"(?<![A-Z0-9])[A-Z]{{1,4}}-?[{_LETTERS}]{{4}}-?[{_LETTERS}]{{4}}(?![A-Z0-9])"
)
_CODE = re.compile(r"(?<![2-9a-z])[2-9a-z](?:[\s-]{0,2}[2-9a-z]){27}(?![2-9a-z])", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+%-]+\s?(?:@|＠|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_LINK = re.compile(r"https?:|www\.|weixin:|\]\(", re.IGNORECASE)
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d(?:[\s\-‐‑–—.·]{0,2}\d){8}(?!\d)")
_ACCOUNT = re.compile(r"(?:微信号|QQ号?|wechat(?: id)?|qq)\s*[:：是]?\s*[\w-]{5,}", re.IGNORECASE)
_DAY = re.compile(
    r"\d{4}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{1,2}|\d{1,2}\s*月\s*\d{1,2}\s*[日号]"
    r"|\b\d{1,2}(?:st|nd|rd|th)?\s+(?:January|February|March|April|May|June|July|August|September"
    r"|October|November|December)\b"
)
# Surnames that seldom end another word before these titles; 某 in between is no name.
_NAME = re.compile(
    r"[赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许吕张孔曹严魏姜谢邹苏潘范彭鲁马袁唐薛雷贺倪汤罗郝傅顾孟黄萧"
    r"姚邵汪戴宋庞熊董梁杜阮蓝贾江郭林钟徐邱骆蔡田胡霍邓刘叶丁崔侯廖曾]"
    r"(?:(?!某)[\u4e00-\u9fff]){0,2}(?:先生|女士|小姐|师傅)|我叫[^做作]|姓名(?:是|：|:)"
    r"|\b(?:Mr|Mrs|Ms|Miss|Dr)\.? [A-Z]|\b[Mm]y name is\b"
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[A-Za-z]{2,}")


@dataclass(frozen=True, slots=True)
class Fault:
    """`part` is "topic", "question" or "answer"; `lang` is "" for the topic."""

    part: str
    lang: str
    code: str
    blanks: Mapping[str, int] = field(default_factory=dict)

    def message(self, lang: Folder) -> str:
        """What to write instead, in the language of whoever edits."""
        return words(lang)(f"publishable.{self.code}", **self.blanks)


@cache
def topics() -> Mapping[str, Text]:
    """The topics' words by their value, in the form's order."""
    asked = next(one for one in forms.load_all()[FORM].fields if one.name == "topic")
    if not isinstance(asked, Select) or not isinstance(asked.options, Listed):
        raise forms.DefinitionError([f"{FORM}: topic must be a select with its own options."])
    return {one.value: one.label for one in asked.options.options}


def cleaned(pair: Pair) -> dict[str, str]:
    """Both languages as they are kept: no control characters, no space at ends of lines."""
    return {
        lang: "\n".join(line.rstrip() for line in guards.clean(str(pair.get(lang, ""))).split("\n"))
        for lang in FOLDERS
    }


def faults(topic: str, question: Pair, answer: Pair) -> list[Fault]:
    """All that is wrong, in the order of reading; the texts must be `cleaned`."""
    found = [] if topic in topics() else [Fault("topic", "", "unknown-topic")]
    for part, pair in (("question", question), ("answer", answer)):
        for lang in FOLDERS:
            text = pair.get(lang, "")
            found += [Fault(part, lang, *one) for one in _wrong(part, lang, text)]
    return found


def _wrong(part: str, lang: str, text: str) -> Iterator[tuple[str, Mapping[str, int]]]:
    least, most = LENGTHS[part][lang]
    if not text:
        yield "missing", {}
        return
    if len(text) < least:
        yield "too-short", {"min": least}
    if len(text) > most:
        yield "too-long", {"max": most, "over": len(text) - most}
    if part == "question" and "\n" in text:
        yield "one-line", {}
    if not (_HAN if lang == "zh" else _WORD).search(text):
        yield "language", {}
    for code in _leads_to_a_person(part, text):
        yield code, {}


def _leads_to_a_person(part: str, text: str) -> Iterator[str]:
    plain = guards.fold(text)
    if refusal := guards.refused_number(text):
        yield refusal
    elif _MOBILE.search(plain) or holds_mobile(text):
        yield "mobile"
    if any(_holds_digits(one) for one in _REFERENCE.findall(plain.upper())):
        yield "reference"
    if any(codes.parse_access_code(one) for one in _CODE.findall(plain)):
        yield "access-code"
    if _MAIL.search(plain):
        yield "mail"
    if _LINK.search(plain):
        yield "link"
    if _ACCOUNT.search(plain):
        yield "account"
    if _NAME.search(text):
        yield "name"
    if part == "question" and _DAY.search(plain):
        yield "day"


def _holds_digits(text: str) -> bool:
    """Words in capitals look like references; without a digit we take them for words."""
    return any(character.isdigit() for character in text)
