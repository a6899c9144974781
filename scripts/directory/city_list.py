"""A city's open branches as a list for paper: /find/directory/city/<code>/print/, A4."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment

from scripts.directory.chrome import Chrome
from scripts.directory.groups import Group, recent_first
from scripts.directory.schema import Branch
from scripts.directory.views import Views
from scripts.directory.words import counted, day


def address(group: Group) -> str:
    """Below the language's prefix. It says nothing that the city's page does not: no sitemap."""
    return f"{group.path}print/"


class Lists:
    """Of one edition."""

    def __init__(self, env: Environment, views: Views, chrome: Chrome) -> None:
        self.template = env.get_template("directory/list.html")
        self.views, self.chrome = views, chrome

    def page(self, group: Group) -> str:
        lang, words = self.views.lang, self.views.words
        label = group.label[lang]
        title = words["page_list"].format(label=label)
        line = words["list_line"].format(
            day=day(self.views.today, lang), url=self.chrome.absolute(group.path)
        )
        content = self.template.render(
            w=words,
            title=title,
            count=counted(words, "count", group.count),
            heads=[words[key] for key in _HEADS],
            rows=[self._row(branch) for branch in recent_first(group.open)],
            back=f"/{self.views.prefix}{group.path}",
            back_text=words["page_city"].format(label=label),
            fictional=any(branch.fictional for branch in group.all),
            line=line,
        )
        place = self.views.directory.places.cities[group.key]
        return self.chrome.page(
            address(group),
            title=title,
            description=f"{title}{'。' if lang == 'zh' else '.'}",
            crumbs=self.chrome.crumbs(place.parent, group.key),
            content=content,
        )

    def _row(self, branch: Branch) -> dict[str, Any]:
        lang, words = self.views.lang, self.views.words
        hours = branch.hours[lang] if branch.hours else ""
        return {
            "title": branch.title(lang),
            "paused": words["status_paused"] if branch.status == "paused" else "",
            "reach": [text for text in (branch.phone, branch.email, hours) if text],
            "where": branch.address[lang] if branch.address else "",
            "home": branch.township.name[lang],
            "checked": day(branch.verified_on, lang),
        }


_HEADS = ("list_name", "list_reach", "list_where", "list_home", "checked")
