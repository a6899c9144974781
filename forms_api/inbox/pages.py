"""The inbox's pages: its templates and words, in the language the desk reads."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, request

from forms_api import clock, dates, smtp
from forms_api.inbox.desktop import here
from forms_api.inbox.wording import words as words
from forms_api.languages import Folder, other, public
from forms_api.templating import templates_in

_HERE: Final = Path(__file__).parent
_templates = templates_in(_HERE / "templates")


#: What a post to a page of its own belongs to; all others belong to that of the submission.
_PAGES: Final = {"publishing.propose": "/publish", "publishing.release": "/release"}


def page(template: str, *, status: int = 200, refresh: int = 0, **values: Any) -> Response:
    """A whole page; `refresh` is after how many seconds the browser asks again."""
    mine = here()
    lang = mine.lang
    there = other(lang)
    inside = mine.door.is_inside(request)  # who is not learns nothing
    again = {**request.args.to_dict(), "lang": public(there)}
    html = _templates.get_template(template).render(
        w=words(lang),
        lang=lang,
        code=public(lang),
        there=public(there),
        switch=f"{request.path if request.method == 'GET' else '/'}?{urlencode(again)}",
        csrf=mine.door.csrf if inside else "",
        request_path=request.path,
        page_path="" if request.method == "GET" else page_of_post(),
        idle_path=_unasked(),
        site=mine.site.name(lang),
        state=mine.vault.state if inside else "locked",
        desk=mine.vault.desk if inside else "",
        desks={name: text[lang] for name, text in mine.desks.items()},
        minutes=round(mine.vault.seconds / 60),
        seconds=math.ceil(mine.vault.seconds),
        shown=Shown(lang),
        **values,
    )
    reply = Response(html, status, mimetype="text/html")
    reply.headers["Content-Language"] = public(lang)
    if refresh:
        reply.headers["Refresh"] = str(refresh)
    return reply


def _unasked() -> str:
    """The address of this page for a browser without scripts that asks again by itself."""
    query = {**request.args.to_dict(), "idle": "1"} if request.method == "GET" else {"idle": "1"}
    path = request.path if request.method == "GET" else page_of_post()
    return f"{path}?{urlencode(query)}"


def page_of_post() -> str:
    """The address of the page with the form that was sent, where a draft of it is shown again."""
    reference = (request.view_args or {}).get("reference")
    if reference is None:
        return "/"
    return f"/s/{reference}{_PAGES.get(request.endpoint or '', '')}"


def message(key: str, *, status: int = 200, **blanks: object) -> Response:
    """A page that only says something: its title and text are the words of this key."""
    w = words(here().lang)
    return page(
        "message.html", status=status, title=w(f"{key}.title"), text=w(f"{key}.text", **blanks)
    )


class Shown:
    """How templates write dates, days left, lines of the record and names."""

    def __init__(self, lang: Folder) -> None:
        self._lang = lang
        self._words = words(lang)

    def day(self, value: date | str | None) -> str:
        if value is None:  # a row that says nonsense
            return "—"
        return dates.day(date.fromisoformat(value) if isinstance(value, str) else value, self._lang)

    def days(self, values: Sequence[str], most: int = 3) -> str:
        """The latest of some ISO dates, and that there are more."""
        latest = sorted(values, reverse=True)
        named = self._words("listed").join(self.day(one) for one in latest[:most])
        left = len(latest) - most
        return named if left <= 0 else self._words("and_more", named=named, count=left)

    def short(self, value: date | str | None) -> str:
        """11-21, for tables; with the year where it is another one."""
        if value is None:
            return "—"
        day = date.fromisoformat(value) if isinstance(value, str) else value
        return f"{day:%m-%d}" if day.year == clock.today().year else day.isoformat()

    def soon(self, moment: str) -> str:
        """11-21 13:40: when a letter is tried again."""
        try:
            return f"{datetime.fromisoformat(moment).astimezone(clock.ZONE):%m-%d %H:%M}"
        except (TypeError, ValueError, OverflowError):
            return "—"

    def why(self, error: str | None) -> str:
        """Why a letter did not leave."""
        return smtp.why(error or "")[self._lang == "en"]

    def left(self, days: int | None, group: str = "") -> str:
        if group == "overdue" and days == 0:  # a weekend since
            return self._words("left.past")
        if days is None:
            return self._words("left.none")
        if days < 0:
            return self._words("left.late_one" if days == -1 else "left.late", days=-days)
        return self._words(
            ("left.today" if days == 0 else "left.one" if days == 1 else "left.days"), days=days
        )

    def form(self, name: str) -> str:
        form = here().forms.get(name)
        return form.short_title[self._lang] if form else name

    def desk(self, name: str) -> str:
        found = here().desks.get(name)
        return found[self._lang] if found else name

    def actor(self, name: str) -> str:
        key = f"actor.{name}"
        return self._words(key) if key in self._words else self.desk(name)

    def branch(self, name: str | None) -> str:
        if not name:
            return ""
        names: Mapping[str, str] | None = here().site.catalogue.get("branches", {}).get(name)
        return names[self._lang] if names else name

    def action(self, action: str) -> str:
        """A line of the record: "handed:guide" names the desk, "merged:TY-…" the other one."""
        what, _, more = action.partition(":")
        key = f"action.{what}"
        if key not in self._words:
            return action
        named = {"handed": self.desk, "status": self._status, "answered": self._way}
        return self._words(key, more=named.get(what, str)(more))

    def _status(self, name: str) -> str:
        return self._word(f"status.{name}", name)

    def _way(self, name: str) -> str:
        return self._word(f"way.{name}", name)

    def _word(self, key: str, otherwise: str) -> str:
        return self._words(key) if key in self._words else otherwise
