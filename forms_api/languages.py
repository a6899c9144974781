"""The one place that maps folders (zh, en) and editions to public language codes and URL prefixes.

Folders are what people write in; editions are what readers open. The Traditional edition is made
from the Simplified text at build time and has no sources of its own.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final, Literal, TypeAlias

Folder: TypeAlias = Literal["zh", "en"]
Edition: TypeAlias = Literal["zh", "zh-hant", "en"]

FOLDERS: Final[tuple[Folder, ...]] = ("zh", "en")
EDITIONS: Final[tuple[Edition, ...]] = ("zh", "zh-hant", "en")
TRADITIONAL: Final[Edition] = "zh-hant"
PUBLIC: Final[dict[Edition, str]] = {"zh": "zh-Hans", "zh-hant": "zh-Hant", "en": "en"}
# Accepted from a reader. zh-Hant is answered in Simplified where there is no such edition.
ACCEPTED: Final[tuple[str, ...]] = ("zh-Hans", "zh-Hant", "en")
DEFAULT: Final[Folder] = "zh"
_WRITE_TRADITIONAL: Final = frozenset({"hant", "tw", "hk", "mo"})
_BY_CODE: Final[dict[str, Edition]] = {code: edition for edition, code in PUBLIC.items()}
#: What readers know them by: in a row of links, and in full.
_CALLED: Final[dict[Edition, tuple[str, str]]] = {
    "zh": ("简", "简体中文"),
    "zh-hant": ("繁", "繁體中文"),
    "en": ("EN", "English"),
}


def public(edition: Edition) -> str:
    """The code for html lang, hreflang and JSON: zh -> zh-Hans."""
    return PUBLIC[edition]


def edition_of(code: str) -> Edition:
    """The edition of one of our public codes; raises KeyError for another."""
    return _BY_CODE[code]


def prefix(edition: Edition) -> str:
    """What stands between the site's root and a page's path: "", "zh-hant/" or "en/"."""
    return "" if edition == DEFAULT else f"{edition}/"


def source(edition: Edition) -> Folder:
    """The folder whose text an edition shows: zh-hant -> zh."""
    return "en" if edition == "en" else "zh"


def offered(identity: Mapping[str, Any]) -> tuple[Edition, ...]:
    """What an office publishes: `traditional` of its identity block turns that edition on."""
    return EDITIONS if identity.get("traditional") else FOLDERS


def called(edition: Edition, beside: Collection[Edition]) -> tuple[str, str]:
    """(short, whole) in its own language; Chinese is just Chinese where there is one edition."""
    alone = edition == DEFAULT and TRADITIONAL not in beside
    return ("中", "中文") if alone else _CALLED[edition]


def other(folder: Folder) -> Folder:
    return "en" if folder == "zh" else "zh"


def parse(code: str | None) -> Edition | None:
    """The edition for any spelling of a code we answer (zh, zh-CN, zh_TW, en-GB), else None.

    A script counts more than a region: zh-Hans-HK is Simplified.
    """
    primary, *more = (code or "").strip().replace("_", "-").lower().split("-")
    if primary != "zh":
        return "en" if primary == "en" else None
    if "hans" in more:
        return "zh"
    return TRADITIONAL if _WRITE_TRADITIONAL.intersection(more) else "zh"


def from_accept_language(header: str | None) -> Edition:
    """The first language we have, by quality and then by order; Chinese if none."""
    ranked: list[tuple[float, int, Edition]] = []
    for position, part in enumerate((header or "")[:1000].split(",")):
        code, _, parameter = part.partition(";")
        edition = parse(code)
        quality = _quality(parameter)
        if edition and quality > 0:
            ranked.append((-quality, position, edition))
    return min(ranked)[2] if ranked else DEFAULT


def _quality(parameter: str) -> float:
    name, _, number = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(number)
    except ValueError:
        return 0.0
