"""The finder's rows and what can be filtered by, as the browser reads it.

Rows are sorted by place, in a place open branches before others and recently checked ones first.
So a place is a range of rows, and so are its open branches. Whatever else can be chosen is a
*value* (people from Songjian Town; can give reception): a set of rows, kept as the bits of an int.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from scripts.directory.schema import Branch, Directory, Place, Text, made_once
from scripts.directory.words import Words, capital

#: 64 characters that JSON leaves as they are; further ones follow for longer lists.
SYMBOLS = [chr(code) for code in range(40, 0xD800) if code != 92]
_SIXES = bytes(ord(symbol) for symbol in SYMBOLS[:64]) + bytes(192)

#: Who a reader is → what such branches have: (field, value).
WHO: Mapping[str, tuple[tuple[str, str], ...]] = {
    "worker": (
        ("setting", "private_firm"),
        ("setting", "foreign_firm"),
        ("setting", "park"),
        ("setting", "building"),
        ("setting", "construction_site"),
    ),
    "delivery": (("trade", "new_employment"),),
    "trader": (("setting", "market"),),
    "founder": (("kind", "entrepreneurs"), ("anchor", "native_firm")),
    "student": (("kind", "students"), ("setting", "campus")),
    "newcomer": (("setting", "community"), ("setting", "resettled_estate")),
    "servant": (("kind", "office"), ("kind", "fellowship")),
}
#: Of a group of values one can be chosen, of services several.
PARTS = ("home", "who", "trade", "service", "setup", "anchor", "open", "checked")


@dataclass(frozen=True, slots=True)
class Span:
    """A city's rows: `start` up to `open` are open branches, from there up to `end` the others."""

    city: Place
    province: Place
    start: int
    open: int
    end: int


@dataclass(frozen=True, slots=True)
class Value:
    """`key` is what stands in addresses; `bits` are the same rows as `rows`."""

    part: str
    key: str
    label: Text
    rows: Sequence[int]
    bits: int


@dataclass(frozen=True)
class Columns:
    rows: tuple[Branch, ...]
    spans: tuple[Span, ...]
    values: tuple[Value, ...]
    open: int  # bits: open branches, which alone are shown at first

    def count(self, rows: int) -> int:
        """Open branches among them."""
        return (rows & self.open).bit_count()


def columns(directory: Directory, words: Mapping[str, Words], today: date) -> Columns:
    """`words` by language; an entry is old or not as it is on `today`.

    The page of each language and the data ask for the same.
    """
    # The words stay with the answer: as long as they live nothing else has their id.
    asked = ("columns", today, id(words))
    return made_once(directory, asked, lambda: (words, _columns(directory, words, today)))[1]


def _columns(directory: Directory, words: Mapping[str, Words], today: date) -> Columns:
    rows = tuple(sorted(directory.branches, key=_order))
    spans = tuple(_spans(rows))
    opened = sum(((1 << span.open) - (1 << span.start)) for span in spans)
    return Columns(rows, spans, tuple(_values(directory, rows, words, today)), opened)


def _order(branch: Branch) -> tuple[str, str, bool, int, str]:
    recent = -branch.verified_on.toordinal()
    return branch.province.code, branch.city.code, not branch.is_open, recent, branch.id


def _spans(rows: Sequence[Branch]) -> Iterable[Span]:
    start = 0
    while start < len(rows):
        first = rows[start]
        end = start
        while end < len(rows) and rows[end].city.code == first.city.code:
            end += 1
        opened = sum(branch.is_open for branch in rows[start:end])
        yield Span(first.city, first.province, start, start + opened, end)
        start = end


def _values(
    directory: Directory, rows: Sequence[Branch], words: Mapping[str, Words], today: date
) -> Iterable[Value]:
    """In the order of the lists; what no entry has is left out."""
    lists = directory.taxonomies
    found: dict[tuple[str, str], list[int]] = {}
    who: dict[tuple[str, str], list[str]] = {}
    for key, wanted in WHO.items():
        for pair in wanted:
            who.setdefault(pair, []).append(key)
    kinds: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for number, branch in enumerate(rows):
        sort = (branch.kind, branch.setting, branch.trade, branch.anchor, branch.setup)
        if sort not in kinds:
            fields = ("kind", "setting", "trade", "anchor", "setup")
            have = [one for pair in zip(fields, sort, strict=True) for one in who.get(pair, ())]
            kinds[sort] = [("who", key) for key in dict.fromkeys(have)]
            kinds[sort] += [("trade", branch.trade)] if branch.trade else []
            kinds[sort] += [("setup", branch.setup), ("anchor", branch.anchor)]
        has = [*kinds[sort], ("home", branch.township.slug)]
        has += [("service", service) for service in branch.services]
        if branch.open_to_non_members:
            has.append(("open", "yes"))
        if not branch.is_stale(today):
            has.append(("checked", "yes"))
        for value in has:
            found.setdefault(value, []).append(number)
    order: list[tuple[str, str, Text]] = [
        ("home", slug, town.name) for slug, town in directory.townships.items()
    ]
    order += [("who", key, _worded(words, f"finder_who_{key}")) for key in WHO]
    for part, name in (
        ("trade", "trade"),
        ("service", "services"),
        ("setup", "setup"),
        ("anchor", "anchor"),
    ):
        order += [(part, term.value, term.label) for term in lists[name].values()]
    order += [(part, "yes", _worded(words, f"finder_{part}")) for part in ("open", "checked")]
    for part, key, label in order:
        if numbers := found.get((part, key)):
            worded = Text(label.zh, capital(label.en), label.hant)
            yield Value(part, key, worded, numbers, _bits(numbers, len(rows)))


def _worded(words: Mapping[str, Words], key: str) -> Text:
    return Text(words["zh"][key], words["en"][key])


def _bits(numbers: Iterable[int], size: int) -> int:
    packed = bytearray(size // 8 + 1)
    for number in numbers:
        packed[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(packed, "little")


def six(bits: int, size: int) -> str:
    """Bits as text, six to a character, the first row lowest."""
    whole = bits.to_bytes(size // 8 + 4, "little")
    packed = bytearray()
    for at in range(0, -(-size // 24) * 3, 3):
        four = int.from_bytes(whole[at : at + 3], "little")
        packed += bytes((four & 63, four >> 6 & 63, four >> 12 & 63, four >> 18))
    return packed.translate(_SIXES).decode("ascii")[: -(-size // 6)]


def symbols(values: Sequence[Value], size: int) -> tuple[list[list[int]], str]:
    """Values of which a row has few as one character a row: (what each character says, the text).

    What a character says is a list of places in `values`.
    """
    having = [0] * size
    for place, value in enumerate(values):
        flag = 1 << place
        for row in value.rows:
            having[row] |= flag
    sets: dict[int, str] = {}
    text = "".join([sets.get(one) or sets.setdefault(one, SYMBOLS[len(sets)]) for one in having])
    return [[i for i in range(len(values)) if one >> i & 1] for one in sets], text
