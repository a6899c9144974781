"""When a page begins to hear keys: Chromium throws away those that come before its first picture.

No event of the page tells that moment, so a key that does nothing is pressed until one arrives.
"""

from __future__ import annotations

import time

from playwright.sync_api import Page

LISTEN = """() => {
  if (document.jqHears !== undefined) return document.jqHears;
  document.jqHears = false;
  addEventListener("keydown", () => { document.jqHears = true; }, { capture: true, once: true });
  return false;
}"""


def wait_until_keys_are_heard(page: Page, seconds: float = 10) -> None:
    """Returns at once for a document that has heard a key before; its scripts must be allowed."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(LISTEN):
        assert time.monotonic() < deadline, f"{page.url} heard no key for {seconds} s"
        page.keyboard.press("Shift")
