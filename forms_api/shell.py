"""A finished page with marked places to fill: `<!--jq:NAME-->default<!--/jq:NAME-->`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Final

NAMES: Final = frozenset(
    {"title", "description", "canonical", "crumbs", "content", "rail", "switch", "switch_foot",
     "head"}
)  # fmt: skip
_PLACE = re.compile(r"<!--jq:([a-z_]+)-->(.*?)<!--/jq:\1-->", re.DOTALL)
_LINK = re.compile(r'(?P<start><a href=")[^"]*(?P<rest>" hreflang="(?P<code>[\w-]+)")')
_LEFT_OVER = re.compile(r"<!--/?jq:([a-z_]+)-->")


@dataclass(frozen=True, slots=True)
class Shell:
    """Text and places in turn: fixed[0], place[0], fixed[1], … fixed[n]."""

    fixed: tuple[str, ...]
    names: tuple[str, ...]
    defaults: tuple[str, ...]

    @classmethod
    def parse(cls, html: str) -> "Shell":
        """Raises ValueError for an unknown, unclosed or nested marker."""
        parts = _PLACE.split(html)
        fixed, names, defaults = parts[0::3], parts[1::3], parts[2::3]
        for name in names:
            if name not in NAMES:
                raise ValueError(f"unknown place in the shell: {name}")
        for text in (*fixed, *defaults):
            if found := _LEFT_OVER.search(text):
                raise ValueError(f"unclosed or nested place in the shell: {found[1]}")
        return cls(tuple(fixed), tuple(names), tuple(defaults))

    def switches(self, address: Callable[[str], str]) -> dict[str, str]:
        """The links to the other editions as parts to fill: the page's `address` by public code.

        A link begins `<a href="…" hreflang="zh-Hant"`.
        """

        def led(link: re.Match[str]) -> str:
            return f"{link['start']}{escape(address(link['code']))}{link['rest']}"

        return {
            name: _LINK.sub(led, default)
            for name, default in zip(self.names, self.defaults, strict=True)
            if name in ("switch", "switch_foot")
        }

    def fill(self, **parts: str) -> str:
        """The page; places not named keep their default. Raises KeyError for an unknown name.

        Each part is finished HTML: `title` is a whole <title>, `canonical` a whole <link>,
        `switch` all links to other editions. A name that stands twice is filled twice.
        """
        for name in parts:
            if name not in NAMES:
                raise KeyError(name)
        pieces = [self.fixed[0]]
        for name, default, text in zip(self.names, self.defaults, self.fixed[1:], strict=True):
            pieces.append(parts.get(name, default))
            pieces.append(text)
        return "".join(pieces)
