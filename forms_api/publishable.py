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
from forms_api.skeleton import skeleton
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
_D: Final = "[0-9〇零一二两三四五六七八九十廿卅]"
_SURNAMES: Final = (
    "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许吕张孔曹严魏姜谢邹苏潘范彭鲁马袁唐薛雷贺倪汤罗郝傅顾孟黄萧"
    "姚邵汪戴宋庞熊董梁杜阮蓝贾江郭林钟徐邱骆蔡田胡霍邓刘叶丁崔侯廖曾"
)
_PINYIN: Final = (
    "Zhang|Wang|Li|Liu|Chen|Yang|Huang|Zhao|Wu|Zhou|Xu|Sun|Ma|Zhu|Hu|Guo|He|Lin|Gao|Luo|Zheng|Liang"
    "|Xie|Tang|Deng|Feng|Cao|Peng|Zeng|Xiao|Tian|Dong|Pan|Yuan|Cai|Jiang|Yu|Du|Ye|Cheng|Wei|Su|Lu|Ding"
)
_MONTHS: Final = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
)

# On the skeleton of a text, and each with a bound: a hostile text costs no more than a good one.
_REFERENCE = re.compile(
    rf"(?<![A-Z0-9])[A-Z]{{1,4}}-?[{_LETTERS}]{{4}}-?[{_LETTERS}]{{4}}(?![A-Z0-9])"
)
_CODE = re.compile(r"(?<![2-9a-z])[2-9a-z](?:[\s-]{0,2}[2-9a-z]){27}(?![2-9a-z])", re.IGNORECASE)
_MAIL = re.compile(
    r"[\w.+%-]\s?(?:@|[(\[]at[)\]])\s?"
    r"(?:[\w-]{1,63}\.[\w-]|[A-Za-z0-9-]{1,63}\s?[.。]\s?[A-Za-z]{2})",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"https?:|www\.|weixin:|\]\(|[a-z0-9-][.。][a-z]{2,8}/"
    r"|[a-z0-9-][.。](?:com|cn|net|org|gov|top|xyz|cc|vip|io|me|info|club|shop)(?![a-z0-9])",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    r"(?:微信|薇信|威信|V信|VX|微博|抖音|快手|支付宝|QQ|wechat(?: id)?|telegram|whatsapp)号?"
    r"\s{0,3}[:：是为]?\s{0,3}[a-z0-9_-]{5,}",
    re.IGNORECASE,
)
_DAY = re.compile(
    r"\d{4}\s{0,3}[-/.]\s{0,3}\d{1,2}\s{0,3}[-/.]\s{0,3}\d{1,2}"
    rf"|{_D}{{1,3}}\s{{0,3}}月\s{{0,3}}{_D}{{1,3}}\s{{0,3}}[日号]"
    r"|[正一二三四五六七八九十冬腊]月(?:初[一二三四五六七八九十]|[十廿二三][一二三四五六七八九十]{1,2})"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\s{{1,3}}(?:{_MONTHS})\b|\b(?:{_MONTHS})\s{{1,3}}\d{{1,2}}\b"
)
# Surnames that seldom end another word before these titles; 某 in between is no name.
_NAME = re.compile(
    rf"[{_SURNAMES}](?:(?!某)[\u4e00-\u9fff]){{0,2}}(?:先生|女士|小姐|师傅)|我叫[^做作]|姓名(?:是|：|:)"
    rf"|名叫[{_SURNAMES}]|\b(?:Mr|Mrs|Ms|Miss|Dr)\.? [A-Z]|\b[Mm]y name is\b"
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[A-Za-z]{2,}")
_TITLES: Final = "同志|书记|主任|老师|老板|经理|组长|队长|委员|大哥|大姐|老乡|工友"
#: What may lead to a person and may not: the desk is asked about each. `digits` leaves out the
#: public hotlines.
_ASKED: Final[Mapping[str, re.Pattern[str]]] = {
    "digits": re.compile(
        r"(?<!\d)(?!123(?:1[4-9]|[2-9]\d)(?!\d))"
        r"\d(?:[\s\-.·()]{0,2}\d){4,24}"
    ),
    "date": re.compile(
        rf"{_DAY.pattern}|(?<![\d/])\d{{1,2}}/\d{{1,2}}(?![\d/])"
        r"|初[一二三四五六七八九十](?![\u4e00-\u9fff]?[步级中])"
        rf"|(?<![路街巷弄道村] )(?<![月\d路街巷弄道第〇零一二两三四五六七八九十]){_D}{{1,3}}\s?号"
        r"(?![文楼线院码])"
    ),
    "street": re.compile(
        rf"[路街巷弄道村]\s{{0,3}}{_D}{{1,5}}\s{{0,3}}[号弄]|{_D}{{1,5}}\s{{0,3}}(?:号楼|栋|幢|单元|室)"
        r"|\b\d{1,5}\s[A-Z][a-z]{1,20}\s(?:Road|Street|Lane|Avenue|Rd|St)\b|\bRoom \d"
    ),
    "token": re.compile(
        r"(?<![A-Za-z0-9_])(?=[A-Za-z0-9]{0,30}_|[A-Za-z]{1,30}[0-9]|[0-9]{1,30}[A-Za-z])"
        r"[A-Za-z0-9_-]{4,60}"
    ),
    "half-code": re.compile(
        r"(?<![A-Za-z0-9])(?=[a-z\s-]{0,20}[2-9])(?=[2-9\s-]{0,20}[a-z])"
        r"[2-9a-z]{4}(?:[\s-]{1,2}[2-9a-z]{4}){1,6}(?![A-Za-z0-9])"
    ),
    "person": re.compile(
        rf"(?:我是|我姓|叫|姓名|联系人|找|有个)[{_SURNAMES}](?!某)[\u4e00-\u9fff]{{0,2}}"
        rf"|[{_SURNAMES}](?!某)[\u4e00-\u9fff]{{0,2}}(?:{_TITLES})"
        rf"|阿(?![姨婆公拉里富])[\u4e00-\u9fff]|[老小][{_SURNAMES}](?![\u4e00-\u9fff]{{0,1}}[家区])"
        rf"|(?<![\u4e00-\u9fff])[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}(?![\u4e00-\u9fff])"
        rf"|\b(?:{_PINYIN})\s[A-Z][a-z]{{1,20}}\b|\b[A-Z][a-z]{{1,20}}\s(?:{_PINYIN})\b"
    ),
    "workplace": re.compile(
        r"在[\u4e00-\u9fff]{2,12}?(?:厂|公司|车间|工地|酒店|饭店|学校|医院|工作室)"
    ),
}
ASKED: Final = tuple(f"ask-{name}" for name in _ASKED)


@dataclass(frozen=True, slots=True)
class Fault:
    """`part` is "topic", "question" or "answer"; `lang` is "" for the topic."""

    part: str
    lang: str
    code: str
    blanks: Mapping[str, int] = field(default_factory=dict)
    found: str = ""  # the piece of text that a question is about

    def message(self, lang: Folder) -> str:
        """What to write instead, or what to look at, in the language of whoever edits."""
        return words(lang)(f"publishable.{self.code}", **self.blanks, found=self.found)

    @property
    def key(self) -> str:
        """Names one question about one piece of text: what is changed is asked anew."""
        return ":".join((self.part, self.lang, self.code, self.found))


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
    if len(text) > most:  # and nothing else: what is bounded is looked at
        yield "too-long", {"max": most, "over": len(text) - most}
        return
    if part == "question" and "\n" in text:
        yield "one-line", {}
    if not (_HAN if lang == "zh" else _WORD).search(text):
        yield "language", {}
    for code in _leads_to_a_person(part, text):
        yield code, {}


def _leads_to_a_person(part: str, text: str) -> Iterator[str]:
    plain = skeleton(text)
    if refusal := guards.refused_number(text):
        yield refusal
    elif holds_mobile(text):
        yield "mobile"
    if any(_holds_digits(one) for one in _REFERENCE.findall(plain.upper())):
        yield "reference"
    if any(codes.parse_access_code(one) for one in _CODE.findall(plain)):
        yield "access-code"
    if _MAIL.search(plain):
        yield "mail"
    elif _LINK.search(plain):
        yield "link"
    if _ACCOUNT.search(plain):
        yield "account"
    if _NAME.search(plain):
        yield "name"
    if part == "question" and _DAY.search(plain):
        yield "day"


def questions(texts: Mapping[str, Pair]) -> list[Fault]:
    """What may lead to a person, by part ("question", "answer"), for a person to decide one by one.

    A filter helps, it does not decide: it knows spellings, not who is meant. Texts that are too
    long have a fault already and are not asked about.
    """
    found = []
    for part in ("question", "answer"):
        for lang in FOLDERS:
            text = texts.get(part, {}).get(lang, "")
            if text and len(text) <= LENGTHS[part][lang][1]:
                found += [
                    Fault(part, lang, code, found=piece) for code, piece in _asked(part, text)
                ]
    return found


def _asked(part: str, text: str) -> Iterator[tuple[str, str]]:
    plain = skeleton(text)
    for name, pattern in _ASKED.items():
        if name != "workplace" or part == "question":
            pieces = (one[0].strip() for one in pattern.finditer(plain))
            yield from ((f"ask-{name}", piece) for piece in dict.fromkeys(pieces))


def _holds_digits(text: str) -> bool:
    """Words in capitals look like references; without a digit we take them for words."""
    return any(character.isdigit() for character in text)
