"""A finished Simplified page in Traditional characters.

What a reader sees or hears is converted: text, descriptions, labels, the words that scripts show.
Addresses of pages lead to the Traditional edition. Scripts, ids, form values and text that says its
own language stay as they are. A run of text is converted as one, whatever stands in bold in it: the
form of a character depends on its neighbours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urljoin

from forms_api.languages import TRADITIONAL, prefix, public
from scripts.inline_json import inline_json
from scripts.traditional import markup

_CONVERTED = re.compile(r"[\u3400-\u9fff\uf900-\ufaff“”‘’]")
_INLINE_NAMES = (
    "a abbr b bdi bdo cite data dfn em font i ins del label mark q s small span strong sub sup"
    " time tspan u wbr"
)
_LITERAL_NAMES = "code kbd pre samp textarea"
_SPOKEN_NAMES = (
    "alt title aria-label aria-description aria-roledescription aria-valuetext placeholder label"
    " abbr summary"
)
_SAID_NAMES = (
    "description keywords og:title og:description og:site_name og:image:alt twitter:title"
    " twitter:description application-name apple-mobile-web-app-title"
)
_INLINE: Final = frozenset(_INLINE_NAMES.split())
#: Written as it is to be typed or found.
_LITERAL: Final = frozenset(_LITERAL_NAMES.split())
_SPOKEN: Final = frozenset(_SPOKEN_NAMES.split())
_SAID: Final = frozenset(_SAID_NAMES.split())
_ADDRESSES: Final = frozenset(("href", "action", "formaction"))
#: Words for the search, which shares the Simplified index.
_SEARCHED: Final = "data-jq-term"
#: Files that the edition has of its own.
_TWINS: Final = {
    "/manifest.webmanifest": f"/{prefix(TRADITIONAL)}manifest.webmanifest",
    "/data/finder/zh.json": "/data/finder/zh-hant.json",
}
_CODES: Final = "/assets/qr/"  # pictures of pages' addresses
_LOCALES: Final = {"zh_CN": "zh_TW"}
_SIMPLIFIED, _HANT = public("zh"), public(TRADITIONAL)
#: First parts of addresses that are no pages of the Simplified edition.
_ELSEWHERE: Final = frozenset(("assets", "data", "en", "forms", "search-index", "zh-hant"))
_REFRESH = re.compile(r"(\s*[0-9.]*\s*[;,]\s*url\s*=\s*)(.*)", re.IGNORECASE | re.DOTALL)
_MAY_CHANGE = re.compile(
    r"[^\x00-\x7f]|&|\b(?:href|src|action|lang|content|translate|data)\b"
    r"|<(?:html|input|option|script)\b",
    re.IGNORECASE,
)

Many = Callable[[Sequence[str]], list[str]]


@dataclass(frozen=True)
class Pages:
    """`many` converts texts, each as long as before; `site_url` ends in "/"."""

    many: Many
    site_url: str
    _said: Callable[[str], str] = field(init=False, repr=False)
    _spoken: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Labels of the frame stand on every page.
        once = lru_cache(4096)(lambda text: self.many([text])[0])
        object.__setattr__(self, "_said", once)
        said = re.compile(rf"{re.escape(self.site_url)}[\w./#-]*", re.ASCII)
        object.__setattr__(self, "_spoken", said)

    def words(self, text: str) -> str:
        return self._said(text) if _CONVERTED.search(text) else text

    def address(self, address: str, here: str) -> str:
        """Where a link of the page at `here` (below the root, "help/ask/") leads in this edition.

        A page's address ends in "/". Relative ones stay when a page stands there as well.
        """
        path, mark = _parted(address)
        if address.startswith(self.site_url):
            inside = address.removeprefix(self.site_url)
            return self.site_url + self.address(f"/{inside}", here)[1:]
        if not path or path.startswith("//") or ":" in path.split("/")[0]:
            return address
        if path.startswith("/forms/"):
            return path + mark.replace(f"lang={_SIMPLIFIED}", f"lang={_HANT}")
        if path in _TWINS:
            return _TWINS[path]
        whole = path if path.startswith("/") else urljoin(f"/{here}", path)
        if not _is_page(whole):
            return whole + mark
        return f"/{prefix(TRADITIONAL)}{whole[1:]}{mark}" if path.startswith("/") else address

    def spoken(self, text: str, here: str) -> str:
        """With the addresses of this site that a text says leading to this edition."""
        if self.site_url not in text:
            return text
        return self._spoken.sub(lambda found: self.address(found[0], here), text)

    def page(self, html: str, here: str) -> str:
        """The Traditional page of the Simplified page at `here`."""
        work = _Work(self, here)
        for kind, name, text in markup.pieces(html):
            work.take(kind, name, text)
        return work.done()

    def data(self, value: Any, here: str) -> Any:
        """Texts and addresses within what a script reads as JSON."""
        if isinstance(value, str):
            if value.startswith(("/", self.site_url)):
                return self.address(value, here)
            return self.words(value)
        if isinstance(value, dict):
            return {key: self.data(one, here) for key, one in value.items()}
        return [self.data(one, here) for one in value] if isinstance(value, list) else value


@dataclass
class _Work:
    """One page in the making. `frozen` is the element that keeps its text, `depth` how many of its
    kind are open."""

    pages: Pages
    here: str
    out: list[str] = field(default_factory=list)
    runs: list[list[int]] = field(default_factory=list)
    run: list[int] = field(default_factory=list)
    frozen: str = ""
    depth: int = 0
    json: bool = False

    def take(self, kind: str, name: str, text: str) -> None:
        if kind == "text" or (kind == "raw" and name == "title"):
            self._text(text)
        elif kind == "open":
            self._open(name, text)
        elif kind == "raw" and name == "script" and self.json:
            self.out.append(self._json(text))
        else:
            self.out.append(text)
            if kind == "close":
                self._close(name)

    def done(self) -> str:
        self._break()
        texts = ["".join(self.out[index] for index in run) for run in self.runs]
        for run, text in zip(self.runs, self.pages.many(texts), strict=True):
            position = 0
            for index in run:
                end = position + len(self.out[index])
                self.out[index] = text[position:end]
                position = end
        return "".join(self.out)

    def _text(self, text: str) -> None:
        if not self.frozen:
            text = self.pages.spoken(markup.spelt_out(text), self.here)
            self.run.append(len(self.out))
        self.out.append(text)

    def _break(self) -> None:
        """The end of a run: its neighbours are no neighbours to a reader."""
        if self.run and _CONVERTED.search("".join(self.out[index] for index in self.run)):
            self.runs.append(self.run)
        self.run = []

    def _open(self, name: str, tag: str) -> None:
        given = markup.attributes(tag) if _MAY_CHANGE.search(tag) else {}
        keeps = name != "html" and (
            "lang" in given or name in _LITERAL or given.get("translate") == "no"
        )
        keeps = keeps or (name == "option" and "value" not in given)
        if keeps or name not in _INLINE:
            self._break()
        if given and not (self.frozen or keeps):
            tag = markup.with_attributes(
                tag, lambda key, value: self._value(name, given, key, value)
            )
        elif given:
            tag = markup.with_attributes(tag, lambda key, value: self._led(given, key, value))
        self.out.append(tag)
        self.json = name == "script" and given.get("type", "").endswith("json")
        if name in markup.VOID:
            return
        if self.frozen == name:
            self.depth += 1
        elif keeps and not self.frozen:
            self.frozen, self.depth = name, 1

    def _close(self, name: str) -> None:
        if name not in _INLINE:
            self._break()
        if self.frozen == name:
            self.depth -= 1
            if not self.depth:
                self._break()
                self.frozen = ""

    def _led(self, given: dict[str, str], key: str, value: str) -> str:
        """A link to another edition says so, and is left alone."""
        if key in _ADDRESSES and "hreflang" not in given:
            return self.pages.address(value, self.here)
        return value

    def _value(self, name: str, given: dict[str, str], key: str, value: str) -> str:
        if key in _ADDRESSES:
            return self._led(given, key, value)
        if value in _TWINS:
            return _TWINS[value]
        if key == "src" and value.startswith(_CODES):
            return value.replace(_CODES, f"{_CODES}{prefix(TRADITIONAL)}", 1)
        if key in _SPOKEN or (key.startswith("data-") and key != _SEARCHED):
            return self.pages.words(value)
        if name == "html" and key == "lang":
            return _HANT
        if name == "meta" and key == "content":
            return self._meta(given, value)
        if name == "input" and key == "value" and given.get("name") == "lang":
            return _HANT if value == _SIMPLIFIED else value
        return value

    def _meta(self, given: dict[str, str], value: str) -> str:
        what = given.get("name") or given.get("property") or ""
        if what in _SAID:
            return self.pages.words(value)
        if what == "og:url":
            return self.pages.address(value, self.here)
        if what == "og:locale":
            return _LOCALES.get(value, value)
        if given.get("http-equiv", "").lower() == "refresh" and (found := _REFRESH.match(value)):
            return found[1] + self.pages.address(found[2], self.here)
        return value

    def _json(self, text: str) -> str:
        try:
            value = json.loads(text)
        except ValueError:
            return text
        return str(inline_json(self.pages.data(value, self.here)))


def _parted(address: str) -> tuple[str, str]:
    """(path, "?query#fragment")"""
    end = min((at for sign in "?#" if (at := address.find(sign)) >= 0), default=len(address))
    return address[:end], address[end:]


def _is_page(path: str) -> bool:
    return path.endswith("/") and path.split("/")[1] not in _ELSEWHERE
