"""What a page calls for with a line of its own: [[forms]], [[glossary]], [[sources]], [[then-now]],
[[events]], [[courses]], [[upkeep]], [[fields]], [[answers]], [[figures: service]].

Data → rows of finished words → a template of docs/theme/embeds. No MkDocs import.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from forms_api import yaml_text
from forms_api.forms import Form
from forms_api.languages import prefix
from forms_api.render import answer_promise
from scripts import source_text
from scripts.answers import figures
from scripts.answers.totals import Totals
from scripts.content import coming, glossary
from scripts.content.context import Site
from scripts.content.facts import Fact, marks_in
from scripts.content.glossary import Term
from scripts.content.pages import SourcePage
from scripts.content.then_now import ThenNow
from scripts.content.upkeep import Upkeep
from scripts.content.words import day, fill_all, identity_for
from scripts.directory import dictionary
from scripts.directory.events import Event
from scripts.directory.schema import Directory
from scripts.inline_json import inline_json

THEME = Path(__file__).resolve().parents[2] / "docs/theme"
#: [[sources]] gives all of these, [[sources: rules]] one.
SOURCES = ("essays", "rules", "unverified", "added")
KINDS = (
    *("forms", "glossary", "sources", "then-now", "events", "courses", "upkeep", "fields"),
    *("answers", "figures", "kept"),
)
#: What may stand behind the colon, as in [[events: home]].
NAMES = {
    "sources": SOURCES,
    "events": ("home",),
    "figures": ("service", "survey"),
    "kept": ("delete",),
}
#: How a form says that it stands at the foot of every page.
EVERY = "every"


@dataclass(frozen=True)
class Published:
    """What desks let out: how many answers stand below `slug`, and the totals.

    `catalogue` resolves options of counted questions that come from data.
    """

    slug: str
    count: int
    totals: Totals
    catalogue: Mapping[str, Any]


Link = tuple[str, str]  # (address, words); the address is empty while the page is only planned


def known(kind: str, name: str) -> bool:
    """May a page hold [[kind: name]]?"""
    return kind in KINDS and (not name or name in NAMES.get(kind, ()))


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(THEME), autoescape=True, trim_blocks=True, auto_reload=False
    )


@dataclass
class Embeds:
    """Renders one embed for one language."""

    site: Site
    pages: Mapping[tuple[str, str], SourcePage]
    facts: Mapping[str, Fact]
    forms: Mapping[str, Form]
    terms: list[Term]
    then_now: ThenNow
    added: dict[str, list[dict[str, str]]]  # list of taxonomies.yml → its values that are ours
    directory: Directory
    events: list[Event]  # those to come, by time
    today: dt.date
    answers: Published

    def __post_init__(self) -> None:
        self._templates = _environment()

    def html(self, kind: str, name: str, lang: str) -> str:
        """Raises KeyError for what `known` refuses."""
        file = "events" if kind == "courses" else kind
        rows = self.rows(kind, name, lang)
        template = self._templates.get_template(f"embeds/{file}.html")
        shared = {"L": lang, "w": self.site.words[lang], "parts": (name,) if name else SOURCES}
        return template.render({**shared, **rows})

    def rows(self, kind: str, name: str, lang: str) -> dict[str, Any]:
        """What the template is given besides words."""
        if not known(kind, name):
            raise KeyError(f"[[{kind}{name and f': {name}'}]] names nothing that can be embedded")
        makers: Mapping[str, Callable[[str], dict[str, Any]]] = {
            "forms": self._forms,
            "glossary": self._glossary,
            "sources": self._sources,
            "then-now": self._then_now,
            "events": lambda lang: self._events("events", name, lang),
            "courses": lambda lang: self._events("courses", name, lang),
            "upkeep": self._upkeep,
            "fields": self._fields,
            "answers": self._answers,
            "figures": lambda lang: self._figures(name, lang),
            "kept": self._kept,
        }
        return makers[kind](lang)

    def coming(self, lang: str) -> list[dict[str, Any]]:
        """The next few for the home page."""
        soon = self.events[: coming.ON_HOME_PAGE]
        return [coming.view(one, self.directory, self.site.address, lang) for one in soon]  # type: ignore[arg-type]  # "zh" or "en"

    def _events(self, kind: str, name: str, lang: str) -> dict[str, Any]:
        chosen = coming.wanted(self.events, kind, name)
        views = [coming.view(one, self.directory, self.site.address, lang) for one in chosen]  # type: ignore[arg-type]
        calendar = f"{self.site.address('about/open-data', lang)}#calendar"
        return {"events": views, "kind": kind, "help": calendar}

    def _upkeep(self, lang: str) -> dict[str, Any]:
        found = Upkeep(
            self.site, self.pages, self.forms, self.then_now,
            self.directory, self.today, self._rules,
        )  # fmt: skip
        return found.rows(lang)  # type: ignore[arg-type]

    def _fields(self, lang: str) -> dict[str, Any]:
        return {"fields": dictionary.rows(self.directory, lang)}

    def _answers(self, lang: str) -> dict[str, Any]:
        url = f"/{prefix(lang)}{self.answers.slug}/"  # type: ignore[arg-type]  # "zh" or "en"
        return {"count": self.answers.count, "url": url}

    def _kept(self, lang: str) -> dict[str, Any]:
        words = {
            key.removeprefix("offline_"): text
            for key, text in self.site.words[lang].items()
            if key.startswith("offline_")
        }
        return {"offered": self.site.identity["offline"], "says": inline_json(words)}

    def _figures(self, name: str, lang: str) -> dict[str, Any]:
        mine = self.answers
        words = self.site.words[lang]
        kind = name or "service"
        return figures.view(kind, mine.totals, self.forms, mine.catalogue, words, lang)  # type: ignore[arg-type]

    def _link(self, slug: str, lang: str) -> Link:
        return self.site.address(slug, lang), self.site.titles[lang].get(slug, "")

    def _forms(self, lang: str) -> dict[str, Any]:
        """Forms in the order of their pages in pages.tsv; those of every page last."""
        order = {slug: position for position, slug in enumerate(self.site.rows)}
        forms = sorted(self.forms.values(), key=lambda form: order.get(form.page, len(order)))
        return {
            "forms": [
                {
                    "title": form.title[lang],  # type: ignore[index]  # lang is "zh" or "en"
                    "url": "" if form.page == EVERY else self._link(form.page, lang)[0],
                    "every": form.page == EVERY,
                    "who": form.who[lang],  # type: ignore[index]
                    "answer": answer_promise(form, lang),  # type: ignore[arg-type]
                    "kept": form.kept[lang],  # type: ignore[index]
                }
                for form in forms
            ]
        }

    def _glossary(self, lang: str) -> dict[str, Any]:
        return {"letters": glossary.by_letter(self.terms, lang), "plain": glossary.plain}

    def _sources(self, lang: str) -> dict[str, Any]:
        return {
            "essays": self._essays(lang),
            "rules": self._rules(lang),
            "unverified": [pair[lang] for pair in self.then_now.unverified],
            "added": {key: [value[lang] for value in values] for key, values in self.added.items()},
        }

    def _pages(self, lang: str) -> Iterable[SourcePage]:
        """In the order of pages.tsv, which is that of the sections."""
        return [self.pages[slug, lang] for slug in self.site.rows if (slug, lang) in self.pages]

    def _essays(self, lang: str) -> list[dict[str, Any]]:
        """Per essay the distinct facts that pages mark, and those pages."""
        carried: dict[int, set[str]] = {fact.seed: set() for fact in self.facts.values()}
        links: dict[int, dict[str, Link]] = {seed: {} for seed in carried}
        for page in self._pages(lang):
            for identifier in (one for mark in marks_in(page) for one in mark.ids):
                if fact := self.facts.get(identifier):
                    carried[fact.seed].add(identifier)
                    links[fact.seed][page.slug] = self._link(page.slug, lang)
        return [
            {"seed": seed, "facts": len(carried[seed]), "pages": list(links[seed].values())}
            for seed in sorted(carried)
        ]

    def _rules(self, lang: str) -> list[dict[str, Any]]:
        """Each rule once, newest first: its fullest date, and its check if every page has one."""
        rules: dict[str, dict[str, Any]] = {}
        for page in self._pages(lang):
            for rule in fill_all(
                page.meta.get("rules") or [], identity_for(self.site.identity, lang)
            ):
                one = rules.setdefault(
                    rule["name"], {**rule, "issued": "", "checks": [], "pages": []}
                )
                one["issued"] = max(one["issued"], str(rule["issued"]))
                one["checks"].append(str(rule.get("checked_on") or ""))
                one["pages"].append(self._link(page.slug, lang))
        ordered = sorted(rules.values(), key=lambda rule: rule["issued"], reverse=True)
        for rule in ordered:
            rule["day"] = day(rule["issued"], lang)
            rule["checked"] = day(min(rule["checks"]), lang) if all(rule["checks"]) else ""
        return ordered

    def _then_now(self, lang: str) -> dict[str, Any]:
        blanks = identity_for(self.site.identity, lang)
        words = self.site.words[lang]
        items = []
        for item in self.then_now.items:
            seeds = dict.fromkeys(self.facts[one].seed for one in item.facts if one in self.facts)
            items.append(
                {
                    "id": item.id,
                    "then": fill_all(item.then[lang], blanks),
                    "today": fill_all(item.today[lang], blanks),
                    "label": item.label,
                    "essays": [words[f"seed_{seed}"] for seed in seeds],
                    "page": self._link(item.page, lang) if item.page else ("", ""),
                    "checked": _checked(item.verified, lang, words),
                }
            )
        return {"items": items}


def _checked(verified: dt.date | bool, lang: str, words: Mapping[str, str]) -> str:
    if isinstance(verified, bool):
        return words["then_now_checked" if verified else "then_now_unchecked"]
    return f"{words['checked']} {day(verified.isoformat(), lang)}"


def load_added(root: Path) -> dict[str, list[dict[str, str]]]:
    """The values of docs/data/taxonomies.yml that are marked as ours, per list."""
    path = root / "docs/data/taxonomies.yml"
    with source_text.understood(path):
        found = {
            name: [value for value in values if value.get("added")]
            for name, values in yaml_text.load(source_text.read(path)).items()
        }
    return {name: values for name, values in found.items() if values}
