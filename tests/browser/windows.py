"""Windows that stay open from test to test: a new one takes Chromium longer than most tests."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.browser.visitor import Visitor

MOST = 6  # each is a process of its own


class Windows:
    """Windows of one site that were emptied and wait for another visitor of their kind."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser, self._url = browser, url
        self._empty: list[Visitor] = []  # the last used at the end

    def open(
        self, viewport: str, lang: str, javascript: bool, dark: bool, alone: bool = False
    ) -> Visitor:
        """An empty window: one of this kind that waits, unless it is to be `alone`."""
        kind = (viewport, lang, javascript, dark)
        waiting = [] if alone else [one for one in self._empty if one.kind == kind]
        if not waiting:
            return Visitor(self._browser, self._url, *kind)
        self._empty.remove(waiting[0])
        return waiting[0]

    def leave(self, visitor: Visitor, alone: bool = False) -> list[str]:
        """What went wrong in it; kept for another visitor when nothing did."""
        if alone or not visitor.makes_room():
            return visitor.leaves()
        self._empty.append(visitor)
        if len(self._empty) > MOST:
            self._empty.pop(0).leaves()
        return []

    def close(self) -> None:
        for visitor in self._empty:
            visitor.leaves()
        self._empty.clear()
