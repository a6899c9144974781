"""What the templates see of an entry: a dict of finished words and HTML, one per language."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from forms_api.languages import Edition, prefix, public, source
from scripts.directory import contact_card, who
from scripts.directory.calendar import branch_calendar
from scripts.directory.groups import nearby
from scripts.directory.schema import Branch, Directory, Text
from scripts.directory.words import Words, capital, day, joined, within

THEME = Path(__file__).resolve().parents[2] / "docs/theme"
View = Mapping[str, Any]
_BASE = "find/directory/"


@cache
def environment() -> Environment:
    """Templates of docs/theme; what is not marked as HTML is escaped."""
    return Environment(
        loader=FileSystemLoader(THEME), autoescape=True, trim_blocks=True, auto_reload=False
    )


def entry_url(id_: str, edition: Edition) -> str:
    return f"/{prefix(edition)}find/directory/{id_}/"


class Parts:
    """The small macros of the theme in one edition; each value is rendered once."""

    def __init__(self, env: Environment, edition: Edition, words: Words) -> None:
        context = {"L": source(edition), "P": prefix(edition), "w": words}
        self.module = cast(Any, env.get_template("directory/parts.html").make_module(context))
        card = cast(Any, env.get_template("directory/card.html").make_module(context))
        self.card: Callable[[View, str], str] = card.card
        self.badge = lru_cache(None)(self.module.badge)
        self.checked = lru_cache(None)(self.module.checked)
        self.phone_icon = self.module.phone()


class Views:
    """Makes the dicts of one edition; `correct` and the links are as the site has them."""

    def __init__(
        self,
        directory: Directory,
        edition: Edition,
        words: Words,
        parts: Parts,
        today: date,
        has_correct_form: bool,
        meets: Collection[str] = (),
    ) -> None:
        """`meets` are the ids of branches that have a calendar of their own."""
        self.meets = meets
        self.directory, self.words, self.parts = directory, words, parts
        self.edition, self.lang, self.prefix = edition, source(edition), prefix(edition)
        self.today, self.has_correct_form = today, has_correct_form
        self.near = nearby(directory)
        self._cards: dict[tuple[str, str], str] = {}
        # Few values stand in many entries: each is put into words once.
        self._label = lru_cache(None)(self._make_label)
        self._link = lru_cache(4096)(self._make_link)
        self._listed = lru_cache(4096)(self._make_listed)
        self._setup = lru_cache(4096)(self._make_setup)
        self._row = lru_cache(4096)(self._make_row)

    def card(self, branch: Branch, heading: str = "h3") -> str:
        key = branch.id, heading
        if key not in self._cards:
            self._cards[key] = self.parts.card(self.small(branch), heading)
        return self._cards[key]

    def cards(self, branches: list[Branch], heading: str = "h3") -> Markup:
        # Safe: each card is a rendered template.
        return Markup("\n".join(self.card(branch, heading) for branch in branches))  # noqa: S704

    def small(self, branch: Branch) -> dict[str, Any]:
        """What a card shows."""
        lang, words = self.lang, self.words
        return {
            "url": entry_url(branch.id, self.edition),
            "title": branch.title(lang),
            "off": branch.status != "active",
            "badge": self.parts.badge(branch.status),
            "where": within(branch.district, branch.city.short, lang),
            "from_home": words["from_home"].format(home=branch.township.name[lang]),
            "phone": branch.phone if branch.is_open else "",
            "tel": contact_card.dialled(branch.phone),
            "phone_icon": self.parts.phone_icon,
            "email": branch.email,
            "hours": branch.hours[lang] if branch.hours else "",
            "note": branch.note[lang] if branch.note else "",
            "checked": self.parts.checked(branch.verified_on.isoformat()),
        }

    def entry(self, branch: Branch) -> dict[str, Any]:
        """What the page of an entry shows."""
        lang = self.lang
        view = self.small(branch)
        view.update(
            name=branch.name[lang],
            open=branch.is_open,
            fictional=branch.fictional,
            stale=branch.is_open and branch.is_stale(self.today),
            address=branch.address[lang] if branch.address else "",
            facts=self._facts(branch),
            correct_url=self._correct_url(branch),
            card_url=f"/{contact_card.address(branch)}" if branch.is_open else "",
            calendar_url=f"/data/{branch_calendar(branch.id)}" if branch.id in self.meets else "",
        )
        if branch.status != "active":
            view.update(self._status(branch))
        if branch.is_open:
            view.update(self._who(branch))
        else:
            view["after_text"] = self.words["reach_after_text"].format(
                office=branch.home_office[lang]
            )
        return view

    def _status(self, branch: Branch) -> dict[str, str]:
        """What became of a branch that is not active, and where to go instead."""
        lang, words = self.lang, self.words
        text = words[f"{branch.status}_text"]
        if branch.status == "merged":
            target = self.directory.by_id[branch.merged_into]
            return {
                "status_text": text,
                "lead_url": entry_url(target.id, self.edition),
                "lead_text": words["merged_go"].format(name=target.title(lang)),
            }
        if branch.status == "closed" and branch.closed_on:
            return {
                "status_text": text.format(day=day(branch.closed_on, lang)),
                **self._elsewhere(branch),
            }
        return {"status_text": text}

    def _elsewhere(self, branch: Branch) -> dict[str, str]:
        """A lead on to other branches of the province, or to the whole directory."""
        place, base = branch.province, f"/{self.prefix}find/directory/"
        if not self.near.of(branch):
            return {"lead_url": base, "lead_text": self.words["back"]}
        text = self.words["closed_go"].format(place=place.short[self.lang])
        return {"lead_url": f"{base}province/{place.code}/", "lead_text": text}

    def _who(self, branch: Branch) -> dict[str, str | Markup]:
        words, lang = self.words, self.lang
        sentence = who.members(self.directory, branch, words, lang)
        if branch.status == "paused":
            sentence = words["who_paused"].format(who=sentence)
        if branch.open_to_non_members:
            more = words["who_open"]
        elif any(other.open_to_non_members for other in self.near.of(branch)):
            more = words["who_closed_near"]
        else:
            more = words["who_closed"]
        others = words["who_others"].format(county=branch.county[lang])
        gap = "" if lang == "zh" else " "
        # Safe: the markup is in directory_words.yml; nothing of the entry is in it.
        return {"who": f"{sentence}{gap}{others}", "who_more": Markup(more)}  # noqa: S704

    def _correct_url(self, branch: Branch) -> str:
        if self.has_correct_form:
            code = public(self.edition)
            return f"/forms/find-correct-listing?branch={quote(branch.id)}&lang={code}"
        return f"/{self.prefix}find/correct-listing/"

    def _facts(self, branch: Branch) -> Markup:
        """The rows of the list of facts; those without a value are left out."""
        lang, label, link = self.lang, self._label, self._link
        groups = [word for word in ("has_union", "has_volunteers") if getattr(branch, word)]
        kind, trade = branch.kind, branch.trade
        aliases = branch.aliases_zh if lang == "zh" else branch.aliases_en
        rows: tuple[tuple[str, str | Markup], ...] = (
            ("fact_meeting", _of(branch.meeting_pattern, lang)),
            ("fact_services", self._listed("services", branch.services)),
            ("fact_setup", self._setup(branch.setup, branch.anchor, branch.founded_year)),
            ("fact_setting", label("setting", branch.setting)),
            ("fact_trade", trade and link(f"{_BASE}trade/{trade}/", label("trade", trade))),
            ("fact_kind", link(f"{_BASE}kind/{kind}/", label("kind", kind))),
            ("fact_home", link(f"{_BASE}home/{branch.township.slug}/", who.home(branch, lang))),
            ("fact_home_office", branch.home_office[lang]),
            ("fact_host", _of(branch.host_guidance, lang)),
            ("fact_approved", label("approved_by_level", branch.approved_by_level)),
            ("fact_relations", self._listed("management_relations", branch.management_relations)),
            ("fact_association", _of(branch.association, lang)),
            ("fact_paired", _of(branch.paired_with, lang)),
            ("fact_groups", capital(joined((self.words[word] for word in groups), lang))),
            ("fact_languages", self._listed("languages", branch.languages)),
            ("fact_aliases", joined(aliases, lang)),
        )
        # Safe: _make_row escapes.
        return Markup("".join(self._row(key, value) for key, value in rows if value))  # noqa: S704

    def _make_row(self, key: str, value: str | Markup) -> str:
        return f"<div><dt>{escape(self.words[key])}</dt><dd>{escape(value)}</dd></div>"

    def _make_label(self, list_name: str, value: str) -> str:
        return capital(self.directory.label(list_name, value, self.lang)) if value else ""

    def _make_link(self, path: str, text: str) -> Markup:
        return Markup('<a href="/{}{}">{}</a>').format(self.prefix, path, text)

    def _make_listed(self, list_name: str, values: tuple[str, ...]) -> str:
        names = (self.directory.label(list_name, value, self.lang) for value in values)
        return capital(joined(names, self.lang))

    def _make_setup(self, setup: str, anchor: str, year: int) -> Markup:
        """The two terms lead to their explanation on the directory's own page."""
        dependence = self.directory.label("anchor", anchor, self.lang)
        return Markup(self.words["fact_setup_text"]).format(  # noqa: S704  # our own words
            setup=self._link(f"{_BASE}#terms-setup", self._label("setup", setup)),
            anchor=self._link(f"{_BASE}#terms-anchor", dependence),
            year=year,
        )


def _of(text: Text | None, lang: str) -> str:
    return text[lang] if text else ""
