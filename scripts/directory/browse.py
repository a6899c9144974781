"""Browse pages: all entries of a province, a city, a home township, a trade, a kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape

from scripts.directory import city_list
from scripts.directory.calendar import city_calendar
from scripts.directory.chrome import Chrome
from scripts.directory.groups import Group, all_groups, by_city, recent_first
from scripts.directory.kept import Kept
from scripts.directory.schema import Branch, Directory
from scripts.directory.views import Views, entry_url
from scripts.directory.words import counted, joined
from scripts.inline_json import inline_json

#: A page with more entries than this shows names and places instead of whole cards.
CARD_LIMIT = 300

_KEEPING = ("keep_keep", "keep_drop", "keep_working", "keep_done", "keep_failed", "keep_dropped")


class Browse:
    """Call `all()` once; `written` then counts its pages."""

    def __init__(
        self,
        env: Environment,
        directory: Directory,
        views: Views,
        chrome: Chrome,
        kept: Kept | None = None,
        keeps: bool = False,
    ) -> None:
        """`keeps`: readers' browsers may keep pages."""
        self.kept, self.keeps = kept, keeps
        self.template = env.get_template("directory/browse.html")
        self.directory, self.views, self.chrome = directory, views, chrome
        self.written = 0
        self.groups = all_groups(directory)
        self.lists = city_list.Lists(env, views, chrome)
        self.fixed: dict[str, Any] = {
            "w": views.words,
            "L": views.lang,
            "P": views.prefix,
            "comma": "，" if views.lang == "zh" else ", ",
            "register_url": chrome.url_if_built("away/register"),
            "none_text": Markup(views.words["none_text"]),  # noqa: S704  # our own words
        }

    def all(self) -> Iterator[tuple[str, str]]:
        """(path, finished page) of every group; with `kept`, of those whose pages change. Pages
        that are no more are removed meanwhile."""
        for group in self.kept.lost_groups() if self.kept else ():
            for path in (city_list.address(group), group.path):
                self.chrome.drop(path)
        for groups in self.groups.values():
            for group in groups:
                paths = [group.path]
                if group.facet == "city" and group.count:
                    paths.append(city_list.address(group))
                self.written += len(paths)
                if self.kept and not self.kept.group(group):
                    continue
                if self.kept and not group.count:
                    self.chrome.drop(city_list.address(group))
                for path in paths:
                    page = self._page(group) if path == group.path else self.lists.page(group)
                    yield path, page

    def _province(self, group: Group) -> str:
        """The code of a province's or a city's province."""
        if group.facet == "city":
            return self.directory.places.cities[group.key].parent or group.key
        return group.key if group.facet == "province" else ""

    def _page(self, group: Group) -> str:
        lang, words = self.views.lang, self.views.words
        label = group.label[lang]
        title = words[f"page_{group.facet}"].format(label=label)
        count = counted(words, "count", group.count)
        one_city = group.facet == "city"
        order = words["order_checked" if one_city else "order_cities"] if group.count > 1 else ""
        list_path = city_list.address(group) if one_city and group.count else ""
        content = self.template.render(
            title=title,
            label=label,
            count=count,
            order=order,
            fictional=any(branch.fictional for branch in group.all),
            cities=list(self._cities(group)),
            past=(self._cards if len(group.past) <= CARD_LIMIT else self._names)(
                recent_first(group.past)
            ),
            past_count=len(group.past),
            nearest=self._nearest(group),
            list_url=f"/{self.views.prefix}{list_path}" if list_path else "",
            keep=self._keep(group) if list_path and self.keeps else None,
            calendar_url=f"/data/{city_calendar(group.key)}" if one_city else "",
            **self.fixed,
        )
        return self.chrome.page(
            group.path,
            title=title,
            description=words["page_description"].format(title=title, count=count),
            crumbs=self._crumbs(group),
            content=content,
        )

    def _keep(self, group: Group) -> dict[str, Any]:
        """For keepcity.js: which city, the finder's data, what to say."""
        words = self.views.words
        said = {key.removeprefix("keep_"): words[key] for key in _KEEPING}
        return {
            "code": group.key,
            "finder": f"/data/finder/{self.views.edition}.json",
            "says": inline_json(said),
        }

    def _cities(self, group: Group) -> Iterator[tuple[str, str, int, Markup]]:
        """(heading, its link, count, cards); a city's own page has no heading."""
        listed = self._cards if group.count <= CARD_LIMIT else self._names
        for code, branches in by_city(group.open, self.views.lang):
            city = branches[0].city
            if group.facet == "city":
                yield "", "", len(branches), listed(branches)
            else:
                url = f"/{self.views.prefix}find/directory/city/{code}/"
                yield city.short[self.views.lang], url, len(branches), listed(branches)

    def _cards(self, branches: list[Branch]) -> Markup:
        return self.views.cards(branches)

    def _names(self, branches: list[Branch]) -> Markup:
        # Safe: each line escapes what it is made of.
        return Markup("\n".join(map(self._line, branches)))  # noqa: S704

    def _line(self, branch: Branch) -> str:
        lang = self.views.lang
        title, town = escape(branch.title(lang)), escape(branch.township.name[lang])
        link = f'<a href="{entry_url(branch.id, self.views.edition)}">{title}</a>'
        return f'<li>{link} <span class="jq-count">{town}</span></li>'

    def _nearest(self, group: Group) -> str:
        """For a city without open entries: the cities of its province that have some."""
        if group.count or group.facet != "city":
            return ""
        province = self._province(group)
        others = [
            other
            for other in self.groups["city"]
            if other.count and self.directory.places.cities[other.key].parent == province
        ]
        if not others:
            return ""
        names = joined((other.label[self.views.lang] for other in others), self.views.lang)
        return self.views.words["none_nearest"].format(places=names)

    def _crumbs(self, group: Group) -> str:
        province = city = ""
        if group.facet == "province":
            province = group.key
        elif group.facet == "city":
            place = self.directory.places.cities[group.key]
            province, city = place.parent, group.key
        return self.chrome.crumbs(province, city)
