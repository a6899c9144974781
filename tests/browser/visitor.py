"""A person with a browser, so that tests read like what they do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Request,
    Response,
    Route,
    expect,
)

from tests.browser.attention import wait_until_keys_are_heard

VIEWPORTS = {
    "small": (320, 568),  # the smallest phone still about
    "phone": (390, 844),
    "tablet": (820, 1180),
    "desktop": (1280, 900),
    "office": (1366, 768),
}
LOCALES = {"zh": "zh-CN", "zh-Hans": "zh-CN", "zh-Hant": "zh-TW", "en": "en-GB"}
RUN_AXE = "async ([part, how]) => (await axe.run(part || document, how)).violations"
OFF_BY_DEFAULT = {"target-size": {"enabled": True}}
OWN_FILES = {"stylesheet", "script", "image", "font", "manifest", "media"}


class Visitor:
    """Opened pages are in `page`; names of links, buttons and fields are what a reader sees."""

    def __init__(
        self,
        browser: Browser,
        url: str,
        viewport: str,
        lang: str,
        javascript: bool,
        dark: bool,
        keeps_pages: bool = False,
    ) -> None:
        """Only who `keeps_pages` has the site's service worker: others ask for each page."""
        width, height = VIEWPORTS[viewport]
        self.url = url
        self.kind = (viewport, lang, javascript, dark)
        self.faults: list[str] = []
        self._browser = browser
        self._javascript = javascript
        self._manner: dict[str, Any] = {
            "base_url": url,
            "viewport": {"width": width, "height": height},
            "locale": LOCALES[lang],
            "timezone_id": "Asia/Shanghai",
            "color_scheme": "dark" if dark else "light",
            "has_touch": viewport in ("small", "phone"),
            "service_workers": "allow" if keeps_pages else "block",
            "ignore_https_errors": True,  # where a test has made its certificate itself
        }
        self._context = browser.new_context(**self._manner, java_script_enabled=javascript)
        self._context.on("request", self._notice_request)
        self._context.on("response", self._notice_response)
        self._context.on("console", self._notice_console)
        self._context.on("weberror", lambda problem: self._note(f"script error: {problem.error}"))
        self.page: Page = self._context.new_page()
        self._copied = ""
        self._copy: Page | None = None

    # What a visitor does

    def opens(self, path: str) -> int:
        """The status of the answer."""
        response = self.page.goto(path)
        assert response is not None
        return response.status

    def follows(self, link: str) -> None:
        self._only("link", link).click()

    def presses(self, button: str) -> None:
        self._only("button", button).click()

    def fills(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=False).first.fill(text)

    def chooses(self, label: str, option: str) -> None:
        """In a list that drops down."""
        self.page.get_by_label(label, exact=False).first.select_option(label=option)

    def ticks(self, label: str) -> None:
        """A box or a round button."""
        self.page.get_by_label(label, exact=False).first.check()

    def unticks(self, label: str) -> None:
        self.page.get_by_label(label, exact=False).first.uncheck()

    def sends(self) -> None:
        """Presses the button that ends the form in the article, whatever it is called."""
        self.page.locator("main form [type=submit], main form button:not([type])").last.click()

    def types(self, keys: str) -> None:
        """One key or a chord, such as Tab or Control+K."""
        if self._javascript:
            self.page.wait_for_load_state()  # scripts that act on keys are there
            wait_until_keys_are_heard(self.page)
        self.page.keyboard.press(keys)

    def goes_back(self) -> None:
        self.page.go_back()

    def reloads(self) -> None:
        self.page.reload()

    def loses_the_network(self) -> None:
        self._context.set_offline(True)

    def finds_the_network(self) -> None:
        self._context.set_offline(False)

    # What a visitor notices; each waits a few seconds for it

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible()

    def does_not_see(self, text: str) -> None:
        expect(self.page.get_by_text(text).filter(visible=True)).to_have_count(0)

    def sees_heading(self, text: str) -> None:
        expect(self.page.get_by_role("heading", name=text).first).to_be_visible()

    def is_at(self, path: str) -> None:
        """The whole path, without query and fragment."""
        expect(self.page).to_have_url(re.compile(re.escape(self.url + path) + r"([?#].*)?$"))

    def has_title(self, text: str) -> None:
        """Somewhere in the window's title."""
        expect(self.page).to_have_title(re.compile(re.escape(text)))

    def focus_is_on(self, selector: str) -> None:
        expect(self.page.locator(selector)).to_be_focused()

    def reads(self, selector: str = "main") -> str:
        """The visible text of a part of the page."""
        return self.page.locator(selector).first.inner_text()

    def needs_no_sideways_scrolling(self) -> None:
        self.page.wait_for_load_state()  # a busy machine fills a field before the page is dressed
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{self.page.url} is {wide} px wider than the window"

    def meets_no_barrier(self, context: str | None = None, rules: Iterable[str] = ()) -> None:
        """No finding of axe at all, on the page or within a selector; `rules` asks for those only.

        Without `rules` axe looks for all it knows, best practices and sizes of targets as well.
        """
        self.page.wait_for_load_state()  # without its style sheets a page has other sizes
        page = self.page if self._javascript else self._copy_of_the_page()
        options = {"runOnly": list(rules)} if rules else {"rules": OFF_BY_DEFAULT}
        if not page.evaluate("'axe' in window"):
            page.evaluate(Axe().axe_script)
        found = page.evaluate(RUN_AXE, [context, {**options, "resultTypes": ["violations"]}])
        assert not found, "\n".join([self.page.url, *map(_told, found)])

    def leaves(self) -> list[str]:
        """Closes the browser's window; says what went wrong on the way."""
        self._context.close()
        if self._copy:
            self._copy.context.close()
        return self.faults

    def makes_room(self) -> bool:
        """Leaves the window as if new, for somebody of the same kind; False when that can't be.

        What a test added to its window's start (`page.add_init_script`) cannot be taken back.
        """
        page, context = self.page, self._context
        if self.faults or page.is_closed() or len(context.pages) != 1:
            return False
        try:
            page.unroute_all()
            context.set_offline(False)
            context.clear_permissions()
            page.set_viewport_size(self._manner["viewport"])
            page.emulate_media(
                media="null",
                color_scheme=self._manner["color_scheme"],
                forced_colors="null",
                reduced_motion="null",
                contrast="null",
            )
            if page.url.startswith(self.url):
                page.evaluate("sessionStorage.clear()")
            page.goto("about:blank")
            context.clear_cookies()
            protocol = context.new_cdp_session(page)
            kept = {"origin": self.url, "storageTypes": "all"}
            protocol.send("Storage.clearDataForOrigin", kept)
            protocol.detach()
        except Error:
            return False
        return True

    def _copy_of_the_page(self) -> Page:
        """The same page where axe can run: its promises never end in a page without scripts.

        The page's own scripts are held back, so that it stays as a reader without them has it.
        """
        self._copied = re.sub(r"</?noscript>", "", self.page.content())
        if self._copy is None:
            context = self._browser.new_context(**self._manner, java_script_enabled=True)
            self._copy = context.new_page()
            self._copy.route("**/*", self._answer_for_copy)
        self._copy.goto("about:blank")  # else the same address with a fragment would not be loaded
        self._copy.goto(self.page.url)
        return self._copy

    def _answer_for_copy(self, route: Route) -> None:
        if route.request.resource_type == "script":
            route.abort()
        elif route.request.is_navigation_request():
            route.fulfill(body=self._copied, content_type="text/html; charset=utf-8")
        else:
            route.fallback()

    def _only(self, role: Any, name: str) -> Locator:
        """By its exact name, else by a part of it; a second one of that name is a mistake."""
        exact = self.page.get_by_role(role, name=name, exact=True)
        return exact if exact.count() else self.page.get_by_role(role, name=name)

    def _note(self, fault: str) -> None:
        self.faults.append(fault)

    def _notice_request(self, request: Request) -> None:
        if not request.url.startswith((self.url + "/", "data:", "blob:", "about:")):
            self._note(f"asked another origin: {request.url}")

    def _notice_response(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type in OWN_FILES:
            self._note(f"{response.status} for {response.url}")

    def _notice_console(self, message: ConsoleMessage) -> None:
        failed_load = message.text.startswith("Failed to load resource")  # judged by its response
        if message.type == "error" and not failed_load:
            self._note(f"console: {message.text} ({message.location.get('url', '')})")


NewVisitor = Callable[..., Visitor]


def _told(violation: dict[str, Any]) -> str:
    places = ", ".join(str(node["target"][0]) for node in violation["nodes"][:5])
    return f"{violation['id']} ({violation['impact']}): {violation['help']}: {places}"
