"""How text becomes words of the index. Pure; `docs/assets/js/search.js` mirrors every rule.

A run of Han characters becomes each overlapping pair plus its last character alone, so that
every two-character string of a page is a word of the index and no dictionary can disagree.
`tests/cases/search_tokens.yml` holds both sides to the same answers.
"""

import re
import unicodedata
from collections.abc import Mapping
from operator import add

HAN = "\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PART = re.compile(
    rf"(?P<han>[{HAN}]+)"
    r"|(?P<number>\d{1,3}(?:,\d{3})+(?!\d))"
    rf"|(?P<word>(?:(?![{HAN}])[^\W_])+(?:['’](?:(?![{HAN}])[^\W_])+)*)"
    r"|(?P<mark>\S)"
)
_KEPT = re.compile(rf"[{HAN}]|[^\W_]")
_GAP = re.compile(r"[^\w]+|_")
KEY_LENGTH = 24
# Left out of exact keys and of loose matching; the browser keeps the same list.
_STOP = (
    "a an the is are was were be do does did can could should would will may must i you we they he"
    " she it my our your their me us them to of in on at for from by with about and or if how what"
    " where when who whom which why that this these those there have has had get not no any some"
    " please tell need want"
)
STOP_WORDS = frozenset(_STOP.split())


class Fold(dict[int, str]):
    """Each character by itself: full to half width, then a table (Traditional to Simplified).

    The length of a text never changes, so that an offset in it stays one in the original.
    """

    def __init__(self, table: Mapping[str, str]) -> None:
        super().__init__()
        self._table = table

    def __call__(self, text: str) -> str:
        return text.translate(self)

    def __missing__(self, code: int) -> str:
        character = chr(code)
        normal = unicodedata.normalize("NFKC", character)
        if len(normal.encode("utf-16-le")) != len(character.encode("utf-16-le")):
            normal = character
        self[code] = folded = self._table.get(normal, normal)
        return folded


def tokens(folded: str) -> list[str]:
    """Words of folded text in order, case kept: Pagefind splits camelCase itself.

    A punctuation mark is a word of its own, which keeps phrases from crossing it.
    """
    words: list[str] = []
    for part in _PART.finditer(folded):
        text = part[0]
        kind = part.lastgroup
        if kind == "han":
            words += map(add, text, text[1:])
            words.append(text[-1])
        elif kind == "number":
            words.append(text.replace(",", ""))
        elif kind == "word" and not text.isalnum():
            words.append(text.replace("'", "").replace("’", ""))
        else:
            words.append(text)
    return words


def key(folded: str) -> str:
    """A whole title or heading as one word: lower case, no blanks, marks or stop words.

    "" when nothing is left. Cut at KEY_LENGTH characters.
    """
    words = folded.lower().replace("'", "").replace("’", "")
    kept = [word for word in _GAP.split(words) if word not in STOP_WORDS]
    return "".join(_KEPT.findall("".join(kept)))[:KEY_LENGTH]
